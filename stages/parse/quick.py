"""Stanza's taggers and parsers on many captions at once: the same trees for two thirds of the work.

What is left out changes no tree: a word form's characters are encoded once a batch, dependency labels
are scored for the chosen heads alone instead of for every pair of words, and what a form or a bundle
of features maps to is remembered.
"""

import itertools
from collections.abc import Callable
from types import MethodType

import numpy as np
import stanza
import torch
import torch.nn.functional as F
from stanza.models.common.biaffine import BiaffineScorer, DeepBiaffineScorer
from stanza.models.common.char_model import CharacterModel
from stanza.models.common.data import get_long_tensor
from stanza.models.common.vocab import VOCAB_PREFIX_SIZE
from stanza.models.depparse import data as parser_data
from stanza.models.depparse import model as parser_model
from stanza.models.depparse.model import GraphParser
from stanza.models.pos import data as tagger_data
from torch.nn.utils.rnn import PackedSequence, pack_sequence

from stages.parse.decode import one_root_tree

CHUNK = 64  # words whose labels are scored at once, so that the intermediate product stays in the cache


def distinct_rows(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each distinct row of `rows` (W, L) stands first, ascending (U,), and which one each row is (W,).

    >>> [array.tolist() for array in distinct_rows(np.array([[5, 1], [2, 0], [5, 1]]))]
    [[0, 1], [0, 1, 0]]
    """
    rows = np.ascontiguousarray(rows)
    whole = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()  # (W,)
    _, first, inverse = np.unique(whole, return_index=True, return_inverse=True)  # (U,), (W,)
    order = np.argsort(first)  # (U,)
    return first[order], np.argsort(order)[inverse]


def encode_forms(
    self: CharacterModel, chars: torch.Tensor, mask: torch.Tensor, origin: list[int], sentlens: list[int], wordlens: list
) -> PackedSequence:
    """CharacterModel.forward with each distinct word of `chars` (W, L) encoded once.

    The words come sorted by falling length, word i being number origin[i] of the batch, whose
    sentences have `sentlens` words; `mask` is not read, as in Stanza.
    """
    first, form = distinct_rows(chars.cpu().numpy())
    lengths = [wordlens[i] for i in first.tolist()]
    distinct = chars[torch.from_numpy(first).to(chars.device)]  # (U, L)
    encoded = CharacterModel.forward(self, distinct, None, range(len(first)), [len(first)], lengths)
    of_word = np.empty_like(form)  # (W,): the form of each word in the order of the batch
    of_word[np.array(origin)] = form
    words = encoded.data[torch.from_numpy(of_word).to(chars.device)]  # (W, D)
    return pack_sequence(words.split(sentlens))


def bilinear(self: BiaffineScorer, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """BiaffineScorer.forward, (W, I) and (W, J) to (W, O), as one matrix product in place of one an output."""
    first, second = with_one(first), with_one(second)  # (W, I+1), (W, J+1)
    weight = self.W_bilin.weight.permute(1, 0, 2)  # (I+1, O, J+1)
    products = (first @ weight.flatten(1)).view(len(first), *weight.shape[1:])  # (W, O, J+1)
    return torch.einsum("woj,wj->wo", products, second) + self.W_bilin.bias  # (W, O)


def label_scores(scorer: DeepBiaffineScorer, words: torch.Tensor, heads: torch.Tensor) -> torch.Tensor:
    """Scores (W, O) of the labels between words and their heads, states (W, S) each, by a pairwise scorer."""
    first = with_one(F.relu(scorer.W1(words)))  # (W, I+1)
    second = with_one(F.relu(scorer.W2(heads)))  # (W, J+1)
    weight, bias = scorer.scorer.W_bilin.weight, scorer.scorer.W_bilin.bias  # (I+1, J+1, O), (O,)
    scores = []
    for a, b in zip(first.split(CHUNK), second.split(CHUNK), strict=True):
        products = (a @ weight.flatten(1)).view(-1, *weight.shape[1:])  # (C, J+1, O)
        scores.append(torch.bmm(b[:, None], products)[:, 0])  # (C, O)
    return torch.cat(scores) + bias


def with_one(rows: torch.Tensor) -> torch.Tensor:
    """`rows` (W, D) with a column of ones, (W, D+1): the affine part of a biaffine product."""
    return torch.cat([rows, rows.new_ones(len(rows), 1)], dim=1)


def head_scores(parser: GraphParser, states: torch.Tensor) -> np.ndarray:
    """Log-probabilities (B, L, L) of each word's head: by content, by side and by distance, as in Stanza."""
    scores = parser.unlabeled(states, states).squeeze(3)  # (B, L, L)
    place = torch.arange(states.shape[1], device=states.device)  # (L,)
    offset = place[None, :] - place[:, None]  # (L, L)
    if parser.args["linearization"]:
        side = parser.linearization(states, states).squeeze(3)  # (B, L, L)
        scores += F.logsigmoid(side * offset.sign().float())
    if parser.args["distance"]:
        expected = 1 + F.softplus(parser.distance(states, states).squeeze(3))  # (B, L, L)
        scores -= torch.log((offset.abs().float() - expected) ** 2 / 2 + 1)
    scores.masked_fill_(offset == 0, float("-inf"))
    return F.log_softmax(scores, dim=2).cpu().numpy()


def predict_trees(self: GraphParser, *batch, resolve_head_constraints: bool = False) -> list[list[list]]:
    """GraphParser.predict: [head, label] of each word of each sentence; labels for the chosen heads alone.

    Models that score arcs otherwise, or mend trees by the labels of other arcs, are left to Stanza.
    """
    if resolve_head_constraints or self.args.get("use_arc_embedding"):
        return GraphParser.predict(self, *batch, resolve_head_constraints=resolve_head_constraints)
    states, lengths = self.embed(*batch), batch[-3]  # (B, L, S); the root's place counts as a word
    scores = head_scores(self, states)
    heads = [one_root_tree(own[:n, :n])[1:] for own, n in zip(scores, lengths, strict=True)]
    sentence = torch.tensor([i for i, n in enumerate(lengths) for _ in range(n - 1)])  # (W,)
    word = torch.tensor([i for n in lengths for i in range(1, n)])  # (W,)
    head = torch.from_numpy(np.concatenate(heads).astype(np.int64))  # (W,)
    found = label_scores(self.deprel, states[sentence, word], states[sentence, head]).argmax(dim=1)  # (W,)
    labels = self.vocab["deprel"].unmap((found + VOCAB_PREFIX_SIZE).tolist())
    pairs = iter(zip(head.tolist(), labels, strict=True))
    return [[list(next(pairs)) for _ in own] for own in heads]


def padded(rows: list[list], batch_size: int, pad_id: int = 0) -> torch.Tensor:
    """Stanza's get_long_tensor: lists of numbers as int64 (B, L), filled up with `pad_id`, at once.

    >>> padded([[1, 2], [3]], 2).tolist()
    [[1, 2], [3, 0]]
    """
    if not rows[0] or isinstance(rows[0][0], list):
        return get_long_tensor(rows, batch_size, pad_id)
    lengths = np.array([len(row) for row in rows])  # (B,)
    table = np.full((batch_size, lengths.max()), pad_id, np.int64)  # (B, L)
    table[np.arange(table.shape[1]) < lengths[:, None]] = list(itertools.chain.from_iterable(rows))
    return torch.from_numpy(table)


def remembered(function: Callable[[list], object]) -> Callable[[list], object]:
    """`function` of a list, its results kept by the list's content; they must not be changed."""
    known: dict[tuple, object] = {}

    def look_up(units: list) -> object:
        key = tuple(units)
        if key not in known:
            known[key] = function(units)
        return known[key]

    return look_up


def use_quick_models(pipeline: stanza.Pipeline) -> None:
    """Let the tagger and the parser of `pipeline` work by the functions above, where they are of that kind."""
    parser_model.chuliu_edmonds_one_root = one_root_tree
    parser_data.get_long_tensor = tagger_data.get_long_tensor = padded
    tagger, parser = (pipeline.processors[name].trainer for name in ("pos", "depparse"))
    for trainer in (tagger, parser):
        trainer.vocab["char"].map = remembered(trainer.vocab["char"].map)
        for module in trainer.model.modules():
            if type(module) is CharacterModel and module.attn and not module.pad:
                module.forward = MethodType(encode_forms, module)
            elif type(module) is BiaffineScorer:
                module.forward = MethodType(bilinear, module)
    tagger.vocab["feats"].id2unit = remembered(tagger.vocab["feats"].id2unit)
    if type(parser.model) is GraphParser:
        parser.model.predict = MethodType(predict_trees, parser.model)
