"""The registry of measures: one module each, named by its file.

A module defines `MEASURE`, as retrieval.py does; a new file is a new measure, and a new section of the report.
"""

from stages.common.files.registry import members
from stages.evaluate.measure import Measure

MEASURES: dict[str, Measure] = members(__name__, "MEASURE")
