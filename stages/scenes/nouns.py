"""What each noun looks like: a figure on a 100x100 canvas, facing right, its feet at the bottom edge."""

from collections.abc import Callable

from PIL import Image, ImageDraw

CANVAS = 100
SCALE = 2  # drawn at twice the size, so that edges are smooth after shrinking
SKIN = "#e8b58c"
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


class Pen:
    """Shapes in canvas units on a transparent square, outlined in dark."""

    def __init__(self, canvas: int = CANVAS):
        self.image = Image.new("RGBA", (canvas * SCALE, canvas * SCALE), (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.image)

    def oval(self, x0: float, y0: float, x1: float, y1: float, fill: str) -> None:
        self.draw.ellipse(self._box(x0, y0, x1, y1), fill=fill, outline="#222", width=SCALE)

    def box(self, x0: float, y0: float, x1: float, y1: float, fill: str) -> None:
        self.draw.rectangle(self._box(x0, y0, x1, y1), fill=fill, outline="#222", width=SCALE)

    def shape(self, *points: tuple[float, float], fill: str) -> None:
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self.draw.polygon(scaled, fill=fill, outline="#222")

    def line(self, *points: tuple[float, float], fill: str, width: float) -> None:
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self.draw.line(scaled, fill=fill, width=round(width * SCALE), joint="curve")

    def eye(self, x: float, y: float) -> None:
        self.draw.ellipse(self._box(x - 2.5, y - 2.5, x + 2.5, y + 2.5), fill="#111")

    @staticmethod
    def _box(*corners: float) -> tuple[float, ...]:
        return tuple(value * SCALE for value in corners)


def _legs(pen: Pen, colour: str, xs: tuple[float, ...], top: float, width: float = 8) -> None:
    for x in xs:
        pen.box(x, top, x + width, 99, colour)


def _head(pen: Pen, x: float, y: float, radius: float) -> None:
    pen.oval(x - radius, y - radius, x + radius, y + radius, SKIN)
    pen.eye(x + radius * 0.45, y - 1)


def man(pen: Pen, colour: str) -> None:
    _legs(pen, "#33384a", (38, 52), 62, 10)
    pen.box(34, 32, 66, 66, colour)
    pen.line((62, 38), (80, 54), fill=SKIN, width=6)
    _head(pen, 50, 20, 13)
    pen.shape((38, 24), (62, 24), (60, 34), (42, 34), fill="#5a3a1e")
    pen.box(30, 6, 70, 10, "#222")
    pen.box(38, 0, 62, 8, "#222")


def woman(pen: Pen, colour: str) -> None:
    _legs(pen, SKIN, (40, 53), 76, 7)
    pen.shape((34, 12), (66, 10), (38, 50), (26, 50), fill="#7a2f12")
    pen.shape((42, 32), (58, 32), (76, 82), (24, 82), fill=colour)
    pen.line((56, 40), (78, 54), fill=SKIN, width=6)
    _head(pen, 50, 20, 13)
    pen.shape((36, 20), (40, 4), (60, 4), (63, 12), (46, 12), fill="#7a2f12")


def boy(pen: Pen, colour: str) -> None:
    _legs(pen, SKIN, (38, 52), 74, 9)
    pen.box(34, 64, 66, 80, "#4f7d3a")
    pen.box(34, 44, 66, 66, colour)
    pen.line((62, 50), (80, 60), fill=SKIN, width=6)
    _head(pen, 50, 30, 16)
    pen.shape((33, 26), (40, 12), (60, 12), (67, 22), (84, 24), (84, 28), fill="#d8352f")


def girl(pen: Pen, colour: str) -> None:
    _legs(pen, SKIN, (40, 53), 80, 7)
    pen.oval(18, 22, 34, 42, "#f0c92f")
    pen.oval(64, 10, 80, 26, "#f0c92f")
    pen.shape((40, 46), (60, 46), (74, 84), (26, 84), fill=colour)
    pen.line((57, 54), (80, 62), fill=SKIN, width=6)
    _head(pen, 50, 30, 16)
    pen.shape((34, 30), (38, 14), (60, 12), (66, 22), (46, 22), fill="#f0c92f")


def dog(pen: Pen, colour: str) -> None:
    _legs(pen, colour, (20, 30, 56, 66), 72, 7)
    pen.line((20, 58), (6, 40), fill=colour, width=7)
    pen.oval(14, 48, 76, 82, colour)
    pen.oval(58, 26, 86, 56, colour)
    pen.oval(76, 40, 98, 54, colour)
    pen.oval(92, 40, 99, 47, "#111")
    pen.oval(56, 28, 68, 58, "#4a2c12")
    pen.eye(78, 38)


def cat(pen: Pen, colour: str) -> None:
    _legs(pen, colour, (24, 34, 56, 66), 76, 6)
    pen.line((22, 66), (6, 50), (10, 22), (20, 16), fill=colour, width=6)
    pen.oval(18, 54, 76, 86, colour)
    pen.shape((60, 42), (62, 18), (74, 34), fill=colour)
    pen.shape((78, 34), (90, 18), (92, 42), fill=colour)
    pen.oval(58, 30, 94, 62, colour)
    for x in (30, 42, 54):
        pen.line((x, 56), (x - 3, 70), fill="#333", width=3)
    pen.eye(72, 44)
    pen.eye(85, 44)
    pen.line((84, 54), (99, 50), fill="#333", width=1)
    pen.line((84, 56), (99, 58), fill="#333", width=1)


def horse(pen: Pen, colour: str) -> None:
    _legs(pen, colour, (16, 28, 54, 66), 60, 7)
    pen.line((16, 46), (4, 56), (4, 78), fill="#2a1a0c", width=7)
    pen.oval(10, 36, 74, 70, colour)
    pen.shape((56, 48), (70, 12), (84, 16), (74, 58), fill=colour)
    pen.shape((68, 8), (84, 8), (99, 28), (92, 36), (76, 26), fill=colour)
    pen.line((56, 42), (64, 14), (72, 5), fill="#2a1a0c", width=8)
    pen.eye(82, 17)


def elephant(pen: Pen, colour: str) -> None:
    _legs(pen, colour, (10, 26, 46, 60), 64, 12)
    pen.oval(2, 22, 72, 78, colour)
    pen.oval(54, 16, 90, 56, colour)
    pen.line((86, 40), (94, 62), (90, 82), (98, 86), fill=colour, width=9)
    pen.oval(48, 18, 70, 54, "#c9a0a8")
    pen.shape((78, 52), (96, 50), (80, 58), fill="#fff")
    pen.eye(80, 32)


def bird(pen: Pen, colour: str) -> None:
    pen.line((46, 80), (46, 99), fill="#d98a1f", width=4)
    pen.line((56, 80), (56, 99), fill="#d98a1f", width=4)
    pen.shape((4, 50), (34, 56), (30, 70), (6, 66), fill=colour)
    pen.oval(22, 40, 76, 84, colour)
    pen.oval(56, 20, 84, 50, colour)
    pen.shape((82, 30), (99, 37), (82, 42), fill="#f0b21f")
    pen.shape((30, 52), (58, 54), (36, 74), fill="#f7e9b0")
    pen.eye(73, 32)


def cow(pen: Pen, colour: str) -> None:
    _legs(pen, colour, (14, 26, 54, 66), 68, 9)
    pen.box(8, 36, 76, 74, colour)
    for x, y in ((16, 40), (40, 50), (58, 38)):
        pen.oval(x, y, x + 18, y + 16, "#f4f1ea")
    pen.oval(66, 24, 92, 54, colour)
    pen.oval(82, 38, 99, 54, "#e79aa6")
    pen.line((70, 26), (64, 12), fill="#d9c07a", width=5)
    pen.line((82, 24), (88, 11), fill="#d9c07a", width=5)
    pen.oval(38, 70, 52, 80, "#e79aa6")
    pen.eye(82, 34)


def ball(pen: Pen, colour: str) -> None:
    pen.oval(15, 28, 85, 98, colour)
    pen.line((50, 30), (38, 62), (50, 96), fill="#fff", width=5)
    pen.line((18, 60), (82, 66), fill="#fff", width=5)


def box(pen: Pen, colour: str) -> None:
    pen.box(8, 32, 92, 99, colour)
    pen.box(42, 32, 58, 99, "#c79a5b")
    pen.line((8, 56), (92, 56), fill="#6d4a1d", width=2)


def bench(pen: Pen, colour: str) -> None:
    pen.box(0, 34, 100, 46, colour)
    pen.box(0, 52, 100, 62, colour)
    pen.box(0, 70, 100, 80, colour)
    _legs(pen, "#333", (8, 84), 80, 8)


def car(pen: Pen, colour: str) -> None:
    pen.shape((22, 54), (34, 30), (66, 30), (80, 54), fill="#bfe3f5")
    pen.box(2, 52, 98, 84, colour)
    pen.oval(12, 72, 38, 98, "#222")
    pen.oval(62, 72, 88, 98, "#222")
    pen.oval(88, 58, 97, 67, "#fff3a0")


def umbrella(pen: Pen, colour: str) -> None:
    pen.line((50, 40), (50, 92), (60, 98), (66, 90), fill="#333", width=5)
    pen.draw.pieslice(pen._box(4, 10, 96, 84), 180, 360, fill=colour, outline="#222", width=SCALE)
    for x in (27, 50, 73):
        pen.line((50, 12), (x, 47), fill="#222", width=1)


def kite(pen: Pen, colour: str) -> None:
    pen.line((44, 70), (30, 80), (44, 88), (30, 98), fill="#333", width=3)
    pen.shape((50, 2), (82, 36), (44, 78), (20, 32), fill=colour)
    pen.line((50, 2), (44, 78), fill="#fff", width=3)
    pen.line((20, 32), (82, 36), fill="#fff", width=3)


def flower(pen: Pen, colour: str) -> None:
    pen.line((50, 46), (50, 99), fill="#2f8a3b", width=7)
    pen.shape((50, 80), (76, 64), (72, 82), fill="#2f8a3b")
    for x, y in ((50, 14), (28, 30), (72, 30), (36, 54), (64, 54)):
        pen.oval(x - 15, y - 14, x + 15, y + 14, colour)
    pen.oval(36, 22, 64, 48, "#5a3a1e")


_CLOTHES = ("red", "blue", "green", "yellow", "purple")
PEOPLE = ("man", "woman", "boy", "girl")
ANIMALS = ("dog", "cat", "horse", "elephant", "bird", "cow")
THINGS = ("ball", "box", "bench", "car", "umbrella", "kite", "flower")
LOOKS: dict[str, tuple[Callable[[Pen, str], None], tuple[str, ...]]] = {
    "man": (man, _CLOTHES),
    "woman": (woman, _CLOTHES),
    "boy": (boy, _CLOTHES),
    "girl": (girl, _CLOTHES),
    "dog": (dog, ("brown", "white", "black", "orange")),
    "cat": (cat, ("orange", "gray", "white", "black")),
    "horse": (horse, ("brown", "white", "black", "gray")),
    "elephant": (elephant, ("gray",)),
    "bird": (bird, ("red", "blue", "green", "yellow", "black")),
    "cow": (cow, ("black", "brown")),
    "ball": (ball, ("red", "blue", "green", "orange", "purple")),
    "box": (box, ("red", "blue", "green", "white")),
    "bench": (bench, ("brown", "green", "red")),
    "car": (car, ("red", "blue", "yellow", "white", "green")),
    "umbrella": (umbrella, ("red", "blue", "yellow", "purple")),
    "kite": (kite, ("red", "blue", "green", "purple", "orange")),
    "flower": (flower, ("red", "yellow", "purple", "white")),
}


def figure(noun: str, colour: str) -> Image.Image:
    """The noun in a named colour, RGBA, CANVAS * SCALE pixels square, facing right."""
    pen = Pen()
    LOOKS[noun][0](pen, COLOURS[colour])
    return pen.image
