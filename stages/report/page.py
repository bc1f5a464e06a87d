"""The report as one HTML page that needs no server, no script and no other file."""

import base64
from pathlib import Path

import jinja2
import pandas as pd

TEMPLATE = Path(__file__).with_name("page.html")


def data_uri(content: bytes, kind: str) -> str:
    """Bytes as a data URI; `kind` is the media type, such as image/jpeg."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def gallery_cards(rows: pd.DataFrame, jpegs: dict[int, bytes], best: str) -> list[dict]:
    """One card per tuple: both pictures, both texts, the anchor image's cosines by base and the best method."""
    return [
        {
            "set": row.set,
            "anchor": data_uri(jpegs[row.images[0]], "image/jpeg"),
            "negative": data_uri(jpegs[row.images[1]], "image/jpeg"),
            "text": row.texts[0],
            "rival": row.texts[row.best_text],
            "scores": [
                ("base", row.true_score_base, row.text_score_base),
                (best, row.true_score, row.text_score),
            ],
        }
        for row in rows.itertuples()
    ]


def render(content: dict) -> str:
    """The whole page from the template and its content; text is escaped."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(content)
