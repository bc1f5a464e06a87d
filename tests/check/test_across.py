"""What hangs on several parameters is reported before any work, and the stage's output never changes."""

import copy
from pathlib import Path

import pytest
import yaml

from stages.check.__main__ import main
from stages.common.files.errors import InputError
from stages.common.files.params import load_params

PARAMS = load_params(Path(__file__).parents[2] / "params.yaml")
RANDOM = [{"annotations": "a.json", "images": "a", "split": "random"}]
SIGLIP = {"model": "ViT-B-16-SigLIP", "pretrained": "webli"}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The stage on the default with `changes`, {"captions": {"root": ...}}; what it wrote."""
    monkeypatch.chdir(tmp_path)

    def stage(changes: dict) -> str:
        params = copy.deepcopy(PARAMS)
        for block, inner in changes.items():
            params[block] |= inner
        Path("params.yaml").write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")
        main()
        return Path("data/check.json").read_text(encoding="utf-8")

    return stage


def test_the_same_output_whatever_the_valid_parameters(run):
    assert run({}) == run({"train": {"lr": 0.5}, "rivals": {"siglip": SIGLIP}})


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"captions": {"sources": PARAMS["captions"]["sources"][:2]}},
            "captions.sources give no image to split test; add a source of that split or raise its share",
        ),
        (
            {"captions": {"sources": RANDOM, "shares": {"train": 0.9, "val": 0.1, "test": 0.0}}},
            "captions.sources give no image to split test; add a source of that split or raise its share",
        ),
        (
            {"scenes": {"images": 100}, "base": {"batch_size": 90}},
            "scenes.images 100 are too few for base.batch_size 90; make that smaller",
        ),
        (
            {"captions": {"root": "../coco"}},
            "triples.truth is of data/scenes and captions.root is not; make triples.truth empty",
        ),
        (
            {"negatives": {"sets": {"dynamic": {}, "stative": {}, "swapped": {}}}},
            "train.sets.random is none of negatives.sets (dynamic, stative, swapped); drop it",
        ),
        (
            {"train": {"sets": {"dynamic": 0.0, "random": 0}}},
            "train.sets weighs none, so that there is nothing to train on; give one of them a weight above 0",
        ),
        (
            {"rivals": {"base": SIGLIP}},
            "rivals.base has no fit name; it is that of the model to start from; give the rival another",
        ),
        ({"rivals": {"drive": SIGLIP}}, "rivals.drive has the name of a method; give the rival another"),
        (
            {"rivals": {"Mine": SIGLIP}},
            "rivals.Mine has no fit name; it takes small letters, digits and _, at most 40",
        ),
        ({"base": {"model": "ViT-B-99"}}, "base.model 'ViT-B-99' is unknown to open_clip; see open_clip.list_models()"),
        (
            {"base": {"model": "ViT-B-32", "pretrained": "openai"}},
            "QuickGELU mismatch between base.model 'ViT-B-32' and the weights 'openai'; "
            "set base.model to ViT-B-32-quickgelu",
        ),
        (
            {"rivals": {"mine": SIGLIP | {"pretrained": "mine.pt"}}},
            "rivals.mine.pretrained 'mine.pt' is neither a file nor a known tag; ViT-B-16-SigLIP's tags are webli",
        ),
    ],
)
def test_one_line(run, changes, line):
    with pytest.raises(InputError) as error:
        run(changes)
    assert str(error.value) == f"params.yaml: {line}"
    assert not Path("data/check.json").exists()


def test_what_is_not_used_hinders_nothing(run):
    """A large batch where base is not trained here, other pictures than the drawn ones, no method to train."""
    openai = {"model": "RN50-quickgelu", "pretrained": "openai", "epochs": 0}
    run({"scenes": {"images": 100}, "base": {"batch_size": 90} | openai})
    run({"captions": {"root": "../coco"}, "triples": {"truth": ""}})
    run({"train": {"methods": {}, "sets": {"random": 0}}})


def test_the_shares_of_random_sources_count_where_there_are_any(run):
    run({"captions": {"sources": RANDOM}})
    run({"captions": {"shares": {"train": 1.0, "val": 0.0, "test": 0.0}}})
