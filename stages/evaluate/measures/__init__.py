"""The registry of measures: one module each, with a `MEASURE`; its docstring is the text of a section of the report."""

from stages.common.files.registry import members
from stages.evaluate.measure import Measure

MEASURES: dict[str, Measure] = members(__name__, "MEASURE")
