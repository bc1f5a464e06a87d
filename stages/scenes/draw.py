"""Pictures of scenes, and a contact sheet of some."""

import math
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from stages.scenes.captions import write_captions
from stages.scenes.nouns import figure
from stages.scenes.verbs import Figure, Mark, compose
from stages.scenes.world import Scene, draw_scene

PIXELS = 2  # canvas pixels a scene unit, before shrinking
BACKGROUNDS = {
    "grass": (("#a9d8f2", "#c4e3ee", "#8cc3ea"), ("#6fae4a", "#7fb95a", "#5d9b47")),
    "beach": (("#8fd0ef", "#b7dff0", "#f3c9a4"), ("#ecd9a0", "#e3cb8b", "#f0e2b4")),
    "snow": (("#b9c8d6", "#9fb4c9", "#cfd9e2"), ("#e9eef3", "#dde6ee", "#f2f5f8")),
    "room": (("#e0c9b0", "#c8d3c0", "#d9c3d6"), ("#a9794c", "#8f6a48", "#b58a60")),
}


def make_scene(folder: Path, size: int, seed: int, number: int) -> tuple[Scene, list[str]]:
    """Draw scene `number` into the folder; the scene and its captions."""
    scene = draw_scene(seed, number)
    rng = np.random.default_rng([seed, 13, number])
    draw_picture(scene, size, rng).save(folder / f"{number:06d}.jpg", quality=90)
    return scene, write_captions(scene, rng)


def draw_picture(scene: Scene, size: int, rng: np.random.Generator) -> Image.Image:
    """The scene as an RGB picture of size x size pixels."""
    canvas = Image.new("RGB", (100 * PIXELS, 100 * PIXELS))
    _background(canvas, scene, rng)
    layout = compose(scene.verb, rng)
    zoom, shift = rng.uniform(0.88, 1.04), rng.uniform(-3, 3)
    subject = layout.subject, scene.subject, scene.subject_colour
    object = layout.object, scene.object, scene.object_colour
    roles = [subject, object] if layout.object_in_front else [object, subject]
    if scene.group:
        roles.insert(0, (_beside(layout.subject, -9, -7), *subject[1:]))
        roles.append((_beside(layout.subject, 9, 6), *subject[1:]))
    for spot, noun, colour in roles:
        _paste(canvas, figure(noun, colour), spot, zoom, shift)
    for mark in layout.marks:
        _mark(canvas, mark, zoom, shift)
    if rng.random() < 0.3:
        _occlude(canvas, scene.place, rng)
    if rng.random() < 0.5:
        canvas = canvas.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return canvas.resize((size, size), Image.Resampling.LANCZOS)


def _beside(spot: Figure, x: float, y: float) -> Figure:
    """Another figure of a group, smaller."""
    return spot._replace(x=spot.x + x, y=spot.y + y, size=spot.size * 0.8)


def _background(canvas: Image.Image, scene: Scene, rng: np.random.Generator) -> None:
    skies, grounds = BACKGROUNDS[scene.place]
    pen = ImageDraw.Draw(canvas)
    side, horizon = canvas.width, rng.uniform(0.5, 0.68) * canvas.width
    pen.rectangle((0, 0, side, horizon), fill=str(rng.choice(skies)))
    pen.rectangle((0, horizon, side, side), fill=str(rng.choice(grounds)))
    if scene.neighbour:
        _neighbour(pen, scene.neighbour, rng.choice([0.1, 0.9]) * side, horizon)


def _neighbour(pen: ImageDraw.ImageDraw, kind: str, x: float, base: float) -> None:
    """A small tree, house or lamp at the horizon."""
    if kind == "tree":
        pen.rectangle((x - 3, base - 34, x + 3, base), fill="#6b4423")
        pen.ellipse((x - 17, base - 62, x + 17, base - 24), fill="#3f7d3a", outline="#2c5a2a")
    elif kind == "house":
        pen.rectangle((x - 18, base - 28, x + 18, base), fill="#d9b48a", outline="#6b4a2a")
        pen.polygon([(x - 22, base - 28), (x, base - 50), (x + 22, base - 28)], fill="#9c3b2c")
    else:
        pen.line((x, base, x, base - 52), fill="#3a3a3a", width=4)
        pen.ellipse((x - 8, base - 62, x + 8, base - 46), fill="#ffe98a", outline="#3a3a3a")


