"""params.yaml is read as YAML 1.2, the one that DVC writes, and a block as its type."""

import pytest
from pydantic import Field

from stages.common.files.errors import InputError
from stages.common.files.params import Block, load_params, read_block, read_seed
from stages.common.run import RunOptions


@pytest.mark.parametrize("written", ["1e-05", "1e-5", "0.00001", "1.0e-5"])
def test_small_rates_are_numbers_however_they_are_written(tmp_path, written):
    """`dvc exp run -S train.lr=0.00001` writes 1e-05, which YAML 1.1 reads as a string."""
    path = tmp_path / "params.yaml"
    path.write_text(f"train: {{lr: {written}}}\n", encoding="utf-8")
    assert load_params(path) == {"train": {"lr": 0.00001}}


def test_what_is_no_yaml_is_reported_in_one_line(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text("train: [1, 2\n", encoding="utf-8")
    with pytest.raises(InputError, match="params.yaml is not valid YAML") as error:
        load_params(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "written", ["train: &train {lr: *train}", "lr: " + "[" * 5000, "a: 1\na: 2", "lr: " + "1" * 5000]
)
def test_what_only_a_machine_would_write_is_reported_too(tmp_path, written):
    path = tmp_path / "params.yaml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(InputError, match="params.yaml is not valid YAML") as error:
        load_params(path)
    assert "\n" not in str(error.value)


class Crop(Block):
    """Two shares."""

    least: float = Field(ge=0, le=1)


class Options(Block):
    """A block with another in it."""

    lr: float = Field(gt=0, le=1)
    crop: Crop
    sizes: list[int] = Field(min_length=1)


@pytest.fixture
def message(tmp_path, monkeypatch):
    """The line that reading this block ends in."""
    monkeypatch.chdir(tmp_path)

    def read(text: str) -> str:
        (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(InputError) as error:
            read_block("train", Options)
        return str(error.value).removeprefix("params.yaml: ")

    return read


def test_a_right_block_is_its_type_and_a_whole_number_a_number(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text("seed: 4294967295\ntrain: {lr: 1, crop: {least: 0}, sizes: [3]}\n", encoding="utf-8")
    options = read_block("train", Options, path)
    assert (options.lr, options.crop.least, options.sizes) == (1.0, 0.0, [3])
    assert read_seed(path) == 2**32 - 1


@pytest.mark.parametrize(
    ("block", "line"),
    [
        ("{lr: abc, crop: {least: 0}, sizes: [3]}", "train.lr is 'abc'; it takes a number above 0 and at most 1"),
        ("{lr: .inf, crop: {least: 0}, sizes: [3]}", "train.lr is inf; it takes a number above 0 and at most 1"),
        ("{lr: 1, crop: {least: true}, sizes: [3]}", "train.crop.least is true; it takes a number from 0 to 1"),
        ("{lr: 1, crop: {}, sizes: [3]}", "train.crop.least is missing; it takes a number from 0 to 1"),
        ("{lr: 1, crop: 3, sizes: [3]}", "train.crop is 3; it takes a mapping with least"),
        ("{lr: 1, crop: {least: 0}, sizes: [3, 4.5]}", "train.sizes[1] is 4.5; it takes a whole number"),
        ("{lr: 1, crop: {least: 0}, sizes: 3}", "train.sizes is 3; it takes a list of 1 or more, each a whole number"),
        ("{learning_rate: 1, sizes: [1]}", "train.learning_rate is unknown; the nearest known key is train.lr"),
        ("{lr: 1, crop: {lest: 0}}", "train.crop.lest is unknown; the nearest known key is train.crop.least"),
        ("{crop: {}, sizes: [3], 1: 2}", "train.1 is unknown; the nearest known key is train.lr"),
        ("{lr: 1, crop: {null: 2}}", "train.crop.None is unknown; the nearest known key is train.crop.least"),
        ("", "train is null; it takes a mapping with lr, crop, sizes"),
    ],
)
def test_the_first_mistake_in_one_line(message, block, line):
    assert message(f"train: {block}\n") == line


def test_a_block_that_is_not_there(message):
    assert message("trains: {}\n") == "train is missing; it takes a mapping with lr, crop, sizes"


@pytest.mark.parametrize("written", ["all", "-1", "257", "1.5", "true", "[1]"])
def test_a_value_of_two_kinds_is_reported_both(tmp_path, written):
    path = tmp_path / "params.yaml"
    rest = "device: auto, processes: auto, engine: local, checkpoint_every: 1, grad_checkpointing: false"
    path.write_text(f"run: {{workers: {written}, {rest}}}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"run.workers is .*; it takes auto or a whole number from 0 to 256$"):
        read_block("run", RunOptions, path)
    path.write_text(f"run: {{workers: 2, {rest}}}\n", encoding="utf-8")
    assert (read_block("run", RunOptions, path).workers, read_block("run", RunOptions, path).processes) == (2, "auto")
