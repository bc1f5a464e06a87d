"""The nouns of the drawn world from nouns.csv: their colours, and figures drawn from figures.csv."""

import csv
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

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


def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of a csv file beside this module, without its comment lines."""
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


NOUNS = {row["noun"]: row for row in read_rows("nouns.csv")}
PEOPLE = [noun for noun, row in NOUNS.items() if row["kind"] == "person"]
ANIMATE = [noun for noun, row in NOUNS.items() if row["kind"] != "thing"]
COLOURS_OF = {noun: row["colours"].split() for noun, row in NOUNS.items()}
THING_VERBS = {noun: row["verbs"].split() for noun, row in NOUNS.items() if row["kind"] == "thing"}


@cache
def shapes() -> dict[str, list[tuple[str, str, float, list[float]]]]:
    """By noun, its shapes from back to front: kind, fill, line width, and the coordinates of its points."""
    found: dict[str, list] = {noun: [] for noun in NOUNS}
    for row in read_rows("figures.csv"):
        points = [SCALE * float(value) for value in row["points"].split()]
        found[row["noun"]].append((row["shape"], row["fill"], float(row["width"] or 0), points))
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
