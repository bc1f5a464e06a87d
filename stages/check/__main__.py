"""python -m stages.check: every parameter, alone and with others, before any work -> data/check.json."""

from stages.check.across import check_across
from stages.check.blocks import check_blocks
from stages.common.files.errors import run_stage
from stages.common.files.params import load_params
from stages.common.files.storage import write_json


def main(arguments: list[str]) -> None:
    check_across(check_blocks(load_params()))
    write_json("data/check.json", {"parameters": "valid"})  # always the same, so that it reruns no other stage


if __name__ == "__main__":
    run_stage(main)
