"""python -m stages.negatives: triples and image features -> data/negatives and the release data/croco."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stages.common.files.errors import InputError, run_stage
from stages.common.files.storage import write_beside, write_json
from stages.common.files.params import read_block, read_seed
from stages.common.files.tables import SCHEMAS, read_features, read_table, write_table
from stages.negatives.items import check_triples
from stages.negatives.lexicon import KINDS, read_lexicon
from stages.negatives.options import NegativesOptions
from stages.negatives.release import SCHEMA, data_card, release_table
from stages.negatives.summary import summarise
from stages.negatives.tuples import make_tuples

TRIPLES = "data/triples/triples"
FEATURES = "data/features/images"


def image_features(path: str, image_ids: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Image ids (I,) and unit embeddings, float16 (I, D); InputError where an image has none."""
    ids, embeddings = read_features(path)
    if missing := sorted(set(image_ids) - set(ids)):
        raise InputError(f"{path} lacks image_id {missing[0]}; run `dvc repro` to make it anew")
    return ids, embeddings


def main() -> None:
    options, seed = read_block("negatives", NegativesOptions), read_seed()
    triples = read_table(TRIPLES, SCHEMAS["triples"]).to_pandas()
    check_triples(triples, TRIPLES)
    nouns = read_lexicon("data/nouns.csv", KINDS["nouns"])
    verbs = read_lexicon("data/verb_synonyms.csv", KINDS["verbs"])
    if options.exact_nouns:
        nouns = nouns[~nouns["kind"].isin(("same", "may_be"))]
    features = image_features(FEATURES, triples["image_id"])
    tuples, refused = make_tuples(triples, nouns, verbs, options, seed, features)
    for split in ("train", "test"):
        if not tuples["split"].eq(split).any():
            why = f"none of its {triples['split'].eq(split).sum():,} triples of split {split} gets a negative"
            raise InputError(f"{TRIPLES}: {why}; give that split more captioned images")
    summary = summarise(tuples, triples, refused)
    with write_beside("data/negatives") as folder:
        rows = pa.Table.from_pandas(tuples[SCHEMAS["tuples"].names], SCHEMAS["tuples"], preserve_index=False)
        write_table(folder / "tuples.parquet", rows, SCHEMAS["tuples"], set=list(options.sets))
        write_json(folder / "summary.json", summary)
    release = release_table(tuples, triples)
    with write_beside("data/croco") as folder:
        for split in ("train", "val", "test"):
            write_table(folder / f"{split}.parquet", release.filter(pc.field("split") == split), SCHEMA)
        (folder / "README.md").write_text(data_card(summary), encoding="utf-8")


if __name__ == "__main__":
    run_stage(main)
