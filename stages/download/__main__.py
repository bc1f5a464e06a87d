"""python -m stages.download NAME: a published data set from the network -> data/NAME, as its authors lay it out."""

import sys
from pathlib import Path

from stages.common.files.errors import InputError, run_stage
from stages.common.files.params import read_block
from stages.download.bring import bring
from stages.download.options import Downloads
from stages.download.published import PUBLISHED


def main() -> None:
    downloads = read_block("download", Downloads)
    if len(sys.argv) != 2 or sys.argv[1] not in downloads:
        known = ", ".join(downloads) or "none"
        raise InputError(f"name one of params.yaml's downloads ({known}): python -m stages.download NAME")
    name = sys.argv[1]
    bring(Path("data") / name, PUBLISHED[name], downloads[name])


if __name__ == "__main__":
    run_stage(main)
