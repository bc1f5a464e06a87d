"""The nouns of the drawn world: their colours, and figures drawn from figures.csv."""

import csv
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

FIGURES = Path(__file__).with_name("figures.csv")
CANVAS = 100
SCALE = 2  # drawn at twice the size, so that edges are smooth after shrinking
OUTLINE = "#222"
COLOURS = {
    "black": "#2a2a2e",
    "white": "#f4f1ea",
    "brown": "#8a5a2b",
    "gray": "#8d9299",
    "orange": "#e8862e",
    "red": "#d8352f",
    "blue": "#2f62c9",
    "green": "#2f9a4b",
    "yellow": "#f0c92f",
    "purple": "#8a45b5",
}
_CLOTHES = ("red", "blue", "green", "yellow", "purple")
PEOPLE = ("man", "woman", "boy", "girl")
ANIMALS = ("dog", "cat", "horse", "elephant", "bird", "cow")
COLOURS_OF = {
    **dict.fromkeys(PEOPLE, _CLOTHES),
    "dog": ("brown", "white", "black", "orange"),
    "cat": ("orange", "gray", "white", "black"),
    "horse": ("brown", "white", "black", "gray"),
    "elephant": ("gray",),
    "bird": ("red", "blue", "green", "yellow", "black"),
    "cow": ("black", "brown"),
    "ball": ("red", "blue", "green", "orange", "purple"),
    "box": ("red", "blue", "green", "white"),
    "bench": ("brown", "green", "red"),
    "car": ("red", "blue", "yellow", "white", "green"),
    "umbrella": ("red", "blue", "yellow", "purple"),
    "kite": ("red", "blue", "green", "purple", "orange"),
    "flower": ("red", "yellow", "purple", "white"),
}


@cache
def shapes() -> dict[str, list[tuple[str, str, float, list[float]]]]:
    """By noun, its shapes from back to front: kind, fill, line width, and the coordinates of its points."""
    lines = (line for line in FIGURES.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    found: dict[str, list] = {}
    for row in csv.DictReader(lines):
        points = [SCALE * float(value) for value in row["points"].split()]
        found.setdefault(row["noun"], []).append((row["shape"], row["fill"], float(row["width"] or 0), points))
    return found


def figure(noun: str, colour: str) -> Image.Image:
    """The noun in a named colour: RGBA, a square of CANVAS * SCALE pixels, facing right."""
    image = Image.new("RGBA", (CANVAS * SCALE, CANVAS * SCALE), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    for kind, fill, width, points in shapes()[noun]:
        fill = COLOURS[colour] if fill == "own" else fill
        if kind == "oval":
            pen.ellipse(points, fill, OUTLINE, SCALE)
        elif kind == "box":
            pen.rectangle(points, fill, OUTLINE, SCALE)
        elif kind == "dome":
            pen.pieslice(points, 180, 360, fill, OUTLINE, SCALE)
        elif kind == "polygon":
            pen.polygon(points, fill, OUTLINE)
        elif kind == "line":
            pen.line(points, fill, round(width * SCALE), "curve")
        else:  # an eye
            (x, y), radius = points, 2.5 * SCALE
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill)
    return image
