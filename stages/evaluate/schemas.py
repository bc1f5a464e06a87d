"""The tables that evaluations write: data/evaluate/MODEL, MODEL-interpolation and MODEL-BENCHMARK."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from stages.common.files.tables import table_schema, write_table

EVALUATED = Path("data/evaluate")
MEASURE_ROWS = table_schema(  # a row a number
    [
        # measure: a file of stages/evaluate/measures, or benchmark, coverage, interpolation
        # direction: i2t, image to text; t2i, text to image; group, both; or who answers
        # slice: all, or a part of the questions
        ("measure set direction slice", pa.string()),
        # value: a share, unless the measure says otherwise; low, high: of the 95% interval, null where there is none
        ("value low high", pa.float64()),
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
        ("true_score text_score", pa.float64()),  # cosines of its image with its text and with the best negative text
        ("best_text", pa.int64()),  # place of that negative text in the tuple
        ("i2t t2i group", pa.float64()),  # 1 right, 0 wrong, null not asked
    ],
    key="tuple_id",
    null="text_score i2t t2i group",
)


def write_frame(path: Path, frame: pd.DataFrame, schema: pa.Schema) -> None:
    """Write a data frame with the columns of `schema`; those that it lacks are null."""
    frame = frame.reindex(columns=schema.names)
    write_table(path, pa.Table.from_pandas(frame, pa.schema(list(schema)), preserve_index=False), schema)
