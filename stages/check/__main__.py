"""python -m stages.check: every parameter, and what hangs on several, before any work -> data/check.json."""

from stages.check.across import check_across
from stages.check.blocks import check_blocks
from stages.common.files.errors import run_stage
from stages.common.files.storage import write_json
from stages.common.files.params import load_params


def main() -> None:
    check_across(check_blocks(load_params()))
    write_json("data/check.json", {"parameters": "valid"})  # always the same, so that nothing reruns by it


if __name__ == "__main__":
    run_stage(main)
