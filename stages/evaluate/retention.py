"""What fine-tuning must not cost: caption retrieval and the naming of nouns."""

import numpy as np
import pandas as pd

from stages.evaluate.exact import Items
from stages.evaluate.instances import Naming, noun_prompts

RANKS = (1, 5, 10)
CHUNK = 256  # queries scored at once


def best_match_ranks(
    queries: np.ndarray,
    candidates: np.ndarray,
    owner_q: np.ndarray,
    owner_c: np.ndarray,
    chunk: int = CHUNK,
) -> np.ndarray:
    """Rank (1 = first) of every query's best candidate with the same owner; ties count against it.

    `queries` (Q, D), `candidates` (C, D) of unit length; `owner_q` (Q,), `owner_c` (C,) image ids. A
    query may own several candidates, each of which counts as right. So a caption that another image has word for
    word, or a picture that another id has too, scores the same and is a tie. The (Q, C) scores exist only
    `chunk` rows at a time. Every query must own a candidate.

    >>> best_match_ranks(np.eye(2), np.eye(2)[::-1], np.array([0, 1]), np.array([0, 1])).tolist()
    [2, 2]
    """
    ranks = np.empty(len(queries), dtype=np.int64)
    for start in range(0, len(queries), chunk):
        scores = queries[start : start + chunk] @ candidates.T  # (B, C)
        own = owner_q[start : start + chunk, None] == owner_c[None]  # (B, C)
        best = np.where(own, scores, -np.inf).max(axis=1, keepdims=True)  # (B, 1)
        ranks[start : start + chunk] = 1 + ((scores >= best) & ~own).sum(axis=1)
    return ranks


def caption_recalls(captions: pd.DataFrame, items: Items, chunk: int = CHUNK) -> dict[str, float]:
    """Recall@1, 5 and 10 both ways, as in the retrieval of CLIP (arXiv 2103.00020) with COCO's five captions.

    An image is found right by any of its captions, so image 7 is although its first caption is off:

    >>> captions = pd.DataFrame({"image_id": [7, 7, 8], "caption": ["a", "b", "c"]})
    >>> texts = np.array([[0.0, 1.0], [1.0, 0.0], [0.1, 0.9]])
    >>> found = caption_recalls(captions, Items(pd.Index([7, 8]), np.eye(2), pd.Index(["a", "b", "c"]), texts))
    >>> found["i2t_recall@1"], round(found["t2i_recall@1"], 2), found["t2i_recall@5"]
    (0.5, 0.67, 1.0)
    """
    owners, owner = np.unique(captions["image_id"]), captions["image_id"].to_numpy()
    images, texts = items.of_images(owners), items.of_texts(captions["caption"])  # (I, D), (T, D)
    to_text = best_match_ranks(images, texts, owners, owner, chunk)
    to_image = best_match_ranks(texts, images, owner, owners, chunk)
    return {
        f"{name}_recall@{rank}": float((ranks <= rank).mean())
        for name, ranks in (("i2t", to_text), ("t2i", to_image))
        for rank in RANKS
    }


def naming_accuracy(naming: Naming, items: Items) -> float:
    """Share of images whose nearest name is one that they show: zero-shot, several right; a tie is wrong.

    >>> items = Items(pd.Index([7, 8]), np.eye(2), pd.Index(noun_prompts(["cat", "dog"])), np.eye(2))
    >>> naming_accuracy((["cat", "dog"], {7: {"cat", "dog"}, 8: {"cat"}}), items)
    0.5
    """
    names, shown = naming
    scores = items.of_images(list(shown)) @ items.of_texts(noun_prompts(names)).T  # (I, N)
    right = np.array([[name in said for name in names] for said in shown.values()])  # (I, N)
    best, other = (np.where(mask, scores, -np.inf).max(axis=1) for mask in (right, ~right))  # (I,) each
    return float((best > other).mean())
