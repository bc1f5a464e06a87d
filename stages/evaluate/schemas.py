"""The tables that evaluations write: data/evaluate/MODEL, MODEL-interpolation and MODEL-BENCHMARK."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from stages.common.files.tables import table_schema, write_table

EVALUATED = Path("data/evaluate")
MEASURE_ROWS = table_schema(  # a row a number
    [
        ("measure", pa.string()),  # a file of stages/evaluate/measures, or benchmark, coverage, interpolation
        ("set", pa.string()),
        ("direction", pa.string()),  # i2t: image to text, t2i: text to image, group: both; or who answers
        ("slice", pa.string()),  # all, or a part of the questions
        ("value", pa.float64()),  # a share, unless the measure says otherwise
        ("low", pa.float64()),  # of the 95% interval; null: none
        ("high", pa.float64()),
        ("count", pa.int64()),  # of questions
        ("chance", pa.float64()),  # null: not known
    ],
    key="measure set direction slice",
    null="low high chance",
)
ANSWERS = table_schema(  # a row a tuple of the test split
    [
        ("tuple_id", pa.int64()),
        ("set", pa.string()),
        ("image_id", pa.int64()),  # the anchor's, the cluster of the bootstrap
        ("true_score", pa.float64()),  # cosine of the anchor's image and text
        ("text_score", pa.float64()),  # cosine of its image and the best negative text
        ("best_text", pa.int64()),  # place of that text in the tuple
        ("i2t", pa.float64()),  # 1 right, 0 wrong, null not asked
        ("t2i", pa.float64()),
        ("group", pa.float64()),
    ],
    key="tuple_id",
    null="text_score i2t t2i group",
)


def write_frame(path: Path, frame: pd.DataFrame, schema: pa.Schema) -> None:
    """Write a data frame with the columns of `schema`; those that it lacks are null."""
    frame = frame.reindex(columns=schema.names)
    write_table(path, pa.Table.from_pandas(frame, pa.schema(list(schema)), preserve_index=False), schema)
