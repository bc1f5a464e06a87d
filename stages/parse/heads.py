"""The best tree over a sentence: at once where every word's best head makes one, searched by Stanza elsewhere."""

import numpy as np
from stanza.models.common.chuliu_edmonds import chuliu_edmonds_one_root


def best_tree(scores: np.ndarray) -> np.ndarray:
    """The head of every word in the tree of the greatest sum of scores, one word being the root's: (N,), 0 the root.

    `scores` (N, N): of a word, the row, with each head, the column; row 0 is not read. What
    chuliu_edmonds_one_root gives, but that starts from scores under which no word hangs on the root, so that it has
    cycles to break in every sentence. In nearly every one the best heads make a tree as they are.
    """
    scores = scores.copy()
    np.fill_diagonal(scores, -np.inf)  # no word is its own head
    heads = scores.argmax(axis=1)  # (N,)
    heads[0] = 0
    above = heads
    for _ in range(len(heads).bit_length()):
        above = above[above]  # (N,), twice as far up
    is_tree = not above.any() and np.count_nonzero(heads[1:] == 0) == 1
    return heads if is_tree else chuliu_edmonds_one_root(scores)
