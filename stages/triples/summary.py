"""What the rules found, in few figures, and how that agrees with the drawn truth."""

from pathlib import Path

import pandas as pd
from typing_extensions import TypedDict

from stages.common.files.storage import read_json

TOP = 30


class Truth(TypedDict):
    """What is true of a drawn picture, as far as triples are scored by it."""

    subject: str
    relation: str
    object: str
    place: str
    neighbour: str | None  # None: nothing beside the two


def summarise(triples: pd.DataFrame, captions: int) -> dict:
    """Counts and shares of a table of triples from that many captions."""
    classes = triples["dynamic"]
    total = max(1, len(triples))
    unknown = triples.loc[classes.isna(), "relation"].value_counts()
    relations = triples["relation"].value_counts()
    return {
        "captions": captions,
        "with_a_triple": round(triples["caption_id"].nunique() / max(1, captions), 4),
        "triples": len(triples),
        "distinct_triples": int(triples["text"].nunique()),
        "dynamic": round(int(classes.eq(True).sum()) / total, 4),  # null is neither
        "stative": round(int(classes.eq(False).sum()) / total, 4),
        "unknown": round(int(classes.isna().sum()) / total, 4),
        "top_relations": _counts(relations.head(TOP)),
        "unknown_verbs": _counts(unknown),
    }


def _counts(counts: pd.Series) -> dict[str, int]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {str(name): int(count) for name, count in ordered}


def read_truth(path: str | Path) -> dict[int, Truth]:
    """image_id -> the drawn subject, relation, object, place and neighbour, as stage scenes writes them."""
    return read_json(path, dict[int, Truth], "empty triples.truth where the truth is not known")


def against_truth(triples: pd.DataFrame, truth: dict[int, Truth]) -> dict[str, float]:
    """Precision and recall of (subject, relation, object), image by image, against the drawn truth.

    What a caption may add is true too, and neither rewarded nor punished: where it happens ("in the
    snow", "near a tree": the place or the neighbour as object), and the clause of a distractor
    ("while a tree stands nearby": the neighbour as subject).
    """
    keys, beside = ["image_id", "subject", "relation", "object"], ["place", "neighbour"]
    drawn = pd.DataFrame(
        [(i, *(t[name] for name in [*keys[1:], *beside])) for i, t in truth.items()],
        columns=[*keys, *beside],
    )
    found = triples[keys].drop_duplicates().merge(drawn[["image_id", *beside]], on="image_id")
    added = found["object"].eq(found["place"]) | found["object"].eq(found["neighbour"])
    found = found[~added & (found["subject"] != found["neighbour"])]
    hits = len(found.merge(drawn, on=keys))
    return {
        "precision": round(hits / max(1, len(found)), 4),
        "recall": round(hits / max(1, len(drawn)), 4),
    }
