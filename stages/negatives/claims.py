"""What the captions of an image claim, up to synonyms: the test for false negatives."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from stages.negatives.lexicon import Words, canonical_words

PARTS = ("subject", "relation", "object")


@dataclass(frozen=True)
class Claims:
    """Sorted codes of (image, subject, relation, object), or without the object: all that may be true."""

    codes: np.ndarray  # (C,) int64, sorted, unique
    images: pd.Index
    words: dict[str, pd.Index]  # canonical words of each part of a statement
    lexicon: dict[str, Words]

    def code(self, image_ids: pd.Series, triples: pd.DataFrame) -> np.ndarray:
        """Codes (N,) of the triples said of the images; -1 where a word is in no caption at all."""
        positions = [self.images.get_indexer(image_ids)]
        for part in self.words:
            canonical = canonical_words(triples[part], self.lexicon[part])
            positions.append(self.words[part].get_indexer(canonical))
        return self._combine(positions)

    def hold(self, codes: np.ndarray) -> np.ndarray:
        """Whether each code (N,) is among the claims."""
        if not len(self.codes):
            return np.zeros(len(codes), bool)
        at = np.searchsorted(self.codes, codes).clip(max=len(self.codes) - 1)
        return self.codes[at] == codes

    def statements(self, triples: pd.DataFrame) -> np.ndarray:
        """Codes (N,) of the triples without their image; -1 where a word is in no caption."""
        first_image = pd.Series(self.images[:1].repeat(len(triples)))
        return self.code(first_image, triples)

    def said_of(self, statements: np.ndarray, image_positions: np.ndarray) -> np.ndarray:
        """Whether each statement (N,) may be true of the image at that position (N,)."""
        codes = image_positions * self._per_image() + statements
        return self.hold(np.where(statements < 0, -1, codes))

    def _per_image(self) -> int:
        return int(np.prod([len(words) for words in self.words.values()]))

    def _combine(self, positions: list[np.ndarray]) -> np.ndarray:
        known = np.all([position >= 0 for position in positions], axis=0)
        code = positions[0].astype(np.int64)
        for words, position in zip(self.words.values(), positions[1:], strict=True):
            code = code * len(words) + position
        return np.where(known, code, -1)


def read_claims(triples: pd.DataFrame, nouns: Words, verbs: Words, parts: tuple[str, ...] = PARTS) -> Claims:
    """Every statement that the triples of an image's captions make or leave open.

    A claim "man riding horse" also leaves "man sitting on horse" and "person riding horse" open,
    by the overlaps. Particles and prepositions are left out: "sit in" may well be "sit on". With the
    parts subject and relation alone a claim is "man riding", whatever he rides.
    """
    lexicon = {"subject": nouns, "relation": verbs, "object": nouns}
    said = {part: canonical_words(triples[part], lexicon[part]) for part in PARTS}
    nouns_said = pd.Index(sorted({*said["subject"].unique(), *said["object"].unique()}))
    verbs_said = pd.Index(sorted(said["relation"].unique()))
    names = {"subject": nouns_said, "relation": verbs_said, "object": nouns_said}
    images = pd.Index(sorted(triples["image_id"].unique()))
    empty = Claims(np.zeros(0, np.int64), images, {part: names[part] for part in parts}, lexicon)
    positions = [names[part].get_indexer(said[part]) for part in parts]  # each (N,)
    codes = np.unique(empty._combine([images.get_indexer(triples["image_id"]), *positions]))
    stride = 1
    for part in reversed(parts):
        codes = _with_overlaps(codes, names[part], lexicon[part], stride)
        stride *= len(names[part])
    return replace(empty, codes=codes)


def _with_overlaps(codes: np.ndarray, names: pd.Index, lexicon: Words, stride: int) -> np.ndarray:
    """Sorted codes (C,), and each with the words that overlap the one of the part at `stride`: (C',)."""
    known = [pair for pair in sorted(lexicon.overlaps) if pair[0] in names and pair[1] in names]
    if not known:
        return codes
    word, other = (names.get_indexer(column) for column in zip(*known, strict=True))  # (P,), ascending
    own = codes // stride % len(names)  # (C,)
    first = np.searchsorted(word, own)
    count = np.searchsorted(word, own, "right") - first  # (C,)
    before = np.cumsum(count) - count
    pair = np.repeat(first - before, count) + np.arange(count.sum())  # (sum of count,)
    also = np.repeat(codes, count) + (other[pair] - word[pair]) * stride
    return np.unique(np.concatenate([codes, also]))
