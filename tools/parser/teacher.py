"""The teacher of the compact parser: a sentence encoder fine-tuned on trees, far too slow to ship.

Over its word states lie linear heads for the tags and deep biaffine heads for the tree (Dozat and
Manning 2017), in one model, so that one pass over a caption gives all that the students learn.
"""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from stanza.models.common.chuliu_edmonds import chuliu_edmonds_one_root
from torch import nn
from transformers import AutoModel, AutoTokenizer

TAGS = ("upos", "xpos", "feats")
WORDS = 1200  # in a batch
RATES = (2e-4, 2e-3)  # of the encoder and of the heads
IGNORED = -100  # the label that cross-entropy leaves out


class Row(NamedTuple):
    """A word of a sentence, its fields as in CoNLL-U; `head` 1-based, 0 for the root."""

    form: str
    upos: str
    xpos: str
    feats: str
    head: int
    deprel: str


def read_rows(text: str) -> list[list[Row]]:
    """The sentences of a file in CoNLL-U; the lines of tokens with several words are left out."""
    sentences = []
    for block in text.strip().split("\n\n"):
        fields = [line.split("\t") for line in block.split("\n") if line[:1].isdigit()]
        fields = [f for f in fields if f[0].isdigit()]
        sentences.append([Row(f[1], f[3], f[4], f[5], int(f[6] or 0), f[7]) for f in fields])
    return sentences


class Biaffine(nn.Module):
    """(B, N, H) states of dependants and of heads -> (B, labels, N dependants, N heads) scores."""

    def __init__(self, states: int, hidden: int, labels: int):
        super().__init__()
        self.dependant, self.head = nn.Linear(states, hidden), nn.Linear(states, hidden)
        self.weight = nn.Parameter(torch.zeros(labels, hidden + 1, hidden + 1))
        self.drop = nn.Dropout(0.25)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        ones = states.new_ones(*states.shape[:2], 1)  # (B, N, 1)
        sides = [torch.cat([self.drop(torch.relu(side(states))), ones], -1) for side in (self.dependant, self.head)]
        return torch.einsum("bih,lhg,bjg->blij", sides[0], self.weight, sides[1])  # (B, L, N, N)


class Teacher(nn.Module):
    """Encoder and heads; `labels` lists the values of each of TAGS and of deprel."""

    def __init__(self, encoder: str, labels: dict[str, list[str]]):
        super().__init__()
        self.tokenizer = AutoTokenizer.from_pretrained(encoder)
        self.encoder = AutoModel.from_pretrained(encoder, attn_implementation="sdpa")
        self.encoder.embeddings.word_embeddings.requires_grad_(False)  # most of its weights; little to learn
        self.labels = labels
        size = self.encoder.config.hidden_size
        self.drop = nn.Dropout(0.2)
        self.tags = nn.ModuleDict({name: nn.Linear(size, len(labels[name])) for name in TAGS})
        self.arcs, self.deprels = Biaffine(size, 256, 1), Biaffine(size, 96, len(labels["deprel"]))

    def forward(self, sentences: list[list[str]]) -> tuple[dict[str, torch.Tensor], torch.Tensor, torch.Tensor]:
        """Scores of the tags (B, N, labels), arcs (B, N, N) and relations (B, L, N, N); position 0 is the root."""
        coded = self.tokenizer(sentences, is_split_into_words=True, padding=True, truncation=True, return_tensors="pt")
        first = word_starts(coded, max(map(len, sentences)) + 1)
        pieces = self.encoder(input_ids=coded["input_ids"], attention_mask=coded["attention_mask"]).last_hidden_state
        states = self.drop(torch.gather(pieces, 1, first.unsqueeze(-1).expand(-1, -1, pieces.shape[-1])))  # (B, N, H)
        there = torch.arange(first.shape[1]) <= torch.tensor([[len(words)] for words in sentences])  # (B, N)
        arcs = self.arcs(states).squeeze(1).masked_fill(~there.unsqueeze(1), -1e4)  # (B, N, N)
        return {name: head(states) for name, head in self.tags.items()}, arcs, self.deprels(states)


def word_starts(coded, length: int) -> torch.Tensor:
    """(B, N) positions of each word's first piece; the encoder's [CLS] for the root and for what is not there."""
    first = torch.zeros(len(coded["input_ids"]), length, dtype=torch.long)
    for row in range(len(first)):
        for position, word in enumerate(coded.word_ids(row)):
            if word is not None and not first[row, word + 1]:
                first[row, word + 1] = position
    return first


def batches(sentences: list[list[Row]], rng: random.Random) -> Iterator[list[list[Row]]]:
    """Sentences of like length together, about WORDS words a batch, in random order."""
    order = sorted(sentences, key=lambda rows: len(rows) + rng.random())
    found, batch = [], []
    for rows in order:
        if batch and (len(batch) + 1) * len(rows) > WORDS:
            found.append(batch)
            batch = []
        batch.append(rows)
    found.append(batch)
    rng.shuffle(found)
    yield from found


