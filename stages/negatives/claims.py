"""What the captions of each image claim, up to synonyms: the test for false negatives."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from stages.negatives.word_relations import PARTS, PairTest, overlap

CANONICAL = [f"canonical_{part}" for part in PARTS]


@dataclass(frozen=True)
class Claims:
    """The distinct triples that the captions of each of I images state, as codes of canonical words."""

    images: pd.Index  # (I,) image ids
    starts: np.ndarray  # (I+1,): image i has the claims from starts[i] to starts[i+1]
    codes: np.ndarray  # (C, 3) of subject, relation and object
    names: list[pd.Index]  # for each of PARTS the words, by code
    same: list[PairTest]  # for each of PARTS whether two codes are equal or overlap

    def may_be_true(self, statements: np.ndarray, images: np.ndarray, parts: tuple[str, ...] = PARTS) -> np.ndarray:
        """Whether each statement, codes (M, 3), may be true of the image at its position in `images` (M,): bool (M,).

        Where a caption claims "man riding horse", "man sitting on horse" and "person riding horse" may be true, too,
        since their words overlap. Particles and prepositions are ignored: "sit in" may be "sit on". Only `parts` are
        compared: with subject and relation, "man riding" anything may be true.
        """
        first, counts = self.starts[images], np.diff(self.starts)[images]  # (M,) each
        before = np.cumsum(counts) - counts
        claim = np.arange(counts.sum()) + np.repeat(first - before, counts)  # (sum of counts,)
        asked = np.repeat(statements, counts, axis=0)  # (sum of counts, 3)
        true = np.ones(len(claim), bool)
        for column, part in enumerate(PARTS):
            if part in parts:
                true &= self.same[column](asked[:, column], self.codes[claim, column])
        return np.logical_or.reduceat(true, before) if len(counts) else np.zeros(0, bool)


def read_claims(triples: pd.DataFrame, nouns: pd.DataFrame, verbs: pd.DataFrame) -> Claims:
    """The claims of every image that has a triple, from triples with canonical words."""
    claims = triples[["image_id", *CANONICAL]].drop_duplicates().sort_values("image_id", kind="stable")
    subjects, relations, objects = (claims[column] for column in CANONICAL)
    noun_names, verb_names = pd.Index(sorted({*subjects, *objects})), pd.Index(sorted({*relations}))
    same_noun, same_verb = overlap(nouns, noun_names), overlap(verbs, verb_names)
    names, same = [noun_names, verb_names, noun_names], [same_noun, same_verb, same_noun]
    images, starts = np.unique(claims["image_id"], return_index=True)
    return Claims(pd.Index(images), np.append(starts, len(claims)), encode(claims, names), names, same)


def encode(triples: pd.DataFrame, names: list[pd.Index]) -> np.ndarray:
    """Codes (N, 3) of the canonical words of triples by `names` of Claims; -1 for a word that no caption has."""
    return np.stack([words.get_indexer(triples[column]) for words, column in zip(names, CANONICAL)], axis=1)
