"""How each verb is drawn: where subject and object are, and the marks between them.

A scene is 100x100 units, y downwards, and moves to the right; whole scenes are mirrored later. Sizes of subject and
object are drawn from one distribution, so that size does not reveal the role.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

GROUND = 90.0


class Figure(NamedTuple):
    """A figure: its feet at (x, y), the side of its square, where it faces (1 right, -1 left), its tilt in degrees."""

    x: float
    y: float
    size: float
    facing: int = 1
    angle: float = 0.0


class Mark(NamedTuple):
    """A line, dots along a line, a burst or a disc; points and width in scene units."""

    kind: str
    points: tuple[tuple[float, float], ...]
    colour: str
    width: float = 2.0


class Layout(NamedTuple):
    """Subject, object, and marks drawn over both; `object_in_front`: the object hides the subject's feet."""

    subject: Figure
    object: Figure
    marks: tuple[Mark, ...] = ()
    object_in_front: bool = False


def _speed(figure: Figure) -> tuple[Mark, ...]:
    """Three motion lines behind a figure that runs to the right."""
    left = figure.x - figure.size * 0.5
    heights = [figure.y - figure.size * share for share in (0.3, 0.5, 0.7)]
    return tuple(Mark("line", ((left - 10, y), (left - 1, y)), "#fff", 3) for y in heights)


def chase(a: float, b: float) -> Layout:
    subject, object = Figure(31, GROUND, a, angle=-24), Figure(78, GROUND, b)
    top = GROUND - b
    alarm = Mark("line", ((78, top - 18), (78, top - 8)), "#e0201b", 4), Mark("disc", ((78, top - 3),), "#e0201b", 2)
    return Layout(subject, object, (*_speed(subject), *alarm))


def push(a: float, b: float) -> Layout:
    subject = Figure(50 - a * 0.42, GROUND, a, angle=-24)
    object = Figure(50 + b * 0.42, GROUND, b)
    return Layout(subject, object, (*_speed(subject), Mark("burst", ((50, GROUND - 22),), "#ffd92f", 9)))


def pull(a: float, b: float) -> Layout:
    subject, object = Figure(77, GROUND, a, angle=-28), Figure(24, GROUND, b)
    rope = Mark("line", ((24 + b * 0.3, GROUND - b * 0.4), (77 - a * 0.25, GROUND - a * 0.4)), "#6b3e12", 3.5)
    return Layout(subject, object, (rope,))


def kick(a: float, b: float) -> Layout:
    subject = Figure(26, GROUND, a, angle=14)
    object = Figure(76, GROUND - 20, b, angle=-40)
    return Layout(subject, object, (Mark("burst", ((45, GROUND - 12),), "#f0342a", 10),))


def feed(a: float, b: float) -> Layout:
    subject, object = Figure(23, GROUND, a), Figure(76, GROUND, b, facing=-1, angle=25)
    start, end = (23 + a * 0.3, GROUND - a * 0.45), (76 - b * 0.4, GROUND - b * 0.5)
    return Layout(subject, object, (Mark("line", (start, end), "#7a4a1a", 4), Mark("disc", (end,), "#d8261c", 8)))


def jump(a: float, b: float) -> Layout:
    top = GROUND - b - 2
    subject, object = Figure(52, top, a * 0.9, angle=10), Figure(52, GROUND, b)
    arc = ((10, GROUND - 6), (16, GROUND - b * 0.9), (30, top - 6))
    return Layout(subject, object, (Mark("dots", arc, "#fff", 4),))


def ride(a: float, b: float) -> Layout:
    subject, object = Figure(50, GROUND - b * 0.62, a), Figure(54, GROUND, b * 1.1)
    return Layout(subject, object, _speed(object), object_in_front=True)


def throw(a: float, b: float) -> Layout:
    subject, object = Figure(24, GROUND, a, angle=-6), Figure(79, 46, b * 0.8, angle=-25)
    return Layout(subject, object, (Mark("dots", ((34, 52), (46, 34), (60, 26)), "#fff", 4),))


def lift(a: float, b: float) -> Layout:
    subject, object = Figure(50, GROUND, a), Figure(50, GROUND - a - 1, b * 0.85)
    arrows = tuple(Mark("line", ((x, 58), (x, 34), (x + d, 41)), "#fff", 3) for x, d in ((16, 6), (84, -6)))
    return Layout(subject, object, arrows)


def hold(a: float, b: float) -> Layout:
    return Layout(Figure(42, GROUND, a * 1.2), Figure(42 + a * 0.62, GROUND - a * 0.3, b * 0.6))


def watch(a: float, b: float) -> Layout:
    subject, object = Figure(23, GROUND, a), Figure(78, GROUND, b)
    eye, far = (23 + a * 0.3, GROUND - a * 0.7), 78 - b * 0.35
    gaze = tuple(Mark("line", (eye, (far, GROUND - b * h)), "#ffd92f", 2) for h in (0.15, 0.95))
    above = (23.0, GROUND - a - 11)
    eye_above = tuple(Mark("disc", (above,), colour, r) for colour, r in (("#fff", 10), ("#2b6fd6", 6), ("#222", 2)))
    return Layout(subject, object, gaze + eye_above)


def sit(a: float, b: float) -> Layout:
    return Layout(Figure(48, GROUND - b * 0.56, a), Figure(50, GROUND, b * 1.1), object_in_front=True)


def stand(a: float, b: float) -> Layout:
    return Layout(Figure(50, GROUND - b * 0.88, a), Figure(50, GROUND, b))


def lie(a: float, b: float) -> Layout:
    top = GROUND - b * 0.72 - a
    sleep = tuple(  # the letter z, twice
        Mark("line", ((x, y), (x + w, y), (x, y + w), (x + w, y + w)), "#fff", 2.5)
        for x, y, w in ((74, top + 4, 7), (84, top - 8, 9))
    )
    return Layout(Figure(50, GROUND - b * 0.72, a, angle=90), Figure(50, GROUND, b), sleep)


LAYOUTS: dict[str, Callable[[float, float], Layout]] = {
    layout.__name__: layout
    for layout in (chase, push, pull, kick, feed, jump, ride, throw, lift, hold, watch, sit, stand, lie)
}
PREPOSITIONS = {"jump": "over", "sit": "on", "stand": "on", "lie": "on"}


def compose(verb: str, rng: np.random.Generator) -> Layout:
    """The layout of a verb, with both sizes drawn from one distribution."""
    first, second = rng.uniform(36, 46, size=2)
    return LAYOUTS[verb](first, second)
