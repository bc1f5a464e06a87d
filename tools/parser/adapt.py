"""Further training of one of Stanza's taggers or parsers on several treebanks, a batch of each in turn.

Stanza's own training starts a tagger from random weights; here both start from a trained model with its vocabulary.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import cycle
from pathlib import Path

import torch
from stanza.models.common.utils import set_random_seed
from stanza.models.depparse.data import DataLoader
from stanza.models.depparse.trainer import Trainer as ParserTrainer
from stanza.models.pos.data import Dataset
from stanza.models.pos.trainer import Trainer as TaggerTrainer
from stanza.utils.conll import CoNLL

Batches = Callable[[], Iterable]  # one pass over a treebank, in another order each time


def tagger_and_batches(model: Path, treebanks: list[Path], words: int) -> tuple[TaggerTrainer, list[Batches]]:
    """The tagger, and batches of at most `words` words; a treebank without XPOS teaches the other tags alone."""
    trainer = TaggerTrainer(model_file=str(model), device="cpu")
    trainer.args |= {"batch_maximum_tokens": words}
    docs = [CoNLL.conll2doc(str(path)) for path in treebanks]
    data = [Dataset(doc, trainer.args, None, vocab=trainer.vocab) for doc in docs]
    return trainer, [lambda one=one: one.to_loader(batch_size=100, shuffle=True) for one in data]


def parser_and_batches(model: Path, treebanks: list[Path], words: int) -> tuple[ParserTrainer, list[Batches]]:
    """The parser, and batches of about `words` words."""
    trainer = ParserTrainer.load(str(model), None, device="cpu")
    docs = [CoNLL.conll2doc(str(path)) for path in treebanks]
    data = [DataLoader(doc, words, trainer.args, None, vocab=trainer.vocab) for doc in docs]

    def shuffled(one: DataLoader) -> DataLoader:
        one.reshuffle()
        return one

    return trainer, [lambda one=one: shuffled(one) for one in data]


def forever(batches: Batches) -> Iterator:
    """Pass after pass."""
    while True:
        yield from batches()


def adapt(trainer: TaggerTrainer | ParserTrainer, batches: list[Batches], steps: int, rate: float) -> None:
    """Train by Adam, a tenth of the steps warming up to `rate`, then linearly down."""
    set_random_seed(1)
    optimizer = torch.optim.Adam(trainer.model.parameters(), lr=rate, betas=(0.9, 0.95))
    trainer.optimizers = trainer.optimizer = {"all": optimizer}  # the tagger's name and the parser's
    trainer.args["max_grad_norm"] = 1.0
    turns = cycle([forever(treebank) for treebank in batches])
    for step in range(steps):
        part = min(10 * (step + 1) / steps, (steps - step) / (0.9 * steps))
        optimizer.param_groups[0]["lr"] = rate * min(1.0, part)
        trainer.update(next(next(turns)))
