"""Makes one scene; a module of its own, which child processes can import."""

from pathlib import Path

import numpy as np

from stages.scenes.captions import write_captions
from stages.scenes.draw import draw_picture
from stages.scenes.world import Scene, draw_scene


def make_scene(folder: Path, size: int, seed: int, number: int) -> tuple[Scene, list[str]]:
    """Draw scene `number` into the folder; the scene and its captions."""
    scene = draw_scene(seed, number)
    rng = np.random.default_rng([seed, 13, number])
    draw_picture(scene, size, rng).save(folder / f"{number:06d}.jpg", quality=90)
    return scene, write_captions(scene, rng)
