"""The registry of measures: one module each, named by its file.

A module defines `MEASURE`, as retrieval.py does; its docstring is the text of its section in the report.
"""

from stages.common.files.registry import members
from stages.evaluate.measure import Measure

MEASURES: dict[str, Measure] = members(__name__, "MEASURE")
