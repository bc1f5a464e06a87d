"""Accuracy on the tuples of split val during a run."""

import numpy as np
import torch

from stages.common.clip.embed import Clip, embed_tokens
from stages.common.clip.embedding_table import first_wins
from stages.common.training.batches import Examples
from stages.common.training.images import ImageData, opened

BATCH = 256


@torch.no_grad()
def validate(clip: Clip, images: ImageData, examples: Examples, tokens: torch.Tensor) -> dict[str, float]:
    """The share of right answers by set, image to text and text to image: {"val_i2t_swapped": 0.75, ...}.

    `examples` hold rows of `images` and of `tokens` (T, L). Only tuples with a negative image are asked text to image.
    Each image and text is encoded once. No random number is drawn, and the model is left in evaluation mode.
    """
    clip.model.eval()
    read, device = opened(images.open_plain), clip.device
    (image_batches, image_rows), (text_batches, text_rows) = distinct(examples.images), distinct(examples.texts)
    pictures = torch.cat([images.encode(read(rows, [()] * len(rows)).to(device)) for rows in image_batches])  # (P, D)
    texts = torch.cat([embed_tokens(clip.model, tokens[rows], device) for rows in text_batches])  # (U, D)
    found = {}
    for name in np.unique(examples.sets):
        chosen = examples.sets == name  # (N,)
        found[f"val_i2t_{name}"] = answers(pictures, texts, image_rows[chosen], text_rows[chosen])
        chosen &= (image_rows[:, 1:] >= 0).any(axis=1)
        found[f"val_t2i_{name}"] = answers(texts, pictures, text_rows[chosen], image_rows[chosen])
    return {name: round(float(right.mean()), 4) for name, right in found.items() if len(right)}


def distinct(rows: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
    """The distinct values of `rows` (N, K+1) in batches, and each value's place among them; -1 stays -1."""
    found, place = np.unique(rows, return_inverse=True)  # (U,), (N, K+1)
    absent = int(found[0] < 0)
    found = found[absent:]
    return np.split(found, range(BATCH, len(found), BATCH)), place.reshape(rows.shape) - absent


def answers(queries: torch.Tensor, options: torch.Tensor, query: np.ndarray, option: np.ndarray) -> np.ndarray:
    """Whether the first of `query` (M, K+1) prefers the first of `option` (M, K+1), bool (M,).

    Both are rows of unit-length embeddings, of `queries` (P, D) and `options` (Q, D); -1 is not offered.
    """
    asked, offered = (torch.from_numpy(rows.copy()).to(queries.device) for rows in (query[:, 0], option))
    scores = torch.einsum("md,mkd->mk", queries[asked], options[offered])  # (M, K+1)
    return first_wins(scores.masked_fill(offered < 0, float("-inf"))).cpu().numpy()
