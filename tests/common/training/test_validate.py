"""Validation against a plain loop; ties are wrong."""

import numpy as np
import pandas as pd
import torch

from stages.common.training.batches import Examples
from stages.common.training.images import ImageData
from stages.common.training.validate import BATCH, answers, distinct, validate
from tests.project import tiny_clip


def test_answers_worked_by_hand():
    """Anchors (1, 0) and (0, 1), offered their own and the other; then twice the same, a tie."""
    eye = torch.eye(2)
    given = np.array([[0, 1], [1, 0]])
    assert answers(eye, eye, given, given).tolist() == [True, True]
    assert answers(eye, eye, given, given[::-1].copy()).tolist() == [False, False]
    assert answers(eye, eye, given, np.array([[0, 0], [1, -1]])).tolist() == [False, True]


def test_distinct_rows_in_batches():
    batches, place = distinct(np.array([[7, -1], [3, 7]]))
    assert [batch.tolist() for batch in batches] == [[3, 7]]
    assert place.tolist() == [[1, -1], [0, 1]]
    batches, place = distinct(np.arange(BATCH + 1)[:, None])
    assert [len(batch) for batch in batches] == [BATCH, 1] and place[-1].tolist() == [BATCH]


def test_equals_a_loop_over_tuples_and_draws_nothing():
    clip, generator = tiny_clip(), torch.Generator().manual_seed(0)
    pixels = torch.randn(6, 3, 16, 16, generator=generator)
    tokens = torch.randint(1, 400, (5, 12), generator=generator).int()
    sets = np.array(["swapped", "random", "swapped", "swapped"])
    images, texts = np.array([[0, 1], [2, 3], [4, -1], [5, 0]]), np.array([[0, 1], [2, 3], [4, 0], [1, 1]])

    def open_plain():
        return lambda rows, seeds: pixels[rows]

    def encode(rows):
        return clip.model.encode_image(rows, normalize=True)

    data = ImageData("pixels", pd.RangeIndex(6), open_plain, open_plain, encode, 0)
    before = torch.get_rng_state()
    found = validate(clip, data, Examples(sets, images, texts, np.full(4, -1)), tokens)
    assert torch.equal(torch.get_rng_state(), before)
    with torch.no_grad():
        image, text = encode(pixels), clip.model.encode_text(tokens, normalize=True)
    right = {name: [] for name in ("val_i2t_random", "val_t2i_random", "val_i2t_swapped", "val_t2i_swapped")}
    for name, (anchor, other), (own, wrong) in zip(sets, images, texts, strict=True):
        better = own != wrong and image[anchor] @ text[own] > image[anchor] @ text[wrong]
        right[f"val_i2t_{name}"].append(float(better))
        if other >= 0:
            right[f"val_t2i_{name}"].append(float(text[own] @ image[anchor] > text[own] @ image[other]))
    assert found == {name: round(sum(values) / len(values), 4) for name, values in right.items()}
