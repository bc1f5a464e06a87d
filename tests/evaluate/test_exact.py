"""Cosines that are functions of two items alone."""

import numpy as np
import pandas as pd
import pytest

from stages.common.clip.embed import encode_texts, load_checkpoint
from stages.evaluate.exact import BATCH, Items, embed, exact
from stages.evaluate.relation import answer
from tests.evaluate.project import make_model


def _unit(count: int, dim: int) -> np.ndarray:
    rows = np.random.default_rng(dim).normal(size=(count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("dim", [8, 512, 1280])
def test_sums_do_not_hang_on_their_order(dim):
    """In single precision they do; and the rounding is below that of single precision."""
    units, order = _unit(50, dim), np.random.default_rng(0).permutation(dim)
    rounded = exact(units)
    full = rounded @ rounded.T
    np.testing.assert_array_equal(full, rounded[:, order] @ rounded[:, order].T)
    np.testing.assert_array_equal(full[:, 3], [sum(row * rounded[3]) for row in rounded])
    assert np.abs(full - units.astype(float) @ units.T.astype(float)).max() < 2e-7


def test_each_distinct_item_is_encoded_once_in_whole_batches():
    asked = []

    def encode(items, batch_size):
        asked.append((items, batch_size))
        return np.array([[len(item), 0.0] for item in items])

    found = embed(encode, ["b", "aaa", "b", "cc"], 2)
    assert asked == [(["b", "aaa", "cc", "b"], 2)]
    assert found[:, 0].tolist() == [1, 3, 1, 2]


@pytest.fixture(scope="module")
def encoders(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model") / "base"
    make_model(folder, 0)
    return load_checkpoint(folder)


@pytest.mark.parametrize("batch", [32, BATCH, 200])
def test_order_and_batch_change_no_outcome(encoders, batch):
    """An image is made up of the text after its own; 50 of the 300 images and texts occur under two ids."""
    model, _, tokenizer = encoders
    rng = np.random.default_rng(1)
    texts = np.array([f"a dog of age {age % 250} chasing a cat" for age in range(300)])
    rows = [rng.choice(300, 3, replace=False) for _ in range(500)]
    table = pd.DataFrame({"images": rows, "texts": [list(texts[row]) for row in rows]})

    def outcomes(order: np.ndarray, batch: int) -> pd.DataFrame:
        def embedded(said: np.ndarray) -> np.ndarray:
            return embed(lambda items, batch_size: encode_texts(model, tokenizer, items, batch_size), said, batch)

        index = pd.Index(texts[order]).unique()
        return answer(table, Items(pd.Index(order), embedded(texts[(order + 1) % 300]), index, embedded(index)))

    plain = outcomes(np.arange(300), BATCH)
    pd.testing.assert_frame_equal(outcomes(rng.permutation(300), batch), plain, check_exact=True)
    assert 0.4 < plain["i2t"].mean() < 0.9  # the question is neither trivial nor blind
