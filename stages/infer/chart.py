"""A few pictures, each above its ranked relations as bars."""

import io

import matplotlib
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

ROWS = 5  # relations below a picture
STYLE = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.bottom": False,
    "xtick.bottom": False,
    "xtick.labelbottom": False,
    "ytick.left": False,
}


@matplotlib.rc_context(STYLE)
def chart(shown: list[tuple[Image.Image, pd.DataFrame]], colour: str = "#3b7f93") -> bytes:
    """PNG of pictures side by side; of each the relations as by Relations.rank. The same bytes for the same input."""
    figure = Figure(figsize=(3.6 * len(shown), 4.6), layout="constrained", dpi=110)
    panels = figure.subplots(2, len(shown), squeeze=False, height_ratios=(2.2, 1))
    for above, below, (picture, rows) in zip(*panels, shown, strict=True):
        above.imshow(picture, interpolation="lanczos")
        above.axis("off")
        first = rows.head(ROWS)[::-1]
        shares = 100 * first["probability"].to_numpy(float)
        below.barh(range(len(first)), shares, color=colour, height=0.7)
        below.set(yticks=range(len(first)), yticklabels=first["text"], xlim=(0, 118))
        for place, value in enumerate(shares):
            below.text(value + 2, place, f"{value:.0f}%", va="center", fontsize=9)
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()
