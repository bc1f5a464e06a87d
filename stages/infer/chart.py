"""A few pictures, each above its ranked relations as bars."""

import io

import matplotlib
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

ROWS = 5  # relations below each picture
STYLE = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.bottom": False,
    "axes.edgecolor": "#9aa0a8",
    "xtick.bottom": False,
    "xtick.labelbottom": False,
    "text.parse_math": False,  # "$5" in a label is not a formula
}


@matplotlib.rc_context(STYLE)
def chart(shown: list[tuple[Image.Image, str, pd.DataFrame]], colour: str = "#a9cfd9") -> bytes:
    """A PNG of pictures side by side, each with a title and its relations as by Relations.rank.

    The same input gives the same bytes.
    """
    figure = Figure(figsize=(3.4 * len(shown), 5.2), layout="constrained", dpi=110)
    panels = figure.subplots(2, len(shown), squeeze=False, height_ratios=(2, 1))
    for above, below, (picture, title, rows) in zip(*panels, shown, strict=True):
        above.imshow(picture, interpolation="lanczos")
        above.axis("off")
        above.set_title(title, loc="left")
        first = rows.head(ROWS)
        shares = 100 * first["probability"].to_numpy(float)
        below.barh(range(len(first)), shares, color=colour, height=0.8)
        below.set(yticks=[], xlim=(0, 100), ylim=(ROWS - 0.5, -0.5))
        for place, (text, value) in enumerate(zip(first["text"], shares)):
            below.text(1.5, place, text, va="center")
            below.text(99, place, f"{value:.0f}%", va="center", ha="right")
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()
