"""Parameters that do not fit together are reported before any work; the stage's output never changes."""

import copy
from pathlib import Path

import pytest
import yaml

from stages.check.__main__ import main
from stages.check.across import check_across
from stages.check.blocks import check_blocks
from stages.common.files.errors import InputError
from stages.common.files.params import load_params
from tests.project import ROOT

PARAMS = load_params(ROOT / "params.yaml")
RANDOM = [{"annotations": "a.json", "images": "a", "split": "random"}]
SIGLIP = {"model": "ViT-B-16-SigLIP", "pretrained": "webli"}
OPENAI = {"model": "RN50-quickgelu", "pretrained": "openai", "epochs": 0}
NO_TEST = {"sources": RANDOM, "shares": {"train": 0.9, "val": 0.1, "test": 0.0}}


def check(changes: dict) -> None:
    """Check the default parameters with `changes`, {"captions": {"root": ...}}."""
    params = copy.deepcopy(PARAMS)
    for block, inner in changes.items():
        params[block] |= inner
    check_across(check_blocks(params))


def method(name: str, **options) -> dict:
    """One more method."""
    return {"train": {"methods": PARAMS["train"]["methods"] | {name: {"loss": "clip"} | options}}}


def test_the_same_output_whatever_the_valid_parameters(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    outputs = set()
    for rivals in ({}, {"siglip": SIGLIP}):
        Path("params.yaml").write_text(yaml.safe_dump(PARAMS | {"rivals": rivals}), encoding="utf-8")
        main([])
        outputs.add(Path("data/check.json").read_text(encoding="utf-8"))
    assert len(outputs) == 1


NO_IMAGE = "captions.sources give no image to split test; add a source of that split or raise its share"
NO_WEIGHT = "sets gives every set weight 0, so that there is nothing to train on; raise one"
NO_EMBEDDINGS = "needs image embeddings under base; set features to {base: {}}"
TWO_MODELS = "is the name of two models among base, train.methods and rivals; rename one"
WRONG = [
    (NO_IMAGE, {"captions": {"sources": PARAMS["captions"]["sources"][:2]}}),
    (NO_IMAGE, {"captions": NO_TEST}),
    (
        "scenes.images 100 are too few for base.batch_size 90; make that smaller",
        {"scenes": {"images": 100}, "base": {"batch_size": 90}},
    ),
    (
        "triples.truth is of data/scenes and captions.root is not; make triples.truth data/none.json",
        {"captions": {"root": "../coco"}},
    ),
    (
        "train.sets.random is not one of negatives.sets (dynamic, stative, swapped); drop it",
        {"negatives": {"sets": {"dynamic": {}, "stative": {}, "swapped": {}}}},
    ),
    (
        "train.methods.mine.sets.attribute is not one of negatives.sets (dynamic, stative, swapped, random); drop it",
        method("mine", sets={"dynamic": 1, "attribute": 1}),
    ),
    (f"train.{NO_WEIGHT}", {"train": {"sets": {"dynamic": 0.0, "random": 0}}}),
    (f"train.methods.mine.{NO_WEIGHT}", method("mine", sets={"dynamic": 0})),
    (f"freeze image of method mine {NO_EMBEDDINGS}", method("mine", freeze="image")),
    (f"negatives.max_similarity {NO_EMBEDDINGS}", {"negatives": {"max_similarity": 0.9}}),
    (f"base {TWO_MODELS}", method("base")),
    (f"drive {TWO_MODELS}", {"rivals": {"drive": SIGLIP}}),
    ("base.model 'ViT-B-99' is unknown to open_clip; see open_clip.list_models()", {"base": {"model": "ViT-B-99"}}),
    (
        "QuickGELU mismatch between base.model 'ViT-B-32' and the weights 'openai'; "
        "set base.model to ViT-B-32-quickgelu",
        {"base": {"model": "ViT-B-32", "pretrained": "openai"}},
    ),
    (
        "rivals.mine.pretrained 'mine.pt' is neither a file nor a known tag; ViT-B-16-SigLIP's tags are webli",
        {"rivals": {"mine": SIGLIP | {"pretrained": "mine.pt"}}},
    ),
]


@pytest.mark.parametrize(("line", "changes"), WRONG)
def test_one_line(line, changes):
    with pytest.raises(InputError) as error:
        check(changes)
    assert str(error.value) == f"params.yaml: {line}"


@pytest.mark.parametrize(
    "changes",
    [
        {"scenes": {"images": 100}, "base": {"batch_size": 90} | OPENAI},  # base is not trained here
        {"captions": {"root": "../coco"}, "triples": {"truth": "data/none.json"}},
        {"train": {"methods": {}, "sets": {"random": 0}}},
        {"negatives": {"max_similarity": 0.9}, "features": {"base": {}}},
        {"captions": {"sources": RANDOM}},
        {"captions": {"shares": NO_TEST["shares"]}},  # no source is random
        {"captions": {"sources": [RANDOM[0] | {"split": "file"}]}},
    ],
)
def test_parameters_that_fit(changes):
    check(changes)
