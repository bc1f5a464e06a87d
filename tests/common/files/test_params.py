"""params.yaml is read as YAML 1.2, which DVC writes, and each block as its type."""

import re
from pathlib import Path

import pytest
from pydantic import Field

from stages.common.files.errors import InputError
from stages.common.files.params import Block, checked, load_params, read_block, read_seed, target_name
from stages.common.run import RunOptions
from tests.project import RUN


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes params.yaml of the working directory."""
    monkeypatch.chdir(tmp_path)
    return lambda text, encoding="utf-8": Path("params.yaml").write_text(text, encoding=encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("written", ["1e-05", "1e-5", "0.00001", "1.0e-5"])
def test_small_rates_are_numbers_in_every_notation(write, written, encoding):
    """`dvc exp run -S train.lr=0.00001` writes 1e-05, which YAML 1.1 reads as a string; some editors add a mark."""
    write(f"train: {{lr: {written}}}\n", encoding)
    assert load_params() == {"train": {"lr": 0.00001}}


@pytest.mark.parametrize(
    "written",
    ["train: [1, 2\n", "train: &train {lr: *t}", "lr: " + "[" * 5000, "a: 1\na: 2", "lr: " + "1" * 5000],
)
def test_text_that_is_not_yaml_is_one_line(write, written):
    write(written)
    with pytest.raises(InputError, match="params.yaml is not valid YAML") as error:
        load_params()
    assert "\n" not in str(error.value)


def test_a_file_that_is_missing_or_empty(write):
    with pytest.raises(InputError, match="^params.yaml is missing; run from the project's root$"):
        load_params()
    write("# nothing\n")
    with pytest.raises(InputError, match="^params.yaml: the block seed is missing; restore it with `git checkout"):
        read_seed()


class Crop(Block):
    """A share."""

    least: float = Field(ge=0, le=1)


class Options(Block):
    """A block with another in it."""

    lr: float = Field(gt=0, le=1)
    crop: Crop
    sizes: list[int] = Field(min_length=1)


def test_a_right_block_is_its_type_and_a_whole_number_a_number(write):
    write("seed: 4294967295\ntrain: {lr: 1, crop: {least: 0}, sizes: [3]}\n")
    options = read_block("train", Options)
    assert (options.lr, options.crop.least, options.sizes) == (1.0, 0.0, [3])
    assert read_seed() == 2**32 - 1


@pytest.mark.parametrize(
    ("block", "line"),
    [
        ("{lr: abc, crop: {least: 0}, sizes: [3]}", "train.lr: Input should be a valid number (it is 'abc')"),
        ("{lr: .inf, crop: {least: 0}, sizes: [3]}", "train.lr: Input should be a finite number (it is inf)"),
        ("&train {lr: *train, crop: {least: 0}, sizes: [3]}", "train.lr: Input should be a valid number"),
        ("{lr: 2, crop: {least: 0}, sizes: [3]}", "train.lr: Input should be less than or equal to 1 (it is 2)"),
        ("{lr: 1, crop: {least: true}, sizes: [3]}", "train.crop.least: Input should be a valid number (it is True)"),
        ("{lr: 1, crop: {}, sizes: [3]}", "train.crop.least: Field required"),
        ("{lr: 1, crop: {least: 0}, sizes: [3, 4.5]}", "train.sizes[1]: Input should be a valid integer (it is 4.5)"),
        ("{lr: 1, crop: {least: 0}, sizes: 3}", "train.sizes: Input should be a valid list (it is 3)"),
        ("{learning_rate: 1, sizes: [1]}", "train.learning_rate is unknown; the nearest known key is lr"),
        ("{lr: 1, crop: {lest: 0}}", "train.crop.lest is unknown; the nearest known key is least"),
        ("{crop: {}, sizes: [3], 1: 2}", "train[1]: Keys should be strings (it is 1)"),
    ],
)
def test_the_first_mistake_in_one_line(write, block, line):
    write(f"train: {block}\n")
    with pytest.raises(InputError) as error:
        read_block("train", Options)
    assert str(error.value) == f"params.yaml: {line}"


@pytest.mark.parametrize("written", ["all", True, [1], 257])
def test_a_value_of_two_types_names_both(written):
    number = "less than or equal to 256" if written == 257 else "a valid integer"
    line = f"params.yaml: run.workers: Input should be 'auto' or Input should be {number} (it is {written!r})"
    with pytest.raises(InputError, match=f"^{re.escape(line)}$"):
        checked({"run": RUN | {"workers": written}}, "run", RunOptions)
    assert checked({"run": RUN | {"workers": 2}}, "run", RunOptions).workers == 2


def test_an_engine_is_local_or_an_address():
    assert RunOptions(**RUN | {"engine": "tls://10.0.0.1:8786"}).engine == "tls://10.0.0.1:8786"
    with pytest.raises(InputError, match="run.engine: use local, or the address of a Dask scheduler such as tcp://"):
        checked({"run": RUN | {"engine": "dask"}}, "run", RunOptions)


def test_the_name_that_a_stage_runs_for(monkeypatch):
    """DVC passes the stage's name as it is, so a shell reads no part of it."""
    monkeypatch.delenv("DVC_STAGE", raising=False)
    assert target_name(["clip"], {"clip": 1, "drive": 2}, "methods") == "clip"
    monkeypatch.setenv("DVC_STAGE", "train@drive")
    assert target_name([], ["clip", "drive"], "methods") == "drive"
    monkeypatch.setenv("DVC_STAGE", "train@drive; touch x")
    with pytest.raises(InputError, match="^'drive; touch x' is not one of the methods: clip, drive; name one$"):
        target_name([], ["clip", "drive"], "methods")
    with pytest.raises(InputError, match="^'clip' is not one of the downloads: there are none; name one$"):
        target_name(["clip"], {}, "downloads")
