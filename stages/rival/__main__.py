"""python -m stages.rival NAME: the model that params.yaml names so among its rivals -> data/models/NAME."""

import sys

from stages.common.clip import MODELS, save_checkpoint
from stages.common.errors import InputError, run_stage
from stages.common.params import read_block
from stages.common.pretrained import make_model
from stages.rival.options import Rivals


def main() -> None:
    rivals = read_block("rivals", Rivals)
    if len(sys.argv) != 2 or sys.argv[1] not in rivals:
        known = ", ".join(rivals) or "none"
        raise InputError(f"name one of params.yaml's rivals ({known}): python -m stages.rival NAME")
    name = sys.argv[1]
    if (MODELS / name / "history.csv").is_file():
        raise InputError(f"{MODELS / name} is a model that was trained here; give the rival another name, or delete it")
    save_checkpoint(MODELS / name, *make_model(f"rivals.{name}", rivals[name].model, rivals[name].pretrained))


if __name__ == "__main__":
    run_stage(main)
