"""Precision and recall of triples against captions annotated by hand."""

from typing import NamedTuple


class Score(NamedTuple):
    """Counts over captions, and what was missed or wrong: (caption, "subject|verb|object")."""

    found: int
    required: int
    wrong: list[tuple[str, str]]
    missed: list[tuple[str, str]]

    @property
    def precision(self) -> float:
        return self.found / max(1, self.found + len(self.wrong))

    @property
    def recall(self) -> float:
        return self.found / max(1, self.required)

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)


def matches(pattern: str, triple: str) -> bool:
    """Whether "man|ride|wave" fits "man/surfer|ride|wave", where / separates alternatives."""
    fields = zip(pattern.split("|"), triple.split("|"), strict=True)
    return all(value in allowed.split("/") for allowed, value in fields)


def score(gold: list[dict], predicted: list[list[str]]) -> Score:
    """Score "subject|verb|object" strings, a list a caption.

    A required triple is found when any alternative is there; an acceptable one counts neither way.
    """
    found, wrong, missed = 0, [], []
    for row, triples in zip(gold, predicted, strict=True):
        for pattern in row["required"]:
            if any(matches(pattern, triple) for triple in triples):
                found += 1
            else:
                missed.append((row["caption"], pattern))
        known = row["required"] + row["acceptable"]
        spare = [t for t in dict.fromkeys(triples) if not any(matches(p, t) for p in known)]
        wrong += [(row["caption"], triple) for triple in spare]
    return Score(found, sum(len(row["required"]) for row in gold), wrong, missed)