def _paste(canvas: Image.Image, sprite: Image.Image, spot: Figure, zoom: float, shift: float) -> None:
    """Put a figure with the middle of its feet at the spot, tilted about its own middle."""
    side = max(4, round(spot.size * zoom * PIXELS))
    sprite = sprite.resize((side, side), Image.Resampling.LANCZOS)
    if spot.facing < 0:
        sprite = sprite.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if spot.angle:
        sprite = sprite.rotate(spot.angle, Image.Resampling.BICUBIC, expand=False)
    x, y = _scaled((spot.x, spot.y), zoom, shift)
    canvas.paste(sprite, (round(x - side / 2), round(y - side)), sprite)


def _scaled(point: tuple[float, float], zoom: float, shift: float) -> tuple[float, float]:
    """Scene units to canvas pixels, zoomed around the middle of the ground."""
    x, y = 50 + (point[0] - 50) * zoom + shift, 95 + (point[1] - 95) * zoom
    return x * PIXELS, y * PIXELS


def _mark(canvas: Image.Image, mark: Mark, zoom: float, shift: float) -> None:
    pen = ImageDraw.Draw(canvas)
    points = [_scaled(point, zoom, shift) for point in mark.points]
    width = mark.width * PIXELS * zoom
    if mark.kind == "line":
        pen.line(points, fill="#222", width=round(width + 2), joint="curve")
        pen.line(points, fill=mark.colour, width=round(width), joint="curve")
    elif mark.kind == "dots":
        for x, y in _along(points, 7):
            pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), mark.colour, "#222")
    elif mark.kind == "burst":
        (x, y), turn = points[0], math.pi / 8
        radii = [width * 0.45, width] * 8
        corners = [(x + r * math.cos(i * turn), y + r * math.sin(i * turn)) for i, r in enumerate(radii)]
        pen.polygon(corners, fill=mark.colour, outline="#222")
    else:
        x, y = points[0]
        pen.ellipse((x - width, y - width, x + width, y + width), mark.colour, "#222", 2)


def _along(points: list[tuple[float, float]], count: int) -> list[tuple[float, float]]:
    """`count` points along a path, evenly spaced by vertex."""
    at = np.linspace(0, len(points) - 1, count)
    xs, ys = zip(*points, strict=True)
    vertices = np.arange(len(points))
    return list(zip(np.interp(at, vertices, xs), np.interp(at, vertices, ys), strict=True))


def _occlude(canvas: Image.Image, place: str, rng: np.random.Generator) -> None:
    """Blades of grass in front of the feet, or a thin post."""
    pen, side = ImageDraw.Draw(canvas), canvas.width
    if rng.random() < 0.7:
        colour = BACKGROUNDS[place][1][0]
        for x in rng.uniform(0, side, size=14):
            pen.polygon([(x - 4, side), (x, side - rng.uniform(14, 30)), (x + 4, side)], fill=colour)
    else:
        x = rng.choice([rng.uniform(0.02, 0.12), rng.uniform(0.88, 0.98)]) * side
        pen.rectangle((x - 3, 0, x + 3, side), fill="#7a7a7a")


def contact_sheet(pictures: list[Image.Image], titles: list[str], columns: int, zoom: int) -> Image.Image:
    """Pictures in rows, each enlarged `zoom` times with its title below."""
    side = pictures[0].width * zoom
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * (side + 8) + 8, rows * (side + 26) + 8), "white")
    pen = ImageDraw.Draw(sheet)
    for i, (picture, title) in enumerate(zip(pictures, titles, strict=True)):
        x, y = 8 + (i % columns) * (side + 8), 8 + (i // columns) * (side + 26)
        sheet.paste(picture.resize((side, side), Image.Resampling.BICUBIC), (x, y))
        pen.text((x + 2, y + side + 4), title, fill="#111", font_size=15)
    return sheet
