"""python -m stages.rival NAME: the model that params.yaml names so among its rivals -> data/models/NAME."""

import sys

from stages.common.clip.clip import MODELS, best_device, evaluation_transform, write_checkpoint
from stages.common.files.errors import InputError, run_stage
from stages.common.files.storage import write_beside
from stages.common.clip.finish import About, finish
from stages.common.files.params import read_block
from stages.common.clip.pretrained import make_model
from stages.common.run import RunOptions
from stages.rival.options import Rivals


def main() -> None:
    rivals = read_block("rivals", Rivals)
    if len(sys.argv) != 2 or sys.argv[1] not in rivals:
        known = ", ".join(rivals) or "none"
        raise InputError(f"name one of params.yaml's rivals ({known}): python -m stages.rival NAME")
    name, device = sys.argv[1], best_device(read_block("run", RunOptions).device)
    if (MODELS / name / "history.csv").is_file():
        raise InputError(f"{MODELS / name} is a model that was trained here; give the rival another name, or delete it")
    rival = rivals[name]
    model, config, tokenizer = make_model(f"rivals.{name}", rival.model, rival.pretrained)
    details = {"Model": rival.model, "Weights": rival.pretrained}
    with write_beside(MODELS / name) as folder:
        folder.mkdir()
        write_checkpoint(folder, model, config, tokenizer)
        about = About(name, "A CLIP of others, as it is, measured beside the methods of DRIVE.", "other", details)
        finish(folder, (model.to(device), evaluation_transform(model), tokenizer), about)


if __name__ == "__main__":
    run_stage(main)
