"""The tables that the evaluation of one model writes, and that of all models on one benchmark."""

import pyarrow as pa

_INTERVAL = [("accuracy", pa.float64()), ("low", pa.float64()), ("high", pa.float64())]

SCHEMAS: dict[str, pa.Schema] = {
    "tuples": pa.schema(
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
        ]
    ),
    "accuracy": pa.schema(
        [("slice", pa.string()), ("set", pa.string()), ("direction", pa.string()), *_INTERVAL]
        + [("count", pa.int64()), ("chance", pa.float64())]
    ),
    "macro": pa.schema([("set", pa.string()), ("direction", pa.string()), *_INTERVAL]),
    "verbs": pa.schema(
        [("differs", pa.string()), ("relation", pa.string()), ("direction", pa.string())]
        + [*_INTERVAL, ("count", pa.int64())]
    ),
    "benchmarks": pa.schema(
        [(name, pa.string()) for name in ("benchmark", "model", "category", "direction")]
        + [*_INTERVAL, ("count", pa.int64())]
    ),
    "interpolation": pa.schema(  # a row an alpha between base and the method; none for base and rivals
        [("alpha", pa.float64()), ("relation", pa.float64()), ("retention", pa.float64())]
    ),
    "inference": pa.schema(  # zero-shot: which verb, and who
        [
            ("by", pa.string()),  # model, commonest (the commonest verb) or blind (the nouns alone)
            ("offered", pa.string()),  # which verbs: all, or those seen between such nouns
            ("measure", pa.string()),  # verb@1, verb@5, mean rank or roles
            ("verbs", pa.string()),  # of the questions: all, dynamic or stative
            *[(name, pa.float64()) for name in ("value", "low", "high")],
            ("count", pa.int64()),
        ]
    ),
    "reliability": pa.schema(  # a row a range of probabilities
        [("temperature", pa.string()), ("confidence", pa.float64()), ("accuracy", pa.float64()), ("count", pa.int64())]
    ),
    "confusions": pa.schema(
        [("relation", pa.string()), ("taken_for", pa.string())]
        + [("count", pa.int64()), ("mistaken", pa.int64())]
    ),
}
