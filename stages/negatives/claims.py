"""What the captions of each image claim, up to synonyms: the test for false negatives."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from stages.negatives.word_relations import PairTest, Words, canonical_words, overlap

PARTS = ("subject", "relation", "object")
AT_ONCE = 2**18  # statements


@dataclass(frozen=True)
class Claims:
    """The distinct triples of each of I images, as codes of canonical words."""

    images: pd.Index  # (I,)
    starts: np.ndarray  # (I+1,): image i has the claims from starts[i] to starts[i+1]
    codes: np.ndarray  # (C, 3) of subject, relation and object
    names: dict[str, pd.Index]  # the word of each code, by part
    words: dict[str, Words]  # by part
    same: dict[str, PairTest]  # whether two codes are equal or overlap, by part

    def encode(self, triples: pd.DataFrame) -> np.ndarray:
        """Codes (N, 3) of the words of triples; -1 for a word that no caption has."""
        columns = [self.names[part].get_indexer(canonical_words(triples[part], self.words[part])) for part in PARTS]
        return np.stack(columns, axis=1)

    def may_hold(self, statements: np.ndarray, images: np.ndarray, parts: tuple[str, ...] = PARTS) -> np.ndarray:
        """Whether each statement, codes (M, 3), may be true of the image at that position (M,), bool (M,).

        By overlaps, the claim "man riding horse" allows "man sitting on horse" and "person riding horse" too. Particles
        and prepositions are ignored: "sit in" may be "sit on". Only `parts` are compared: with subject and relation,
        the claim allows "man riding" anything.
        """
        found = np.zeros(len(statements), bool)
        for begin in range(0, len(statements), AT_ONCE):
            rows = slice(begin, begin + AT_ONCE)
            first, counts = self.starts[images[rows]], np.diff(self.starts)[images[rows]]  # (B,) each
            before = np.cumsum(counts) - counts
            claim = np.arange(counts.sum()) + np.repeat(first - before, counts)  # (sum of counts,)
            asked = np.repeat(statements[rows], counts, axis=0)  # (sum of counts, 3)
            true = np.ones(len(claim), bool)
            for column, part in enumerate(PARTS):
                if part in parts:
                    true &= self.same[part](asked[:, column], self.codes[claim, column])
            found[rows] = np.logical_or.reduceat(true, before) if len(counts) else False
        return found


def read_claims(triples: pd.DataFrame, nouns: Words, verbs: Words) -> Claims:
    """The claims of every image that has a triple."""
    words = {"subject": nouns, "relation": verbs, "object": nouns}
    canonical = pd.DataFrame({part: canonical_words(triples[part], words[part]) for part in PARTS})
    noun_names = pd.Index(sorted({*canonical["subject"].unique(), *canonical["object"].unique()}))
    names = {"subject": noun_names, "relation": pd.Index(sorted(canonical["relation"].unique())), "object": noun_names}
    images = pd.Index(sorted(triples["image_id"].unique()))
    codes = pd.DataFrame({part: names[part].get_indexer(canonical[part]) for part in PARTS})
    codes.insert(0, "image", images.get_indexer(triples["image_id"]))
    codes = codes.drop_duplicates().sort_values(list(codes), kind="stable").to_numpy()  # (C, 4)
    starts = np.searchsorted(codes[:, 0], np.arange(len(images) + 1))
    same = {part: overlap(words[part], names[part]) for part in PARTS}
    return Claims(images, starts, codes[:, 1:], names, words, same)
