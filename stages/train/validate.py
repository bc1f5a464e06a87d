"""Accuracy on the tuples of split val during a run, which changes nothing in the run."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import open_clip
import torch

from stages.common.clip.clip import embed_padded_texts
from stages.train.weights import training_mode

BATCH = 256


class Questions(NamedTuple):
    """N tuples of an anchor and K negatives; -1 where there is no image, or no text beyond a set's negatives."""

    sets: np.ndarray  # (N,) names
    images: np.ndarray  # (N, K+1) rows that `show` takes
    texts: np.ndarray  # (N, K+1) rows of `tokens`
    tokens: torch.Tensor  # (T, L)


def distinct(rows: np.ndarray) -> tuple[Iterator[np.ndarray], np.ndarray]:
    """Batches of the rows that occur in `rows` (N, K+1), each once, and which one each is; -1 stays -1."""
    found, which = np.unique(rows, return_inverse=True)
    lacks = int(found[0] < 0)
    found = found[lacks:]
    return (found[start : start + BATCH] for start in range(0, len(found), BATCH)), which.reshape(rows.shape) - lacks


def answers(own: torch.Tensor, others: torch.Tensor, given: np.ndarray, offered: np.ndarray) -> np.ndarray:
    """Of M tuples whether item 0 of `given` (M, K+1) prefers item 0 of `offered` (M, K+1), bool (M,).

    Both are rows of unit-length embeddings, of `own` (P, D) and `others` (Q, D). -1 is not offered; a
    tie is wrong.
    """
    asked, offered = (torch.from_numpy(rows.copy()).to(own.device) for rows in (given[:, 0], offered))  # (M,), (M, K+1)
    scores = torch.einsum("md,mkd->mk", own[asked], others[offered])  # (M, K+1)
    scores = scores.masked_fill(offered < 0, float("-inf"))  # (M, K+1)
    return (scores[:, 0] > scores[:, 1:].amax(dim=1)).cpu().numpy()


@torch.no_grad()
def validate(
    model: open_clip.CLIP, show: Callable[[np.ndarray], torch.Tensor], questions: Questions
) -> dict[str, float]:
    """The share of right answers by set, image to text and text to image, the latter of tuples with an
    image beside the anchor's: {"val_i2t_swapped": 0.75, ...}.

    `show` embeds rows of images (P,) as (P, D). Each image and text is encoded once; no random number
    is drawn, and the model is left in training mode.
    """
    model.eval()
    device, tokens = model.logit_scale.device, questions.tokens
    (image_rows, images), (text_rows, texts) = distinct(questions.images), distinct(questions.texts)
    shown = torch.cat([show(rows) for rows in image_rows])  # (P, D)
    said = torch.cat([embed_padded_texts(model, tokens[rows], device) for rows in text_rows])  # (U, D)
    training_mode(model)
    found = {}
    for name in np.unique(questions.sets):
        mine = questions.sets == name
        found[f"val_i2t_{name}"] = answers(shown, said, images[mine], texts[mine])
        mine &= (images[:, 1:] >= 0).any(axis=1)
        found[f"val_t2i_{name}"] = answers(said, shown, texts[mine], images[mine])
    return {name: round(float(right.mean()), 4) for name, right in found.items() if len(right)}
