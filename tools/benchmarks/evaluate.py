"""python -m tools.benchmarks.evaluate: what the evaluation saves, in one run on one machine.

Seconds of 10,000 bootstrap resamples of 20,000 tuples against a loop over resamples, and of encoding
every unique image and text once against encoding every option of every tuple, as the published
evaluations do, with a random CLIP of the default's size. Both ways must give the same answers.
"""

import io
import time
from collections.abc import Callable

import numpy as np
import open_clip
import pandas as pd
import torch
from PIL import Image

import stages.common.clip.pretrained  # noqa: F401  registers compact
from stages.common.clip.embed import encode_images, encode_texts
from stages.evaluate.bootstrap import mean_intervals
from stages.evaluate.exact import Items
from stages.evaluate.relation import answer

TUPLES, IMAGES, RESAMPLES, LOOPED = 20_000, 4_000, 10_000, 100
ASKED, SHOWN = 1_000, 200  # tuples and images of the encoding: five tuples an image, as on the default


def timed(run: Callable[[], object]) -> tuple[float, object]:
    """Seconds and result of `run`."""
    start = time.perf_counter()
    result = run()
    return time.perf_counter() - start, result


def looped(values: np.ndarray, clusters: np.ndarray, resamples: int) -> list[np.ndarray]:
    """The plain bootstrap: draw images, gather their tuples, take the mean; `resamples` times."""
    rng = np.random.default_rng(0)
    rows = [np.flatnonzero(clusters == cluster) for cluster in np.unique(clusters)]
    draws = (rng.integers(len(rows), size=len(rows)) for _ in range(resamples))
    return [values[np.concatenate([rows[i] for i in drawn])].mean(axis=0) for drawn in draws]


def bootstrap() -> None:
    rng = np.random.default_rng(0)
    values = (rng.random((TUPLES, 12)) < 0.7).astype(float)  # four sets, three directions
    clusters = rng.integers(IMAGES, size=TUPLES)
    ours, _ = timed(lambda: mean_intervals(values, clusters, RESAMPLES, 0))
    plain, _ = timed(lambda: looped(values, clusters, LOOPED))
    plain *= RESAMPLES / LOOPED
    print(f"bootstrap, {RESAMPLES:,} resamples of {TUPLES:,} tuples, 12 accuracies: {ours:.1f} s")
    print(f"  a loop over resamples: {plain:.0f} s (from {LOOPED}), {plain / ours:.1f} times as long")


def noise(image: int) -> bytes:
    """A JPEG of the default's size."""
    jpeg = io.BytesIO()
    pixels = np.random.default_rng(image).integers(0, 256, (96, 96, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(jpeg, "jpeg")
    return jpeg.getvalue()


def encoding() -> None:
    torch.manual_seed(0)
    model, _, transform = open_clip.create_model_and_transforms("compact")
    model, tokenizer = model.eval(), open_clip.get_tokenizer("compact")
    jpegs = {image: noise(image) for image in range(SHOWN)}
    pairs = np.random.default_rng(1).integers(SHOWN, size=(ASKED, 2))
    pairs[:, 1] = np.where(pairs[:, 0] == pairs[:, 1], (pairs[:, 1] + 1) % SHOWN, pairs[:, 1])
    texts = [f"man number {image} riding a horse" for image in range(SHOWN)]
    table = pd.DataFrame({"images": pairs.tolist(), "texts": [[texts[i] for i in row] for row in pairs]})

    def once() -> np.ndarray:
        index, names = pd.Index(jpegs), pd.Index(texts)
        images = encode_images(model, transform, [jpegs[image] for image in index])
        return answer(table, Items(index, images, names, encode_texts(model, tokenizer, texts)))["i2t"].to_numpy()

    def every() -> np.ndarray:
        images = encode_images(model, transform, [jpegs[i] for i in pairs.ravel()]).reshape(ASKED, 2, -1)
        said = encode_texts(model, tokenizer, [texts[i] for i in pairs.ravel()]).reshape(ASKED, 2, -1)
        scores = np.einsum("nd,nkd->nk", images[:, 0], said)  # (N, 2)
        return (scores[:, 0] > scores[:, 1]).astype(float)

    once()  # warm
    (ours, found), (plain, expected) = timed(once), timed(every)
    agree = (found == expected).mean()
    print(f"encoding {ASKED:,} tuples of {SHOWN} images, each item once: {ours:.1f} s")
    print(f"  every option of every tuple: {plain:.1f} s, {plain / ours:.1f} times as long")
    print(f"  the same answer on {100 * agree:.1f}% of the tuples")


if __name__ == "__main__":
    bootstrap()
    encoding()
