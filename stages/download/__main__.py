"""python -m stages.download NAME: a published data set from the network -> data/NAME, as its authors lay it out."""

from pathlib import Path

from stages.common.files.errors import run_stage
from stages.common.files.params import read_block, target_name
from stages.download.bring import bring
from stages.download.options import Downloads
from stages.download.published import PUBLISHED


def main(arguments: list[str]) -> None:
    downloads = read_block("download", Downloads)
    name = target_name(arguments, downloads, "downloads of params.yaml")
    bring(Path("data") / name, PUBLISHED[name], downloads[name])


if __name__ == "__main__":
    run_stage(main)
