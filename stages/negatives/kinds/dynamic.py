"""Dynamic: the same subject and object, another act."""

import numpy as np
import pandas as pd

from stages.negatives.agreement import confused
from stages.negatives.kind import Facts, Kind, Masks, Rule, Source
from stages.negatives.lexicon import comparable, compatible
from stages.negatives.propose import other_word

PARTS = ("subject", "relation")  # who sits elsewhere in the picture does not stand here
REFUSED = (
    "both verbs must exclude one another, by those files; refused if any caption of its image says the anchor's verb "
    "of the anchor's subject, whatever the object, or the reverse, and where captions of one image often use both "
    "verbs of the same subject (cats sit or lie, as one looks at them)"
)


def acts(items: pd.DataFrame) -> np.ndarray:
    """Items of a dynamic verb (N,)."""
    return items["dynamic"].eq(True).fillna(False).to_numpy(bool)


def without_contrary(items: pd.DataFrame, facts: Facts) -> Masks:
    """A verb that no other is known to exclude."""
    return {"no_contrary_verb": ~comparable(items, facts.verbs)}


def other_verb(rows: pd.DataFrame, facts: Facts) -> Source:
    """Rows of the same subject and object with another verb."""
    return other_word(rows, ["split", "subject", "object"], "relation", facts.options.temperature)


def both_true(rows: pd.DataFrame, facts: Facts) -> dict[str, Rule]:
    """Verbs that may be true of one picture, by the lexicon or by what captions say."""
    return {
        "compatible": compatible(rows, facts.verbs, facts.nouns),
        "confused": confused(rows, facts.confusions, *facts.lexicon),
    }


KIND = Kind(
    number=0,
    colour="#0b4a52",
    differs="verb",
    negative="same subject and object, another act (ride, feed)",
    refused=REFUSED,
    source=other_verb,
    belongs=acts,
    leaves_out=without_contrary,
    parts=PARTS,
    refuses=both_true,
)
