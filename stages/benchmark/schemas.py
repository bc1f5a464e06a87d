"""The tables of a benchmark, data/benchmarks/NAME."""

import pyarrow as pa

from stages.common.files.tables import table_schema

QUESTIONS = table_schema(
    [
        ("category", pa.string()),
        ("pictures", pa.list_(pa.int64())),  # picture ids, the true one first; equally many in each question
        ("texts", pa.list_(pa.string())),  # the true ones first; likewise
        ("macro", pa.bool_()),  # whether the category counts in the published mean over categories
    ]
)
PICTURES = table_schema([("picture_id", pa.int64()), ("content", pa.binary())], key="picture_id")
