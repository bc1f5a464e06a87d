"""The formats of caption files, one module each, found by its name, by which a source of params.yaml names it.

A module defines `read`, as flickr.py does: from a file to its captioned photographs; a file more is a format more.
"""

from collections.abc import Callable
from pathlib import Path

from stages.captions.photo import Photo
from stages.common.files.registry import members

FORMATS: dict[str, Callable[[Path], list[Photo]]] = members(__name__, "read")
