"""The report as one HTML page that needs no server, no script and no other file."""

import base64
from pathlib import Path

import jinja2
import pandas as pd

TEMPLATE = Path(__file__).with_name("page.html")


def data_uri(content: bytes, kind: str) -> str:
    """Bytes as a data URI; `kind` is the media type, such as image/jpeg."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def gallery_cards(rows: pd.DataFrame, members: pd.DataFrame, jpegs: dict[int, bytes], best: str) -> list[dict]:
    """A card for each of `rows`, as by `examples`: the anchor and a negative, and the anchor image's cosines.

    The negative is the one whose text scores best, or the first one with an image. `members` are those of the tuples.
    """
    found = {(row.tuple_id, row.place): row for row in members.itertuples()}
    cards = []
    for row in rows.itertuples():
        anchor, other = found[row.tuple_id, 0], found[row.tuple_id, row.best_text]
        pictured = other if other.image_id in jpegs else found[row.tuple_id, 1]
        cards.append(
            {
                "set": row.set,
                "anchor": data_uri(jpegs[anchor.image_id], "image/jpeg"),
                "negative": data_uri(jpegs[pictured.image_id], "image/jpeg"),
                "text": anchor.text,
                "rival": other.text,
                "scores": [("base", row.true_score_base, row.text_score_base), (best, row.true_score, row.text_score)],
            }
        )
    return cards


def render(content: dict) -> str:
    """The page from the template and its content; text is escaped."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(content)
