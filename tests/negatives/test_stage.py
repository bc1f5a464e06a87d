"""The whole stage on a small folder: what it writes, and its messages on bad input."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from stages.common.files.errors import InputError
from stages.common.files.params import load_params
from stages.common.files.tables import SCHEMAS, features_schema, write_table
from stages.negatives.__main__ import main
from tests.negatives.project import many
from tests.project import ROOT

TUPLES, SUMMARY = Path("data/negatives/tuples.parquet"), Path("data/negatives/summary.json")


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """A project with the triples of many() and our own parameters and lexicons."""
    monkeypatch.chdir(tmp_path)
    Path("data").mkdir()
    for name in ("params.yaml", "data/nouns.csv", "data/verb_synonyms.csv"):
        shutil.copy(ROOT / name, name)
    write_triples(many())


def write_triples(triples: pd.DataFrame) -> None:
    """The table of triples, and a caption of its own for each."""
    tables = {"triples": triples, "captions": triples.assign(caption="A " + triples["text"] + ".")}
    for name, rows in tables.items():
        table = pa.Table.from_pandas(rows, pa.schema(list(SCHEMAS[name])), preserve_index=False)
        write_table(f"data/{name}/{name}/part-00000.parquet", table, SCHEMAS[name])


def write_features(ids: np.ndarray) -> None:
    vectors = np.random.default_rng(0).choice([-0.5, 0.5], (len(ids), 4)).astype(np.float16)  # (I, D), of unit length
    path, table = "data/features/base/part-00000.parquet", pa.table({"image_id": ids, "embedding": list(vectors)})
    write_table(path, table, features_schema(4))


def run(seed: int = 0, **options) -> dict[str, dict]:
    """The summary of each set, made with these options."""
    params = load_params()
    params["negatives"] |= options
    Path("params.yaml").write_text(yaml.safe_dump(params | {"seed": seed}))
    main([])
    return json.loads(SUMMARY.read_text())["sets"]


def test_the_release_has_its_card_and_three_files_of_one_schema():
    counts = run()["random"]["tuples"]
    parts = {split: pq.read_table(f"data/croco/{split}.parquet") for split in ("train", "val", "test")}
    assert len({part.schema.remove_metadata() for part in parts.values()}) == 1
    assert counts == {split: part["set"].to_pylist().count("random") for split, part in parts.items()}
    assert counts["train"] and counts["test"] and not parts["val"].num_rows
    card = Path("data/croco/README.md").read_text()
    assert f"| random | {counts['train']} | 0 | {counts['test']} |" in card
    header = yaml.safe_load(card.split("---")[1])
    files = {file["split"]: file["path"] for file in header["configs"][0]["data_files"]}
    assert header["license"] == "cc-by-4.0"
    assert files == {"train": "train.parquet", "validation": "val.parquet", "test": "test.parquet"}


def test_the_table_has_the_anchors_captions_and_nulls_for_what_is_missing():
    run()
    rows = pq.read_table(TUPLES).to_pandas()
    assert list(rows) == SCHEMAS["tuples"].names
    assert rows["sentence"].equals(("A " + rows["text"] + ".").where(rows["place"] == 0))
    text_only = rows[rows["image_id"].isna()]
    assert text_only[["set", "split", "place"]].drop_duplicates().to_numpy().tolist() == [["swapped", "train", 1]]
    assert (rows["preposition"].isna() == rows["dynamic"]).all() and rows["particle"].isna().all()


def test_the_order_of_rows_changes_no_byte_and_the_seed_does():
    files = [TUPLES, SUMMARY, Path("data/croco/train.parquet"), Path("data/croco/README.md")]
    written = []
    for triples, seed in ((many(), 0), (many().sample(frac=1, random_state=3), 0), (many(), 1)):
        write_triples(triples)
        run(seed)
        written.append([file.read_bytes() for file in files])
    assert written[0] == written[1]
    assert written[0][0] != written[2][0]


def test_exact_nouns_keep_a_man_and_a_guy_apart():
    refused = [run(exact_nouns=exact)["random"]["refused"]["false_negative"] for exact in (False, True)]
    assert refused[0] > refused[1]


def test_near_images_are_refused_by_their_features_and_each_must_have_one():
    ids = many()["image_id"].unique()
    write_features(ids)
    assert run(max_similarity=0.5)["random"]["refused"]["too_similar"] > 0
    write_features(ids[:-1])
    with pytest.raises(InputError, match=f"data/features/base lacks .*{ids[-1]}"):
        run()


@pytest.mark.parametrize("count, split", [(0, "train"), (600, "test")])
def test_a_split_without_tuples_is_one_line(count, split):
    write_triples(many()[:count].query("split == 'train'"))
    why = f"none of its 0 triples of split {split} gets a negative; give that split more captioned images"
    with pytest.raises(InputError, match=f"data/triples/triples: {why}"):
        run()
    assert not TUPLES.exists()


def test_an_image_in_two_splits_is_named():
    write_triples(many().assign(split=["train", "test"] * 300))
    with pytest.raises(InputError, match="image_id 0 is in two splits; give it one split in captions.sources"):
        run()


def test_a_kind_that_does_not_exist_is_named_with_the_nearest():
    with pytest.raises(InputError, match="negatives.sets.dinamic is unknown; the nearest known key is dynamic"):
        run(sets={"dinamic": {}})
    with pytest.raises(InputError, match="negatives.sets: name at least one kind: dynamic"):
        run(sets={})
