"""The published set of tuples, with ids and texts but no images, and its data card."""

from pathlib import Path

import jinja2
import pandas as pd
import pyarrow as pa

from stages.negatives.kinds import KINDS

CARD = Path(__file__).with_name("data_card.md")
SCHEMA = pa.schema(
    [
        ("tuple_id", pa.int64()),
        ("set", pa.string()),
        ("image_id", pa.int64()),
        ("caption_id", pa.int64()),
        ("subject", pa.string()),
        ("relation", pa.string()),
        ("object", pa.string()),
        ("text", pa.string()),
        ("negative_image_ids", pa.list_(pa.int64())),  # empty: the negative is a text without an image
        ("negative_caption_ids", pa.list_(pa.int64())),
        ("negative_texts", pa.list_(pa.string())),
        ("unseen_relation", pa.bool_()),
        ("unseen_triple", pa.bool_()),
    ]
)


def release_table(tuples: pd.DataFrame) -> pa.Table:
    """The tuples of make_tuples, one row each: the columns of SCHEMA, and split."""
    table, negatives = tuples[tuples["place"] == 0].set_index("tuple_id"), tuples[tuples["place"] > 0]
    for name in ("image_id", "caption_id", "text"):
        present = negatives if name == "text" else negatives[negatives["image_id"] >= 0]
        lists = present.groupby("tuple_id")[name].agg(list).reindex(table.index)
        table[f"negative_{name}s"] = [row if isinstance(row, list) else [] for row in lists]
    return pa.Table.from_pandas(table.reset_index(), SCHEMA.append(pa.field("split", pa.string())))


def data_card(summary: dict) -> str:
    """The README of the release, with the counts of `summarise`."""
    scores = {name: counts["blind_classifier"] for name, counts in summary["sets"].items()}
    blind = ", ".join(f"{name} {score:.1%}" for name, score in scores.items() if score is not None)
    content = {"sets": summary["sets"], "kinds": KINDS, "blind": blind or "no test tuples"}
    options = {"undefined": jinja2.StrictUndefined, "trim_blocks": True, "keep_trailing_newline": True}
    return jinja2.Template(CARD.read_text(encoding="utf-8"), **options).render(content)
