"""The whole stage on a tiny project folder: what it writes for base, a method and a rival."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages.common.files.errors import InputError
from stages.common.files.tables import SCHEMAS, read_table, table_files, write_table
from stages.evaluate.__main__ import main
from stages.evaluate.measure import COLUMNS, Measure
from stages.evaluate.measures import MEASURES
from stages.evaluate.schemas import ANSWERS, MEASURE_ROWS
from tests.evaluate.project import PARAMS, make_project
from tests.project import run_here, start


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    make_project(folder)
    return folder


def evaluate(monkeypatch, folder, name) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The measures and the answers of a model."""
    run_here(monkeypatch, folder, main, name)
    out = folder / "data/evaluate" / name
    tables = (read_table(out / "measures.parquet", MEASURE_ROWS), read_table(out / "answers.parquet", ANSWERS))
    return tuple(table.to_pandas() for table in tables)


@pytest.mark.parametrize("name", ["base", "drive", "siglip"])
def test_a_model_has_every_measure_answers_and_a_temperature(project, monkeypatch, name):
    rows, answers = evaluate(monkeypatch, project, name)
    assert answers["tuple_id"].tolist() == [0, 1, 2, 3, 4, 5]  # those of split test
    assert answers["t2i"].isna().tolist() == [False, False, False, False, True, False]
    assert set(rows["measure"]) == MEASURES.keys() - {"probe"}  # no verb is on five test images
    assert set(rows.loc[rows["measure"] == "retrieval", "slice"]) == {"recall@1", "recall@5", "recall@10"}
    relation = rows[rows["measure"] == "relation"]
    assert list(relation["set"].unique()) == ["dynamic", "stative", "swapped", "random"]
    unseen = relation.loc[relation["slice"] == "unseen triple", "set"]
    assert set(unseen) == {"dynamic", "stative"}  # no training caption has bite or wear
    found = json.loads((project / f"data/evaluate/{name}/calibration.json").read_text())
    assert found["pictures"] == 2 and found["statements"] == 4 and 1e-4 < found["temperature"] <= 10


def test_a_file_more_in_the_registry_is_a_measure_more(project, monkeypatch):
    """Its rows are in the table under its name, between those of the others."""

    def rows(inputs, model):
        length = np.linalg.norm(model.embed(["a word"]))
        return pd.DataFrame([("texts", "i2t", "all", length, len(inputs.tuples))], columns=COLUMNS)

    before, _ = evaluate(monkeypatch, project, "base")
    monkeypatch.setitem(MEASURES, "mine", Measure(rows, "Mine", "How long a text's embedding is."))
    found, _ = evaluate(monkeypatch, project, "base")
    (mine,) = found[found["measure"] == "mine"].to_dict("records")
    assert (mine["value"], mine["count"]) == (pytest.approx(1, abs=1e-6), 6) and np.isnan(mine["chance"])
    pd.testing.assert_frame_equal(found[found["measure"] != "mine"].reset_index(drop=True), before)


def without(folder, path: str, column: str, value) -> None:
    """Drop the rows of a table that have this value."""
    table = pq.read_table(folder / path)
    kept = table.filter(pa.compute.not_equal(table[column], value))
    write_table(folder / path, kept, next(schema for schema in SCHEMAS.values() if schema.names == table.schema.names))


def test_without_split_val_there_is_no_temperature(tmp_path, monkeypatch):
    make_project(tmp_path)
    without(tmp_path, "data/triples/triples/part-00000.parquet", "split", "val")
    rows, _ = evaluate(monkeypatch, tmp_path, "base")
    assert (tmp_path / "data/evaluate/base/calibration.json").read_text() == "{}\n"
    assert "fitted temperature" not in set(rows["set"]) and "calibration" in set(rows["measure"])


def test_missing_rows_are_named(tmp_path, monkeypatch):
    make_project(tmp_path)
    without(tmp_path, "data/captions/images/part-00000.parquet", "image_id", 3)
    with pytest.raises(InputError, match="data/captions/images lacks 3, which another table names"):
        evaluate(monkeypatch, tmp_path, "base")
    without(tmp_path, "data/negatives/tuples.parquet", "split", "test")
    with pytest.raises(InputError, match="tuples.parquet has no tuples of split test; give more captioned images"):
        evaluate(monkeypatch, tmp_path, "base")


def test_the_order_of_rows_changes_no_byte(tmp_path, monkeypatch):
    make_project(tmp_path)
    evaluate(monkeypatch, tmp_path, "drive")
    before = {path.name: path.read_bytes() for path in (tmp_path / "data/evaluate/drive").iterdir()}
    for name in ("captions/captions", "captions/images", "triples/triples"):
        (path,) = table_files(tmp_path / "data" / name)
        table = pq.read_table(path)
        order = np.random.default_rng(4).permutation(len(table))
        pq.write_table(table.take(order), path)
    evaluate(monkeypatch, tmp_path, "drive")
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "data/evaluate/drive").iterdir()}


def test_a_set_that_the_summary_of_the_negatives_lacks(tmp_path, monkeypatch):
    """What differs in its negatives is not known, so that its questions have no meaning."""
    make_project(tmp_path)
    path = tmp_path / "data/negatives/summary.json"
    path.write_text('{"sets": {"dynamic": {"differs": "verb"}}}')
    with pytest.raises(InputError, match="tuples.parquet has a set 'random' that data/negatives/summary.json lacks"):
        evaluate(monkeypatch, tmp_path, "drive")
    path.write_text('{"sets": {"dynamic": {}}}')
    with pytest.raises(InputError, match="negatives/summary.json: .*'differs'.*: Field required"):
        evaluate(monkeypatch, tmp_path, "drive")


def test_categories_are_measured_where_the_parameters_name_them(tmp_path, monkeypatch):
    boxes = [{"image_id": 3, "category_id": 18}, {"image_id": 9, "category_id": 17}]
    names = [{"id": 17, "name": "cat"}, {"id": 18, "name": "dog"}]
    (tmp_path / "instances.json").write_text(json.dumps({"categories": names, "annotations": boxes}))
    make_project(tmp_path, PARAMS | {"evaluate": PARAMS["evaluate"] | {"instances": "instances.json"}})
    rows, _ = evaluate(monkeypatch, tmp_path, "drive")
    naming = rows[rows["measure"] == "naming"]
    assert list(zip(naming["set"], naming["count"])) == [("nouns", 8), ("categories", 1)]


def test_a_model_that_is_not_there_leaves_no_output(project, monkeypatch):
    with pytest.raises(InputError, match="'ours' is not one of the models in data/models: base, .*; name one"):
        evaluate(monkeypatch, project, "ours")
    assert not (project / "data/evaluate/ours").exists()


def test_the_measures_load_no_torch(tmp_path):
    """The report reads them, and does without it."""
    (tmp_path / "loaded.py").write_text("import sys, stages.evaluate.measures\nassert 'torch' not in sys.modules\n")
    started = start(tmp_path, "loaded")
    assert started.wait() == 0, started.stderr.read()
