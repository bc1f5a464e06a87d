"""What the captions of an image claim, up to synonyms: the test for false negatives."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from stages.negatives.lexicon import Words

PARTS = ("subject", "relation", "object")


@dataclass(frozen=True)
class Claims:
    """Sorted codes of (image, subject, relation, object), all that may be true of each image."""

    codes: np.ndarray  # (C,) int64, sorted, unique
    images: pd.Index
    words: dict[str, pd.Index]  # canonical words of each part
    lexicon: dict[str, Words]

    def code(self, image_ids: pd.Series, triples: pd.DataFrame) -> np.ndarray:
        """Codes (N,) of the triples said of the images; -1 where a word is in no caption at all."""
        positions = [self.images.get_indexer(image_ids)]
        for part in PARTS:
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
        return int(np.prod([len(self.words[part]) for part in PARTS]))

    def _combine(self, positions: list[np.ndarray]) -> np.ndarray:
        known = np.all([position >= 0 for position in positions], axis=0)
        code = positions[0].astype(np.int64)
        for part, position in zip(PARTS, positions[1:], strict=True):
            code = code * len(self.words[part]) + position
        return np.where(known, code, -1)


def canonical_words(column: pd.Series, lexicon: Words) -> pd.Series:
    """Each word's canonical synonym, itself where it has none."""
    return column.map({word: lexicon.canonical.get(word, word) for word in column.unique()})


def read_claims(triples: pd.DataFrame, nouns: Words, verbs: Words) -> Claims:
    """Every statement that the triples of an image's captions make or leave open.

    A claim "man riding horse" also leaves "man sitting on horse" and "person riding horse" open,
    by the overlaps. Particles and prepositions are left out: "sit in" may well be "sit on".
    """
    lexicon = {"subject": nouns, "relation": verbs, "object": nouns}
    said = triples[["image_id"]].copy()
    for part in PARTS:
        said[part] = canonical_words(triples[part], lexicon[part])
    said = said.drop_duplicates()
    for part in PARTS:
        said = _with_overlaps(said, part, lexicon[part])
    names = {part: pd.Index(sorted(said[part].unique())) for part in PARTS}
    empty = Claims(np.zeros(0, np.int64), pd.Index(sorted(said["image_id"].unique())), names, lexicon)
    return Claims(np.unique(empty.code(said["image_id"], said)), empty.images, names, lexicon)


def _with_overlaps(said: pd.DataFrame, part: str, lexicon: Words) -> pd.DataFrame:
    pairs = pd.DataFrame(sorted(lexicon.overlaps), columns=[part, "other"], dtype=said[part].dtype)
    also = said.merge(pairs, on=part).drop(columns=part).rename(columns={"other": part})
    return pd.concat([said, also[said.columns]], ignore_index=True).drop_duplicates()
