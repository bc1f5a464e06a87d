"""What fine-tuning must not cost: caption retrieval and the naming of nouns."""

import numpy as np

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


def recalls(
    images: np.ndarray, image_ids: np.ndarray, texts: np.ndarray, text_images: np.ndarray, chunk: int = CHUNK
) -> dict[str, float]:
    """Recall@1, 5 and 10 both ways, as in the retrieval of CLIP (arXiv 2103.00020) with COCO's five captions.

    `images` (I, D), `image_ids` (I,), `texts` (T, D), `text_images` (T,) the image of each caption.
    An image is found right by any of its captions, so image 7 is although its first caption is off:

    >>> images, texts = np.eye(2), np.array([[0.0, 1.0], [1.0, 0.0], [0.1, 0.9]])
    >>> found = recalls(images, np.array([7, 8]), texts, np.array([7, 7, 8]))
    >>> found["i2t_recall@1"], round(found["t2i_recall@1"], 2), found["t2i_recall@5"]
    (0.5, 0.67, 1.0)
    """
    to_text = best_match_ranks(images, texts, image_ids, text_images, chunk)
    to_image = best_match_ranks(texts, images, text_images, image_ids, chunk)
    return {
        f"{name}_recall@{rank}": float((ranks <= rank).mean())
        for name, ranks in (("i2t", to_text), ("t2i", to_image))
        for rank in RANKS
    }


def noun_accuracy(images: np.ndarray, nouns: np.ndarray, depicted: list[set[int]]) -> float:
    """Share of images whose nearest noun is one that they show: zero-shot classification, several right; a tie is wrong.

    `images` (I, D), `nouns` (N, D) embeddings of "a photo of a NOUN", `depicted` the right positions.

    >>> noun_accuracy(np.eye(2), np.eye(2), [{0, 1}, {0}])
    0.5
    """
    scores = images @ nouns.T  # (I, N)
    shown = np.zeros(scores.shape, bool)  # (I, N)
    for row, right in zip(shown, depicted, strict=True):
        row[list(right)] = True
    best, other = (np.where(mask, scores, -np.inf).max(axis=1) for mask in (shown, ~shown))  # (I,) each
    return float((best > other).mean())
