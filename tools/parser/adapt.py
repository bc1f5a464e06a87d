"""Further training of a tagger or parser of Stanza on several treebanks, a batch of each in turn.

Stanza's own training starts a tagger from nothing; here both go on from a trained model.
"""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import torch
from stanza.models.common.utils import set_random_seed
from stanza.models.depparse.data import DataLoader
from stanza.models.depparse.trainer import Trainer as ParserTrainer
from stanza.models.pos.data import Dataset
from stanza.models.pos.trainer import Trainer as TaggerTrainer
from stanza.utils.conll import CoNLL


def tagger_and_batches(model: Path, treebanks: list[Path], words: int):
    trainer = TaggerTrainer(model_file=str(model), device="cpu")
    trainer.args |= {"batch_maximum_tokens": words}
    loaders = []
    for path in treebanks:
        data = Dataset(CoNLL.conll2doc(str(path)), trainer.args, None, vocab=trainer.vocab)
        loaders.append(lambda data=data: data.to_loader(batch_size=100, shuffle=True))
    return trainer, loaders


def parser_and_batches(model: Path, treebanks: list[Path], words: int):
    trainer = ParserTrainer.load(str(model), None, device="cpu")
    loaders = []
    for path in treebanks:
        data = DataLoader(CoNLL.conll2doc(str(path)), words, trainer.args, None, vocab=trainer.vocab)
        loaders.append(lambda data=data: _reshuffled(data))
    return trainer, loaders


def _reshuffled(data: DataLoader) -> DataLoader:
    data.reshuffle()
    return data


def forever(load) -> Iterator:
    while True:
        yield from load()


def adapt(trainer, loaders: list, steps: int, rate: float, target: Path) -> None:
    """Adam, a tenth of the steps warming up, then linearly down; a batch of each treebank in turn."""
    set_random_seed(1)
    trainer.optimizers = trainer.optimizer = {
        "all": torch.optim.Adam(trainer.model.parameters(), lr=rate, betas=(0.9, 0.95))
    }
    trainer.args["max_grad_norm"] = 1.0
    turns, losses = cycle([forever(load) for load in loaders]), []
    for step in range(steps):
        part = min(10 * (step + 1) / steps, (steps - step) / (0.9 * steps))
        trainer.optimizer["all"].param_groups[0]["lr"] = rate * min(1.0, part)
        loss = trainer.update(next(next(turns)))
        losses.append(loss[0] if isinstance(loss, tuple) else loss)
        if (step + 1) % (10 * len(loaders)) == 0:
            print(step + 1, *(round(sum(losses[i :: len(loaders)]) / 10, 3) for i in range(len(loaders))), flush=True)
            losses = []
            trainer.save(str(target))
    trainer.save(str(target))
