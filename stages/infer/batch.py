"""Many pictures: their relations as one table, as one page that needs no other file, and as a chart of the first."""

import base64
import io
import sys
from pathlib import Path

import jinja2
import matplotlib
import pandas as pd
import pyarrow as pa
from matplotlib.figure import Figure
from tqdm import tqdm

from stages.common.files.errors import InputError
from stages.common.files.pictures import open_picture
from stages.common.files.storage import write_beside
from stages.common.files.tables import write_table
from stages.infer.pictures import Query
from stages.infer.relations import RELATIONS, Relations

TEMPLATE = Path(__file__).with_name("page.html")
THUMBNAIL = 320  # pixels, at most
MAX_SHOWN = 500  # pictures on the page
CHARTED, BARS = 3, 5  # pictures on the chart, relations below each
Answer = tuple[Query, pd.DataFrame]


def answer_all(model: Relations, queries: list[Query], asked: dict) -> tuple[list[Answer], int]:
    """The ranked relations of each picture, and the number of broken pictures, which are named on stderr.

    `asked` holds arguments of Relations.rank for all pictures; a query's own nouns override them.
    """
    found = []
    for query in tqdm(queries, desc="pictures"):
        own = {name: word for name in ("subject", "object") if (word := getattr(query, name))}
        try:
            picture = open_picture(query.picture)
        except InputError as error:
            print(f"skipped: {error}", file=sys.stderr)
            continue
        found.append((query, model.rank(picture, **(asked | own)).assign(picture=str(query.picture))))
    if not found:
        raise InputError(f"none of {len(queries)} pictures can be read; see the lines above")
    return found, len(queries) - len(found)


def write_batch(folder: str | Path, found: list[Answer], title: str) -> None:
    """relations.parquet and index.html in `folder`, whole or not at all."""
    table = pa.Table.from_pandas(pd.concat([rows for _, rows in found]), RELATIONS, preserve_index=False)
    with write_beside(folder) as beside:
        beside.mkdir()
        write_table(beside / "relations.parquet", table, RELATIONS)
        (beside / "index.html").write_text(page(found, title), encoding="utf-8")


def page(found: list[Answer], title: str) -> str:
    """Up to MAX_SHOWN pictures with their relations as bars; text is escaped."""
    template = jinja2.Template(TEMPLATE.read_text(encoding="utf-8"), autoescape=True, undefined=jinja2.StrictUndefined)
    shown = found[:MAX_SHOWN]
    return template.render(title=title, answers=shown, left_out=len(found) - len(shown), thumbnail=thumbnail)


def thumbnail(path: Path) -> str:
    """A picture of at most THUMBNAIL pixels as a data URI."""
    picture, file = open_picture(path), io.BytesIO()
    picture.thumbnail((THUMBNAIL, THUMBNAIL))
    picture.save(file, "JPEG", quality=88)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


@matplotlib.rc_context({"text.parse_math": False})  # "$5" in a label is not a formula
def chart(found: list[Answer]) -> bytes:
    """A PNG of the first CHARTED pictures side by side, each above its first relations as bars.

    The same input gives the same bytes.
    """
    shown, file = found[:CHARTED], io.BytesIO()
    figure = Figure(figsize=(3.4 * len(shown), 5.2), layout="constrained", dpi=110)
    panels = figure.subplots(2, len(shown), squeeze=False, height_ratios=(2, 1))
    for above, below, (query, rows) in zip(*panels, shown):
        above.imshow(open_picture(query.picture), interpolation="lanczos")
        above.set_title(query.nouns, loc="left")
        shares = 100 * rows["probability"].head(BARS).to_numpy(float)  # (BARS,)
        below.barh(range(len(shares)), shares, color="#a9cfd9", height=0.8)
        below.set(xlim=(0, 100), ylim=(BARS - 0.5, -0.5))
        for place, (text, share) in enumerate(zip(rows["text"], shares)):
            below.text(1.5, place, text, va="center")
            below.text(99, place, f"{share:.0f}%", va="center", ha="right")
        above.axis("off")
        below.axis("off")
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()
