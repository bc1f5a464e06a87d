"""Stanza's models by the quick functions give what Stanza's own give."""

import numpy as np
import pytest
import torch
from stanza.models.common.biaffine import BiaffineScorer, DeepBiaffineScorer
from stanza.models.common.data import get_long_tensor

from stages.parse.bulk import parse_captions
from stages.parse.pipeline import compact_pipeline
from stages.parse.quick import bilinear, distinct_rows, label_scores, padded, remembered, use_quick_models

CAPTIONS = [
    "A bathroom with a toilet and sink",
    "A ball is kicked by a boy.  It rolls.",
    "Two people standing next to each other holding tennis rackets.",
    "A man that is riding on the back of a horse and doesn't fall off!",
    "sheep",
    "a group of skiiers, some with helmets, waiting at the top of the hill for the lift to pick them up",
]


def randomised(module: torch.nn.Module) -> torch.nn.Module:
    """The module with random numbers for weights: Stanza's scorers begin at zero."""
    torch.manual_seed(0)
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter)
    return module.eval()


def test_whole_pipeline_gives_the_same_trees():
    expected = parse_captions(compact_pipeline(), CAPTIONS)
    pipeline = compact_pipeline()
    use_quick_models(pipeline)
    assert parse_captions(pipeline, CAPTIONS) == expected
    assert parse_captions(pipeline, CAPTIONS[:1]) == expected[:1], "what is remembered stays right"


def test_distinct_rows_by_a_plain_loop():
    rows = np.random.default_rng(0).integers(0, 3, size=(200, 3))
    first, form = distinct_rows(rows)
    seen = list(dict.fromkeys(map(tuple, rows.tolist())))
    assert [tuple(row) for row in rows[first].tolist()] == seen
    assert [seen[i] for i in form] == [tuple(row) for row in rows.tolist()]


def test_bilinear_is_the_scorer():
    scorer, first, second = randomised(BiaffineScorer(5, 4, 3)), torch.randn(7, 5), torch.randn(7, 4)
    torch.testing.assert_close(bilinear(scorer, first, second), scorer(first, second))


@pytest.mark.parametrize("words", [3, 130])
def test_label_scores_are_the_pairwise_scorers_at_the_heads(words):
    """130 words take more than one chunk."""
    scorer = randomised(DeepBiaffineScorer(6, 6, 5, 4, pairwise=True))
    states, heads = torch.randn(1, words, 6), torch.randint(words, (words,))
    every = scorer(states, states)[0]  # (W, W, O)
    found = label_scores(scorer, states[0], states[0, heads])
    torch.testing.assert_close(found, every[torch.arange(words), heads])


@pytest.mark.parametrize("rows", [[[1, 2, 3], [4]], [[7]], [[[1, 2], [3, 4]], [[5, 6]]]])
def test_padded_is_stanzas(rows):
    assert torch.equal(padded(rows, len(rows)), get_long_tensor(rows, len(rows)))


def test_remembered_asks_once():
    asked = []
    double = remembered(lambda units: asked.append(units) or [2 * u for u in units])
    assert double([1, 2]) == double([1, 2]) == [2, 4]
    assert asked == [[1, 2]]
