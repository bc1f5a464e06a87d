"""python -m stages.rival NAME: a published CLIP that params.yaml names among its rivals -> data/models/NAME."""

from stages.common.clip.checkpoint import HISTORY, MODELS, save_checkpoint
from stages.common.clip.pretrained import make_model
from stages.common.files.errors import InputError, run_stage
from stages.common.files.params import read_block, target_name
from stages.rival.options import Rivals


def main(arguments: list[str]) -> None:
    rivals = read_block("rivals", Rivals)
    name = target_name(arguments, rivals, "rivals of params.yaml")
    if (MODELS / name / HISTORY).is_file():
        raise InputError(f"{MODELS / name} is a model that was trained here; give the rival another name, or delete it")
    clip, config = make_model(f"rivals.{name}", rivals[name].model, rivals[name].pretrained)
    save_checkpoint(MODELS / name, clip.model, config, clip.tokenizer)


if __name__ == "__main__":
    run_stage(main)
