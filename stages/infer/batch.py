"""Many pictures: their relations as one table, and as one page that needs no other file."""

import base64
import io
import sys
from pathlib import Path

import jinja2
import pandas as pd
import pyarrow as pa
from tqdm import tqdm

from stages.common.files.errors import InputError
from stages.common.files.pictures import open_picture
from stages.common.files.storage import write_beside
from stages.common.files.tables import write_table
from stages.infer.pictures import Query
from stages.infer.rank import RELATIONS
from stages.infer.relations import Relations

TEMPLATE = Path(__file__).with_name("page.html")
THUMBNAIL = 320  # pixels, at most
MAX_SHOWN = 500  # pictures on the page
Answer = tuple[Query, pd.DataFrame]


def answer_all(model: Relations, queries: list[Query], asked: dict) -> tuple[list[Answer], int]:
    """The ranked relations of each picture, and the number of broken pictures, which are named on stderr.

    `asked` holds arguments of Relations.rank for all pictures; a query's own nouns override them.
    """
    found, broken = [], 0
    for query in tqdm(queries, desc="pictures"):
        own = {name: word for name in ("subject", "object") if (word := getattr(query, name))}
        try:
            picture = open_picture(query.picture)
        except InputError as error:
            print(f"skipped: {error}", file=sys.stderr)
            broken += 1
            continue
        rows = model.rank(picture, **(asked | own))
        found.append((query, rows.assign(picture=str(query.picture))))
    if not found:
        raise InputError(f"none of {len(queries)} pictures can be read; see the lines above")
    return found, broken


def write_batch(folder: str | Path, found: list[Answer], title: str) -> None:
    """relations.parquet and index.html in `folder`, whole or not at all."""
    rows = pd.concat([table for _, table in found])
    with write_beside(folder) as beside:
        beside.mkdir()
        table = pa.Table.from_pandas(rows, RELATIONS, preserve_index=False)
        write_table(beside / "relations.parquet", table, RELATIONS)
        (beside / "index.html").write_text(page(found, title), encoding="utf-8")


def page(found: list[Answer], title: str) -> str:
    """Up to MAX_SHOWN pictures with their relations as bars; text is escaped."""
    cards = [
        {
            "name": query.picture.name,
            "asked": query.nouns,
            "picture": thumbnail(query.picture),
            "rows": rows[["text", "probability"]].itertuples(index=False),
            "stands_out": rows.attrs.get("stands_out", True),
        }
        for query, rows in found[:MAX_SHOWN]
    ]
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(title=title, cards=cards, left_out=len(found) - len(cards))


def thumbnail(path: Path) -> str:
    """A picture of at most THUMBNAIL pixels as a data URI."""
    picture, file = open_picture(path), io.BytesIO()
    picture.thumbnail((THUMBNAIL, THUMBNAIL))
    picture.save(file, "JPEG", quality=88)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


def as_text(rows: pd.DataFrame) -> str:
    """The ranked relations of one picture, a line each.

    >>> print(as_text(pd.DataFrame({"rank": [1], "probability": [0.5], "text": ["man riding horse"]})))
     1   50.0%  ##########            man riding horse
    """
    return "\n".join(
        f"{row.rank:2d}  {100 * row.probability:5.1f}%  {'#' * round(20 * row.probability):20s}  {row.text}"
        for row in rows.itertuples()
    )
