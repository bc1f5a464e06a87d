"""The tables that the evaluation of one model writes, and that of all models on one benchmark."""

from typing import Annotated, NotRequired

import pyarrow as pa
from pydantic import AfterValidator, FiniteFloat
from typing_extensions import TypedDict

from stages.common.files.tables import table_schema

_INTERVAL = [("accuracy", pa.float64()), ("low", pa.float64()), ("high", pa.float64())]
DIRECTIONS = ("i2t", "t2i", "group")

SCHEMAS: dict[str, pa.Schema] = {
    "tuples": table_schema(
        [
            ("tuple_id", pa.int64()),
            ("set", pa.string()),
            ("image_id", pa.int64()),  # the anchor's, the cluster of the bootstrap
            ("relation", pa.string()),
            ("images", pa.list_(pa.int64())),  # the anchor's first
            ("texts", pa.list_(pa.string())),  # the anchor's first
            ("true_score", pa.float64()),  # cosine of the anchor's image and text
            ("text_score", pa.float64()),  # of its image and the best negative text
            ("image_score", pa.float64()),  # of its text and the best negative image; null: none
            ("best_text", pa.int64()),  # position of that text in `texts`
            ("i2t", pa.float64()),  # 1 right, 0 wrong, null not asked
            ("t2i", pa.float64()),
            ("group", pa.float64()),
        ],
        key="tuple_id",
        null="text_score image_score i2t t2i group",
    ),
    "accuracy": table_schema(
        [("slice", pa.string()), ("set", pa.string()), ("direction", pa.string()), *_INTERVAL]
        + [("count", pa.int64()), ("chance", pa.float64())],
        key="slice set direction",
        direction=DIRECTIONS,
    ),
    "macro": table_schema(
        [("set", pa.string()), ("direction", pa.string()), *_INTERVAL], key="set direction", direction=DIRECTIONS
    ),
    "verbs": table_schema(
        [("differs", pa.string()), ("relation", pa.string()), ("direction", pa.string())]
        + [*_INTERVAL, ("count", pa.int64())],
        direction=DIRECTIONS,
    ),
    "benchmarks": table_schema(
        [(name, pa.string()) for name in ("benchmark", "model", "category", "direction")]
        + [*_INTERVAL, ("count", pa.int64())],
        null="accuracy low high",
    ),
    "interpolation": table_schema(  # a row an alpha between base and the method; none for base and rivals
        [("alpha", pa.float64()), ("relation", pa.float64()), ("retention", pa.float64())], null="relation"
    ),
    "inference": table_schema(  # zero-shot: which verb, and who
        [
            ("by", pa.string()),  # model, commonest (the commonest verb) or blind (the nouns alone)
            ("offered", pa.string()),  # which verbs: all, or those seen between such nouns
            ("measure", pa.string()),  # verb@1, verb@5, mean rank or roles
            ("verbs", pa.string()),  # of the questions: all, dynamic or stative
            *[(name, pa.float64()) for name in ("value", "low", "high")],
            ("count", pa.int64()),
        ],
        null="value low high",
    ),
    "reliability": table_schema(  # a row a range of probabilities
        [("temperature", pa.string()), ("confidence", pa.float64()), ("accuracy", pa.float64()), ("count", pa.int64())],
        null="confidence accuracy",
    ),
    "confusions": table_schema(
        [("relation", pa.string()), ("taken_for", pa.string()), ("count", pa.int64()), ("mistaken", pa.int64())]
    ),
}


class TupleSet(TypedDict):
    """What the summary of stage negatives tells of a set, as far as the evaluation reads it."""

    differs: str


class TupleSets(TypedDict):
    """The summary of stage negatives."""

    sets: dict[str, TupleSet]


def both_ways(recalls: dict[str, float]) -> dict[str, float]:
    """`recalls` as they are; ValueError where recall@1 is not given both ways."""
    for name in ("i2t_recall@1", "t2i_recall@1"):
        if name not in recalls:
            raise ValueError(f"{name} is missing")
    return recalls


class Overall(TypedDict):
    """Two numbers in percent; relation only where a set is hard."""

    relation: NotRequired[FiniteFloat]
    retention: FiniteFloat


class Evaluation(TypedDict):
    """The summary of stage evaluate, as far as the report reads it; all in percent."""

    overall: Overall
    retention: Annotated[dict[str, FiniteFloat], AfterValidator(both_ways)]
    inference: dict[str, FiniteFloat]
    controls: dict[str, dict[str, FiniteFloat]]
    probe: dict[str, FiniteFloat]
