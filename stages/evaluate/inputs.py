"""What every model is asked: tuples, captions and triples of the test split, and what readers of texts learn from."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from typing_extensions import TypedDict

from stages.common.files.errors import InputError
from stages.common.files.params import read_block, read_seed
from stages.common.files.storage import read_json
from stages.common.files.tables import REBUILD_HINT, SCHEMAS, SPLITS, read_table, tuple_rows
from stages.common.language.lexicons import read_lexicon
from stages.common.language.statements import training_statements
from stages.evaluate.options import EvaluateOptions

TUPLES, SUMMARY = "data/negatives/tuples.parquet", "data/negatives/summary.json"
MAX_CLASSIFIED = 20_000  # training tuples for the text classifier
MAX_STATEMENTS = 5000  # the most frequent ones: candidates when a temperature is fitted
OF_TEST = pc.field("split") == "test"
Set = TypedDict("Set", {"differs": str})
Summary = TypedDict("Summary", {"sets": dict[str, Set]})  # of stage negatives


class Inputs(NamedTuple):
    """What every model is asked."""

    tuples: pd.DataFrame  # a row for each of N test tuples: the columns of the table of tuples, for the anchor
    members: dict[str, np.ndarray]  # image_id, text and relation of members, (N, K+1); -1 or None beyond the last
    differs: dict[str, str]  # what differs in the negatives of each set; empty: anything, the set is not hard
    prior: dict[str, int]  # how often a text is an anchor of a training tuple
    classified: pd.DataFrame  # text and place of some training tuples
    captions: pd.DataFrame  # of the test split
    triples: dict[str, pd.DataFrame]  # by split
    statements: pd.DataFrame  # the most frequent training statements
    nouns: pd.DataFrame  # lexicons
    verbs: pd.DataFrame
    instances: Path  # COCO's boxes, or an empty JSON
    seed: int
    draws: tuple[int, int]  # of the bootstrap: the number of resamples and the seed


def read_inputs() -> Inputs:
    """The inputs, by the parameters; InputError where there is no test tuple, or a set that is not summarised."""
    options, seed = read_block("evaluate", EvaluateOptions), read_seed()
    tuples, members = read_test_tuples()
    differs = {name: one["differs"] for name, one in read_json(SUMMARY, Summary, REBUILD_HINT)["sets"].items()}
    if strange := set(tuples["set"]) - differs.keys():
        raise InputError(f"{TUPLES} has a set {min(strange)!r} that {SUMMARY} lacks; {REBUILD_HINT}")
    train = read_table(TUPLES, SCHEMAS["tuples"], ["place", "text"], pc.field("split") == "train")
    counts = train.filter(pc.field("place") == 0)["text"].value_counts().to_pylist()
    triples = read_table("data/triples/triples", SCHEMAS["triples"]).sort_by("triple_id").to_pandas()
    captions = read_table("data/captions/captions", SCHEMAS["captions"], where=OF_TEST)
    return Inputs(
        tuples,
        members,
        differs,
        {row["values"]: row["counts"] for row in counts},
        sample_tuples(train, seed),
        captions.sort_by("caption_id").to_pandas(),
        {split: triples[triples["split"] == split] for split in SPLITS},
        training_statements(triples).head(MAX_STATEMENTS),
        read_lexicon("nouns"),
        read_lexicon("verb_synonyms"),
        Path(options.instances),
        seed,
        (options.resamples, seed),
    )


def read_test_tuples() -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """The anchors of the test tuples, and the members' images, texts and relations."""
    table = read_table(TUPLES, SCHEMAS["tuples"], where=OF_TEST).to_pandas()
    if table.empty:
        raise InputError(f"{TUPLES} has no tuples of split test; give more captioned images")
    table = table.assign(image_id=table["image_id"].fillna(-1).astype("int64"))
    rows = tuple_rows(table["place"].to_numpy())  # (N, K+1)
    members = {name: np.where(rows >= 0, table[name].to_numpy(object)[rows], None) for name in ("text", "relation")}
    members["image_id"] = np.where(rows >= 0, table["image_id"].to_numpy()[rows], -1)
    return table.iloc[rows[:, 0]].reset_index(drop=True), members


def sample_tuples(train: pa.Table, seed: int) -> pd.DataFrame:
    """`text` and `place` of MAX_CLASSIFIED training tuples, drawn at random."""
    number = np.cumsum(train["place"].to_numpy() == 0) - 1  # (M,) of each member's tuple
    count = number[-1] + 1 if len(number) else 0
    drawn = pd.Series(range(count)).sample(min(count, MAX_CLASSIFIED), random_state=seed)
    return train.filter(pa.array(np.isin(number, drawn))).to_pandas()
