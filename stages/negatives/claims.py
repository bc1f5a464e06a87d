"""What the captions of an image claim, up to synonyms: the test for false negatives."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stages.negatives.lexicon import Words, canonical_words, overlap

PARTS = ("subject", "relation", "object")
CHUNK = 2**18  # statements compared at once


@dataclass(frozen=True)
class Claims:
    """The distinct triples of each image, as codes of canonical words."""

    images: pd.Index
    starts: np.ndarray  # (I+1,) the claims of image i are those from starts[i] to starts[i+1]
    said: np.ndarray  # (C, 3) codes of subject, relation and object
    names: dict[str, pd.Index]  # the word of each code, by part
    lexicon: dict[str, Words]
    same: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]]  # which codes are one word or overlap

    def statements(self, triples: pd.DataFrame) -> np.ndarray:
        """Codes (N, 3) of the triples' words; -1 where a word is in no caption."""
        columns = [self.names[part].get_indexer(canonical_words(triples[part], self.lexicon[part])) for part in PARTS]
        return np.stack(columns, axis=1)

    def said_of(self, statements: np.ndarray, images: np.ndarray, parts: tuple[str, ...] = PARTS) -> np.ndarray:
        """Whether each statement (M, 3) may be true of the image at that position (M,), by its claims.

        A claim "man riding horse" also leaves "man sitting on horse" and "person riding horse" open, by
        the overlaps. Particles and prepositions are left out: "sit in" may well be "sit on". With the parts
        subject and relation alone, whoever rides anything is riding.
        """
        found = np.zeros(len(statements), bool)
        for begin in range(0, len(statements), CHUNK):
            rows = slice(begin, begin + CHUNK)
            first, counts = self.starts[images[rows]], np.diff(self.starts)[images[rows]]  # (B,) each
            before = np.cumsum(counts) - counts
            claim = np.arange(counts.sum()) + np.repeat(first - before, counts)  # (sum of counts,)
            asked = np.repeat(statements[rows], counts, axis=0)  # (sum of counts, 3)
            true = np.ones(len(claim), bool)
            for column, part in enumerate(PARTS):
                if part in parts:
                    true &= self.same[part](asked[:, column], self.said[claim, column])
            found[rows] = np.logical_or.reduceat(true, before) if len(counts) else False
        return found


def read_claims(triples: pd.DataFrame, nouns: Words, verbs: Words) -> Claims:
    """The claims of every image, an image at least one."""
    lexicon = {"subject": nouns, "relation": verbs, "object": nouns}
    said = pd.DataFrame({part: canonical_words(triples[part], lexicon[part]) for part in PARTS})
    nouns_said = pd.Index(sorted({*said["subject"].unique(), *said["object"].unique()}))
    verbs_said = pd.Index(sorted(said["relation"].unique()))
    names = {"subject": nouns_said, "relation": verbs_said, "object": nouns_said}
    images = pd.Index(sorted(triples["image_id"].unique()))
    codes = pd.DataFrame({part: names[part].get_indexer(said[part]) for part in PARTS})
    codes.insert(0, "image", images.get_indexer(triples["image_id"]))
    codes = codes.drop_duplicates().sort_values(list(codes), kind="stable").to_numpy()  # (C, 4)
    starts = np.searchsorted(codes[:, 0], np.arange(len(images) + 1))
    same = {part: overlap(lexicon[part], names[part]) for part in PARTS}
    return Claims(images, starts, codes[:, 1:], names, lexicon, same)
