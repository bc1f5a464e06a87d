"""The command and the DVC stage on a tiny project: what they print and write, and one line for what is wrong."""

import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from PIL import Image

from stages.common.files.errors import InputError
from stages.infer.__main__ import main
from stages.infer.relations import RELATIONS
from tests.infer.project import make_pictures, make_project
from tests.project import run_here, start


@pytest.fixture
def infer(tmp_path, monkeypatch, capsys):
    """The command with arguments; what it printed."""
    make_project(tmp_path)
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str) -> str:
        capsys.readouterr()
        run_here(monkeypatch, tmp_path, main, *arguments)
        return capsys.readouterr().out

    return command


def test_a_picture_has_its_relations_printed_with_probabilities(infer):
    lines = infer("pictures/1.png", "--top", "3").splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["1", "2", "3"]
    shares = [float(line.split()[1].rstrip("%")) for line in lines[:3]]
    assert 100 >= shares[0] >= shares[1] >= shares[2] > 0


def test_words_and_sentences_narrow_what_is_offered(infer):
    both = json.loads(infer("pictures/1.png", "--subject", "dog", "--object", "cat", "--json"))
    assert {row["text"] for row in both} == {"dog chasing cat", "cat chasing dog"}
    assert sum(row["probability"] for row in both) == pytest.approx(1)
    (one,) = json.loads(infer("pictures/1.png", "--relation", "feeding", "--json"))
    assert (one["subject"], one["relation"], one["object"], one["probability"]) == ("man", "feed", "horse", 1)
    own = json.loads(infer("pictures/1.png", "--text", "a dog", "--text", "a cat", "--json"))
    assert {row["text"] for row in own} == {"a dog", "a cat"} and own[0]["subject"] is None


def test_the_stage_writes_a_table_a_page_and_a_chart(infer):
    infer()
    table = pq.read_table("data/infer/relations.parquet")
    assert table.schema.equals(RELATIONS)
    shares = table.to_pandas().groupby("picture")["probability"].sum()
    assert shares.index.tolist() == [f"pictures/{n}.png" for n in (1, 2, 3)] and (shares < 1 + 1e-9).all()
    page = Path("data/infer/index.html").read_text()
    assert page.count("data:image/jpeg;base64,") == 3 and "http" not in page and "<script" not in page
    assert Image.open("metrics/inference.png").format == "PNG"


def test_the_stage_writes_the_same_twice(infer):
    infer()
    files = [Path("data/infer/index.html"), Path("data/infer/relations.parquet"), Path("metrics/inference.png")]
    before = [path.read_bytes() for path in files]
    infer()
    assert before == [path.read_bytes() for path in files]


def test_a_batch_with_words_of_its_own(infer):
    Path("asked.csv").write_text("picture,subject,object\npictures/1.png,dog,cat\npictures/2.png,,\n")
    assert infer("asked.csv", "--out", "mine") == "mine/relations.parquet and index.html: 2 pictures, 0 skipped\n"
    table = pd.read_parquet("mine/relations.parquet")
    assert table.groupby("picture").size().tolist() == [2, 8]
    assert table["rank"].tolist() == [1, 2, *range(1, 9)]


def test_a_broken_picture_is_named_and_skipped(infer, capsys):
    Path("pictures/4.png").write_bytes(b"no picture")
    assert infer("pictures").endswith("data/relations/relations.parquet and index.html: 3 pictures, 1 skipped\n")
    with pytest.raises(InputError, match="^1 of 4 pictures are broken$"):
        infer("pictures", "--strict")
    assert "skipped: pictures/4.png cannot be decoded" in capsys.readouterr().err


def test_texts_on_the_page_are_escaped(infer):
    infer("pictures", "--text", "<b>x</b>", "--text", "y", "--out", "mine")
    page = Path("mine/index.html").read_text()
    assert "&lt;b&gt;x&lt;/b&gt;" in page and "<b>x" not in page


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["none.jpg"], "none.jpg is missing; "),
        (["params.yaml"], "params.yaml cannot be decoded"),
        (["pictures/1.png", "--subject", "hrose"], "the noun 'hrose' is unknown; the most similar ones are "),
        (["pictures/1.png", "--relation", "rdie"], "the verb 'rdie' is unknown; the most similar ones are "),
        (["pictures/1.png", "--model", "theirs"], "there is no model 'theirs'; data/models holds ours, plain: "),
        (["data/models"], "data/models has no picture ("),
        (["broken"], "none of 1 pictures can be read; see the lines above"),
    ],
)
def test_one_line(infer, arguments, line):
    Path("broken").mkdir()
    Path("broken/1.jpg").write_bytes(b"")
    with pytest.raises(InputError) as error:
        infer(*arguments)
    assert str(error.value).startswith(line) and "\n" not in str(error.value)
    assert not Path("data/relations").exists()


@pytest.mark.parametrize(
    "arguments",
    [["a.jpg", "--top", "0"], ["a.jpg", "--text", "x", "--subject", "man"], ["--json"], ["a.jpg", "--best"]],
)
def test_arguments_that_do_not_fit_are_reported_with_the_usage(infer, capsys, arguments):
    with pytest.raises(SystemExit) as error:
        infer(*arguments)
    assert error.value.code == 2 and "usage: python -m stages.infer" in capsys.readouterr().err


def test_as_a_command(tmp_path):
    """Exit status 1, one line, no traceback."""
    make_pictures(tmp_path, 1)
    process = start(tmp_path, "stages.infer", "1.png")
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1 and errors.count("\n") == 1
    assert errors.startswith("error: there is no model 'ours'; data/models holds no model yet")
