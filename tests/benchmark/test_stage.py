"""Stages benchmark and answer on a tiny project folder: read once, answered by base, the methods and a rival."""

import json
import shutil

import pytest
import yaml

from stages.answer.__main__ import main as answer
from stages.benchmark.__main__ import main
from stages.benchmark.pictures import boxed_bytes
from stages.benchmark.published import BENCHMARKS
from stages.benchmark.schemas import PICTURES, QUESTIONS
from stages.common.files.errors import InputError
from stages.common.files.tables import read_table
from stages.evaluate.schemas import MEASURE_ROWS
from tests.evaluate.project import PARAMS, make_project
from tests.project import jpeg, run_here

ITEM = {"caption": "a dog", "negative_caption": "a cat"}
FOLDERS = {"sugarcrepe": {"files": "crepe", "images": "val2017"}}


@pytest.fixture
def project(tmp_path):
    """Models, and a SugarCrepe of three questions about two images, one of them not there."""
    make_project(tmp_path, PARAMS | {"benchmarks": FOLDERS})
    for folder in ("crepe", "val2017"):
        (tmp_path / folder).mkdir()
    items = {str(number): ITEM | {"filename": f"{image}.jpg"} for number, image in enumerate((1, 1, 99))}
    (tmp_path / "crepe/replace_obj.json").write_text(json.dumps(items))
    (tmp_path / "val2017/1.jpg").write_bytes(jpeg(1))
    return tmp_path


def test_files_and_pictures_are_read_once_for_all_models(project, monkeypatch):
    """Answering reads the tables alone: the published files and images may be gone."""
    reads, opened = [], []
    benchmark = BENCHMARKS["sugarcrepe"]
    counting = benchmark._replace(read=lambda folder: reads.append(folder) or benchmark.read(folder))
    monkeypatch.setitem(BENCHMARKS, "sugarcrepe", counting)
    monkeypatch.setattr("stages.benchmark.pictures.boxed_bytes", lambda *one: opened.append(one) or boxed_bytes(*one))
    run_here(monkeypatch, project, main, "sugarcrepe")
    out = project / "data/benchmarks/sugarcrepe"
    (question, _) = read_table(out / "questions.parquet", QUESTIONS).to_pylist()
    assert question == {"category": "replace_obj", "pictures": [0], "texts": ["a dog", "a cat"], "macro": False}
    assert read_table(out / "pictures", PICTURES)["content"].to_pylist() == [jpeg(1)]
    counts = {"questions": 3, "answerable": 2, "missing_images": ["99.jpg"]}
    assert json.loads((out / "summary.json").read_text()) == counts
    shutil.rmtree(project / "crepe")
    shutil.rmtree(project / "val2017")
    for model in ("base", "clip", "drive", "siglip"):
        run_here(monkeypatch, project, answer, f"{model}-sugarcrepe")
        table = read_table(project / f"data/evaluate/{model}-sugarcrepe/measures.parquet", MEASURE_ROWS).to_pandas()
        assert table[["measure", "set", "direction", "slice", "count"]].values.tolist() == [
            ["benchmark", "sugarcrepe", "i2t", "all", 2],
            ["benchmark", "sugarcrepe", "i2t", "replace_obj", 2],
            ["coverage", "sugarcrepe", "both", "questions with their images", 3],
        ]
        assert table["value"][0] in (0, 1) and table["value"][2] == pytest.approx(2 / 3)
    assert len(reads) == 1 and len(opened) == 1


def test_damaged_pictures_are_named_and_missing_ones_counted(project, monkeypatch, capsys):
    (project / "val2017/99.jpg").write_text("<html>404</html>")
    run_here(monkeypatch, project, main, "sugarcrepe")
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if line.startswith("counted as missing: val2017/99.jpg cannot be decoded")]


def test_unknown_names_are_refused(project, monkeypatch):
    for stage, name, message in (
        (main, "valse", "'valse' is not one of the benchmarks of params.yaml: sugarcrepe; name one"),
        (answer, "ours-sugarcrepe", "'ours-sugarcrepe' is not one of the pairs MODEL-BENCHMARK: base-sugarcrepe, "),
    ):
        with pytest.raises(InputError, match=message):
            run_here(monkeypatch, project, stage, name)
    params = PARAMS | {"benchmarks": {"sugarcrep": FOLDERS["sugarcrepe"]}}
    (project / "params.yaml").write_text(yaml.safe_dump(params))
    with pytest.raises(InputError, match="benchmarks.sugarcrep is unknown; the nearest known key is sugarcrepe"):
        run_here(monkeypatch, project, main, "sugarcrep")


def test_without_a_question_or_all_images_of_one_nothing_is_written(project, monkeypatch):
    (project / "crepe/replace_obj.json").write_text("{}")
    with pytest.raises(InputError, match="crepe has no question of sugarcrepe; set benchmarks.sugarcrepe.files"):
        run_here(monkeypatch, project, main, "sugarcrepe")
    line = {"image_0": "1", "image_1": "2", "caption_0": "a", "caption_1": "b", "collapsed_tag": "Object"}
    (project / "crepe/examples.jsonl").write_text(json.dumps(line))
    (project / "val2017/1.png").write_bytes(jpeg(1))
    params = PARAMS | {"benchmarks": {"winoground": FOLDERS["sugarcrepe"]}}
    (project / "params.yaml").write_text(yaml.safe_dump(params))
    with pytest.raises(InputError, match="no question of winoground has all its images; set benchmarks.winoground"):
        run_here(monkeypatch, project, main, "winoground")
    assert not list((project / "data/benchmarks").iterdir())