def loss_of(teacher: Teacher, batch: list[list[Row]]) -> torch.Tensor:
    """The sum of the heads' cross-entropies, each a mean over words; relations are asked at the true arcs."""
    tags, arcs, deprels = teacher([[row.form for row in rows] for rows in batch])
    length = arcs.shape[1]
    gold = {name: torch.full((len(batch), length), IGNORED) for name in (*TAGS, "head", "deprel")}
    for name, target in gold.items():
        index = {value: i for i, value in enumerate(teacher.labels[name])} if name != "head" else None
        for i, rows in enumerate(batch):
            values = [getattr(row, name) for row in rows]
            target[i, 1 : len(rows) + 1] = torch.tensor([index.get(v, IGNORED) if index else v for v in values])
    heads = gold["head"].clamp(min=0)
    chosen = heads[:, None, :, None].expand(-1, deprels.shape[1], -1, 1)
    at_heads = deprels.gather(3, chosen).squeeze(3)  # (B, L, N)
    total = nn.functional.cross_entropy(arcs.transpose(1, 2).float(), gold["head"])
    total += nn.functional.cross_entropy(at_heads.float(), gold["deprel"])
    for name, scores in tags.items():
        total += nn.functional.cross_entropy(scores.transpose(1, 2).float(), gold[name])
    return total


def fit(teacher: Teacher, sentences: list[list[Row]], epochs: float, seed: int = 0, save: Path | None = None) -> None:
    """AdamW, a tenth of the steps warming up, then linearly down; bfloat16 where the processor has it."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    encoder = [p for p in teacher.encoder.parameters() if p.requires_grad]
    inner = {id(p) for p in teacher.encoder.parameters()}
    heads = [p for p in teacher.parameters() if id(p) not in inner]
    groups = [{"params": p, "lr": rate} for p, rate in zip((encoder, heads), RATES, strict=True)]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, betas=(0.9, 0.95))
    steps = int(epochs * sum(1 for _ in batches(sentences, rng)))
    rate = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(10 * step / steps + 0.01, max(0.0, (steps - step) / (0.9 * steps)))
    )
    teacher.train()
    step, running = 0, 0.0
    while step < steps:
        for batch in batches(sentences, rng):
            with torch.autocast("cpu", torch.bfloat16):
                loss = loss_of(teacher, batch)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(teacher.parameters(), 1.0)
            optimizer.step()
            rate.step()
            step, running = step + 1, running + loss.item()
            if step % 50 == 0:
                print(f"teacher: step {step} of {steps}, loss {running / 50:.3f}", flush=True)
                running = 0.0
                if save:
                    torch.save({"labels": teacher.labels, "state": teacher.state_dict()}, save)
            if step >= steps:
                break
    teacher.eval()


@torch.inference_mode()
def predict(teacher: Teacher, sentences: list[list[str]]) -> tuple[list[list[Row]], np.ndarray]:
    """Trees of sentences, and of each the probability of its least certain arc (len(sentences),)."""
    trees: list[list[Row]] = [[] for _ in sentences]
    certain = np.ones(len(sentences))
    order = sorted(range(len(sentences)), key=lambda i: len(sentences[i]))
    for start in range(0, len(order), 64):
        chosen = order[start : start + 64]
        with torch.autocast("cpu", torch.bfloat16):
            tags, arcs, deprels = teacher([sentences[i] for i in chosen])
        arcs = arcs.float().log_softmax(-1).numpy()
        tags = {name: scores.argmax(-1).numpy() for name, scores in tags.items()}  # (B, N)
        deprels = deprels.float().numpy()
        for row, i in enumerate(chosen):
            size = len(sentences[i]) + 1
            heads = chuliu_edmonds_one_root(arcs[row, :size, :size])[1:]
            certain[i] = np.exp(min(arcs[row, word, head] for word, head in enumerate(heads, 1)))
            trees[i] = _rows(teacher, sentences[i], heads, deprels[row], {name: tags[name][row] for name in tags})
    return trees, certain


def _rows(teacher: Teacher, words: list[str], heads, deprels: np.ndarray, tags: dict[str, np.ndarray]) -> list[Row]:
    """One sentence; the root's relation is "root" and no other word's is."""
    names, rows = teacher.labels["deprel"], []
    root = names.index("root")
    for i, (word, head) in enumerate(zip(words, heads, strict=True), 1):
        scores = deprels[:, i, head].copy()
        scores[root] = np.inf if head == 0 else -np.inf
        values = [teacher.labels[name][tags[name][i]] for name in TAGS]
        rows.append(Row(word, *values, int(head), names[int(scores.argmax())]))
    return rows


def label_values(sentences: list[list[Row]]) -> dict[str, list[str]]:
    """Every value of each tag and relation, in order of first use."""
    return {
        name: list(dict.fromkeys(getattr(row, name) for rows in sentences for row in rows))
        for name in (*TAGS, "deprel")
    }


def attachment(gold: list[list[Row]], found: list[list[Row]]) -> dict[str, float]:
    """UPOS, unlabelled and labelled attachment in percent of the words; subtypes of relations are left out."""
    pairs = [(a, b) for x, y in zip(gold, found, strict=True) for a, b in zip(x, y, strict=True)]
    same = [a.head == b.head for a, b in pairs]
    labels = [a.deprel.split(":")[0] == b.deprel.split(":")[0] for a, b in pairs]
    right = {
        "UPOS": [a.upos == b.upos for a, b in pairs],
        "UAS": same,
        "LAS": [head and label for head, label in zip(same, labels, strict=True)],
    }
    return {name: round(100 * sum(values) / len(values), 2) for name, values in right.items()}
