"""The training captions as examples, and the batches of a run."""

import numpy as np
import pyarrow.compute as pc

from stages.common.files.errors import InputError
from stages.common.files.tables import SCHEMAS, read_table
from stages.common.training.batches import Examples


def read_examples() -> tuple[Examples, list[np.ndarray]]:
    """The N captions of split train, each with its image, and for each image, by id, the rows of its captions."""
    table = read_table("data/captions/captions", SCHEMAS["captions"], where=pc.field("split") == "train").to_pandas()
    examples = Examples(
        np.full(len(table), "captions"),
        table["image_id"].to_numpy()[:, None],  # (N, 1)
        table["caption"].to_numpy(object)[:, None],  # (N, 1)
        np.full(len(table), None),
    )
    return examples, list(table.groupby("image_id", sort=True).indices.values())


def epoch_batches(rows_by_image: list[np.ndarray], batch_size: int, epochs: int, seed: int) -> list[np.ndarray]:
    """Rows of captions (B,) for each step: in an epoch each image once, with one of its captions drawn at random.

    `rows_by_image` holds the rows of each image's captions. The last, smaller batch of an epoch is left out, so that
    each step contrasts equally many pairs.
    """
    rng = np.random.default_rng([seed, 1])
    batches = []
    for _ in range(epochs):
        order = rng.permutation(len(rows_by_image))
        for start in range(0, len(order) - batch_size + 1, batch_size):
            batches.append(np.array([rng.choice(rows_by_image[i]) for i in order[start : start + batch_size]]))
    return batches


def check_length(images: int, batch_size: int, epochs: int, warmup: int) -> None:
    """InputError where so many images make no batch, or a run that is shorter than the warm-up."""
    if images < batch_size:
        raise InputError(f"params.yaml: base.batch_size {batch_size} exceeds the {images} training images; lower it")
    if warmup >= (steps := epochs * (images // batch_size)):
        raise InputError(f"params.yaml: base.warmup {warmup} is not below the run's {steps} steps; lower it")
