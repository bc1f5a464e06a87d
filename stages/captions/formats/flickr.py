"""Flickr8k's and Flickr30k's token files, Flickr8k.token.txt and results_20130124.token: NAME.jpg#0<TAB>caption."""

from collections.abc import Iterator
from pathlib import Path

from stages.captions.photo import Photo, grouped, text_of
from stages.common.files.errors import InputError


def read(path: Path) -> list[Photo]:
    """The captioned photographs of a token file; InputError names the line that is none, or whose caption is empty."""

    def rows() -> Iterator[tuple[str, str, str]]:
        for place, line in enumerate(text_of(path).rstrip("\n").split("\n"), 1):  # no other character ends a line
            key, _, caption = line.partition("\t")
            name, mark, count = key.rpartition("#")
            if not (name and mark and count.isdecimal() and caption.strip()):
                raise InputError(f"{path}: line {place} is not NAME#NUMBER, a tab and a caption; fix or drop it")
            yield name, caption, key

    return list(grouped(rows()))
