"""The registry of caption formats: one module each; a source in params.yaml names it.

A module defines `read`, as flickr.py does: from a file to a table with a row a caption. A new file is a new format.
"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from stages.common.files.registry import members

FORMATS: dict[str, Callable[[Path], pd.DataFrame]] = members(__name__, "read")
