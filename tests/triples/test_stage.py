"""The whole stage on parts of hand-made trees."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

from stages.common.files.errors import InputError
from stages.common.files.tables import SCHEMAS, read_table, write_parts
from stages.triples.__main__ import main
from tests.project import ROOT, RUN, run_here
from tests.triples.trees import parses_of, words_of

RIDE = "man/NOUN/0/root riding:ride/VERB/1/acl a/DET/4/det wave/NOUN/2/obj"
TABLE = "a/DET/2/det table/NOUN/0/root"


def make(folder: Path, parts: list[list[str]]) -> None:
    """Captions and parses in `parts` of trees; caption i is of image i."""
    ids, captions, parses = iter(range(100)), [], []
    for trees in parts:
        chosen = [next(ids) for _ in trees]
        columns = [chosen, chosen, trees, ["train"] * len(trees)]
        captions.append(pa.table(columns, schema=SCHEMAS["captions"]))
        words = parses_of([words_of(tree) for tree in trees]).column("words")
        parses.append(pa.table([chosen, words], schema=SCHEMAS["parses"]))
    write_parts(folder / "data/captions/captions", captions, SCHEMAS["captions"])
    write_parts(folder / "data/parse/parses", parses, SCHEMAS["parses"])
    for name in ("verbs.csv", "none.json"):
        (folder / "data" / name).symlink_to(ROOT / "data" / name)
    params = {"run": RUN, "triples": {"truth": "data/none.json"}}
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")


def test_triples_are_numbered_over_all_parts(tmp_path, monkeypatch):
    make(tmp_path, [[RIDE, TABLE], [TABLE], [RIDE, RIDE]])
    run_here(monkeypatch, tmp_path, main)
    table = read_table("data/triples/triples", SCHEMAS["triples"]).to_pydict()
    assert table["triple_id"] == [0, 1, 2] and table["image_id"] == [0, 3, 4]
    summary = json.loads(Path("data/triples/summary.json").read_text())
    assert (summary["captions"], summary["triples"], summary["with_a_triple"]) == (5, 3, 0.6)


def test_captions_without_any_triple_end_in_one_line(tmp_path, monkeypatch):
    make(tmp_path, [[TABLE, TABLE], [TABLE]])
    with pytest.raises(InputError, match=r"^data/captions/captions: none of 3 captions relates two nouns by a verb; b"):
        run_here(monkeypatch, tmp_path, main)
    assert not Path("data/triples/triples").exists()


def test_captions_and_parses_of_other_parts_are_named(tmp_path, monkeypatch):
    make(tmp_path, [[RIDE], [RIDE]])
    (tmp_path / "data/parse/parses/part-00001.parquet").unlink()
    with pytest.raises(InputError, match=r"data/parse/parses has 1 parts, data/captions/captions 2; run `dvc repro`"):
        run_here(monkeypatch, tmp_path, main)
