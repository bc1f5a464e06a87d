"""python -m stages.negatives: triples -> tuples in data/negatives, and the same tuples to publish in data/croco."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stages.common.files.errors import InputError, run_stage
from stages.common.files.params import read_block, read_seed
from stages.common.files.storage import write_beside, write_json
from stages.common.files.tables import SCHEMAS, SPLITS, read_features, read_table, rows_of, write_table
from stages.common.language.lexicons import read_lexicon
from stages.negatives.items import check_splits
from stages.negatives.options import NegativesOptions
from stages.negatives.release import SCHEMA, data_card, release_table
from stages.negatives.summary import summarise
from stages.negatives.tuples import make_tuples

TRIPLES, CAPTIONS, FEATURES = "data/triples/triples", "data/captions/captions", "data/features/base"


def tuple_table(tuples: pd.DataFrame) -> pa.Table:
    """The table of tuples, from make_tuples: with the anchors' captions, and nulls for what is missing."""
    anchor = tuples["place"].to_numpy() == 0
    captions = read_table(CAPTIONS, SCHEMAS["captions"], ["caption_id", "caption"])
    rows = rows_of(np.where(anchor, tuples["caption_id"], -1), pd.Index(captions["caption_id"]), CAPTIONS)  # (M,)
    missing = {"particle": "", "preposition": "", "image_id": -1}
    table = tuples.assign(**{name: tuples[name].mask(tuples[name] == value) for name, value in missing.items()})
    table["sentence"] = captions["caption"].take(pa.array(rows, mask=rows < 0)).to_pandas()
    return pa.Table.from_pandas(table, pa.schema(list(SCHEMAS["tuples"])))


def main(arguments: list[str]) -> None:
    options, seed = read_block("negatives", NegativesOptions), read_seed()
    triples = read_table(TRIPLES, SCHEMAS["triples"]).to_pandas()
    check_splits(triples, TRIPLES)
    nouns, verbs = read_lexicon("nouns"), read_lexicon("verb_synonyms")
    if options.exact_nouns:
        nouns = nouns[~nouns["kind"].isin(("same", "may_be"))]
    features = None
    if options.max_similarity < 1:
        features = read_features(FEATURES)
        rows_of(triples["image_id"].to_numpy(), pd.Index(features[0]), FEATURES)  # InputError where one is missing
    tuples, refused = make_tuples(triples, nouns, verbs, options, seed, features)
    for split in ("train", "test"):
        if not tuples["split"].eq(split).any():
            why = f"none of its {triples['split'].eq(split).sum():,} triples of split {split} gets a negative"
            raise InputError(f"{TRIPLES}: {why}; give that split more captioned images")
    summary, release = summarise(tuples, refused), release_table(tuples)
    with write_beside("data/negatives") as folder:
        write_table(folder / "tuples.parquet", tuple_table(tuples), SCHEMAS["tuples"])
        write_json(folder / "summary.json", summary)
    with write_beside("data/croco") as folder:
        for split in SPLITS:
            write_table(folder / f"{split}.parquet", release.filter(pc.field("split") == split), SCHEMA)
        (folder / "README.md").write_text(data_card(summary), encoding="utf-8")


if __name__ == "__main__":
    run_stage(main)
