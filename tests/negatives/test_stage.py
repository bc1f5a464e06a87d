"""The whole stage on a small folder: what it writes, and what it says of bad input."""

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
from stages.common.files.tables import SCHEMAS, features_schema
from stages.negatives.__main__ import main
from tests.negatives.test_negatives import many

ROOT = Path(__file__).parents[2]
TRIPLES, TUPLES = "data/triples/triples/part-00000.parquet", "data/negatives/tuples.parquet"


def write_triples(folder: Path, triples: pd.DataFrame) -> None:
    columns = {"subject_compound": triples["subject"], "object_compound": triples["object"]}
    table = pa.Table.from_pandas(triples.assign(**columns), preserve_index=False)
    pq.write_table(table.select(SCHEMAS["triples"].names).cast(SCHEMAS["triples"]), folder / TRIPLES)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A project with the triples of many(), random embeddings and our own parameters and lexicons."""
    for name in ("triples/triples", "features/images"):
        (tmp_path / "data" / name).mkdir(parents=True)
    for name in ("params.yaml", "data/nouns.csv", "data/verb_synonyms.csv"):
        shutil.copy(ROOT / name, tmp_path / name)
    triples = many()
    write_triples(tmp_path, triples)
    ids = triples["image_id"].unique()
    vectors = np.random.default_rng(0).normal(size=(len(ids), 4))  # (I, D)
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)
    embeddings = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), 4)
    features = pa.table([pa.array(ids), embeddings], features_schema(4))
    pq.write_table(features, tmp_path / "data/features/images/part-00000.parquet")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def set_options(folder: Path, **options) -> None:
    params = load_params(folder / "params.yaml")
    params["negatives"] |= options
    (folder / "params.yaml").write_text(yaml.safe_dump(params))


def test_the_release_has_its_card_and_three_files_of_one_schema(folder):
    main()
    parts = {split: pq.read_table(folder / f"data/croco/{split}.parquet") for split in ("train", "val", "test")}
    assert len({part.schema.remove_metadata() for part in parts.values()}) == 1
    assert parts["train"].num_rows and parts["test"].num_rows and not parts["val"].num_rows
    header = yaml.safe_load((folder / "data/croco/README.md").read_text().split("---")[1])
    assert header["license"] == "cc-by-4.0"
    files = {file["split"]: file["path"] for file in header["configs"][0]["data_files"]}
    assert files == {"train": "train.parquet", "validation": "val.parquet", "test": "test.parquet"}
    summary = json.loads((folder / "data/negatives/summary.json").read_text())
    assert summary["sets"]["random"]["tuples"]["test"] == sum(
        name == "random" for name in parts["test"]["set"].to_pylist()
    )


def test_every_test_question_is_asked_both_ways_round(folder):
    main()
    test = pq.read_table(folder / "data/croco/test.parquet").to_pandas()
    own, other = (test[["image_id", "text"]], test[["negative_image_ids", "negative_texts"]])
    other = other.apply(lambda column: column.str[0])
    asked = set(zip(test["set"], *own.to_numpy().T, *other.to_numpy().T, strict=True))
    assert asked and asked == {(name, b, other, a, text) for name, a, text, b, other in asked}


def test_the_order_of_rows_changes_no_byte(folder):
    main()
    files = [TUPLES, "data/negatives/summary.json", "data/croco/train.parquet", "data/croco/README.md"]
    before = [(folder / file).read_bytes() for file in files]
    write_triples(folder, many().sample(frac=1, random_state=3))
    main()
    assert [(folder / file).read_bytes() for file in files] == before


def test_exact_nouns_keep_a_man_and_a_guy_apart(folder):
    refused = []
    for exact in (False, True):
        set_options(folder, exact_nouns=exact)
        main()
        summary = json.loads((folder / "data/negatives/summary.json").read_text())
        refused.append(summary["sets"]["random"]["refused"]["false_negative"])
    assert refused[0] > refused[1]


def test_near_images_are_refused_by_their_features(folder):
    set_options(folder, max_similarity=0.5)
    main()
    summary = json.loads((folder / "data/negatives/summary.json").read_text())
    assert summary["sets"]["random"]["refused"]["too_similar"] > 0


def test_no_triples_make_no_tuples_which_one_line_tells(folder):
    write_triples(folder, many()[:0])
    with pytest.raises(InputError, match="data/triples/triples has no rows"):
        main()
    assert not (folder / TUPLES).exists()


@pytest.mark.parametrize(
    "spoil, named",
    [
        (lambda table: table.append_column("colour", table["text"]), "unknown column 'colour'"),
        (lambda table: table.drop_columns("relation"), "column 'relation' is missing"),
        (lambda table: pa.concat_tables([table, table]), "triple_id 0 occurs twice"),
        (
            lambda table: table.set_column(4, "subject", pa.nulls(len(table), pa.string())),
            "column 'subject' has a null",
        ),
    ],
)
def test_bad_triples_are_named_and_nothing_is_written(folder, spoil, named):
    pq.write_table(spoil(pq.read_table(folder / TRIPLES)), folder / TRIPLES)
    with pytest.raises(InputError, match=named):
        main()
    assert not (folder / "data/negatives").exists()


def test_an_image_in_two_splits_is_named(folder):
    triples = many()
    triples.loc[1, "split"] = {"train": "test", "test": "train"}[triples.loc[0, "split"]]
    assert triples.loc[0, "image_id"] == triples.loc[1, "image_id"]
    write_triples(folder, triples)
    with pytest.raises(InputError, match="image_id 0 is in two splits"):
        main()


def test_a_kind_that_does_not_exist_is_named_with_the_nearest(folder):
    set_options(folder, sets={"dinamic": {}})
    with pytest.raises(
        InputError, match="negatives.sets.dinamic is unknown; the nearest known key is negatives.sets.dynamic"
    ):
        main()
    set_options(folder, sets={})
    with pytest.raises(InputError, match="name one kind at least: dynamic"):
        main()
