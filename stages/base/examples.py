"""The training captions as examples, and the batches of a run."""

import numpy as np
import pyarrow.compute as pc

from stages.base.options import BaseOptions
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


def all_batches(rows_by_image: list[np.ndarray], options: BaseOptions, seed: int) -> list[np.ndarray]:
    """Rows of captions (B,) for each step: in an epoch each image once, with one of its captions drawn at random.

    `rows_by_image` holds the rows of each image's captions. The last, smaller batch of an epoch is left out, so that
    each step contrasts equally many pairs. InputError where there is no batch, or where the warm-up is not shorter.
    """
    rng, count, size = np.random.default_rng([seed, 1]), len(rows_by_image), options.batch_size
    if count < size:
        raise InputError(f"params.yaml: base.batch_size {size} exceeds the {count} training images; lower it")
    if options.warmup >= (steps := options.epochs * (count // size)):
        raise InputError(f"params.yaml: base.warmup {options.warmup} is not below the run's {steps} steps; lower it")
    batches = []
    for _ in range(options.epochs):
        order = rng.permutation(count)
        for start in range(0, count - size + 1, size):
            batches.append(np.array([rng.choice(rows_by_image[i]) for i in order[start : start + size]]))
    return batches
