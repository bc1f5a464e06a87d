"""Validation against a plain loop; ties are wrong."""

import numpy as np
import torch

from stages.common.training.validate import Questions, answers, distinct, validate
from tests.project import tiny_model


def test_answers_worked_by_hand():
    """Anchors (1, 0) and (0, 1), offered their own and the other; then twice the same, a tie."""
    eye = torch.eye(2)
    given = np.array([[0, 1], [1, 0]])
    assert answers(eye, eye, given, given).tolist() == [True, True]
    assert answers(eye, eye, given, given[::-1].copy()).tolist() == [False, False]
    assert answers(eye, eye, given, np.array([[0, 0], [1, -1]])).tolist() == [False, True]


def test_distinct_rows_in_batches():
    batches, which = distinct(np.array([[7, -1], [3, 7]]))
    assert [batch.tolist() for batch in batches] == [[3, 7]]
    assert which.tolist() == [[1, -1], [0, 1]]


def test_equals_a_loop_over_tuples_and_draws_nothing():
    model = tiny_model()[0].train()
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randn(6, 3, 16, 16, generator=generator)
    tokens = torch.randint(1, 400, (5, 12), generator=generator).int()
    sets = np.array(["swapped", "random", "swapped", "swapped"])
    images, texts = np.array([[0, 1], [2, 3], [4, -1], [5, 0]]), np.array([[0, 1], [2, 3], [4, 0], [1, 1]])

    def show(rows):
        return model.encode_image(pixels[rows], normalize=True)

    before = torch.get_rng_state()
    found = validate(model, show, Questions(sets, images, texts, tokens))
    assert torch.equal(torch.get_rng_state(), before) and model.training
    with torch.no_grad():
        shown, said = model.eval().encode_image(pixels, normalize=True), model.encode_text(tokens, normalize=True)
    right = {name: [] for name in ("val_i2t_random", "val_t2i_random", "val_i2t_swapped", "val_t2i_swapped")}
    for name, (anchor, other), (own, wrong) in zip(sets, images, texts, strict=True):
        better = own != wrong and shown[anchor] @ said[own] > shown[anchor] @ said[wrong]
        right[f"val_i2t_{name}"].append(float(better))
        if other >= 0:
            right[f"val_t2i_{name}"].append(float(said[own] @ shown[anchor] > said[own] @ shown[other]))
    assert found == {name: round(sum(values) / len(values), 4) for name, values in right.items()}
