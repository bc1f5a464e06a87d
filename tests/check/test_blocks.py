"""Every parameter with every kind of wrong value: one line that names the file, the key and what is wrong."""

import copy
import math

import pytest
import yaml

from stages.check.across import check_across
from stages.check.blocks import check_blocks
from stages.common.files.errors import InputError
from stages.common.files.params import load_params
from tests.project import ROOT, start

PARAMS = load_params(ROOT / "params.yaml")
PARAMS |= {  # empty by default
    "rivals": {"siglip": {"model": "ViT-B-16-SigLIP", "pretrained": "webli"}},
    "download": {"coco": {"url": "http://images.cocodataset.org", "keep_zips": False}},
    "benchmarks": {"winoground": {"files": "../winoground", "images": "../winoground/images"}},
    "features": {"base": {}},
}
VALUES = {
    "string": "abc",
    "number in quotes": "1",
    "list": ["abc"],
    "mapping": {"abc": 1},
    "null": None,
    "negative": -1,
    "zero": 0,
    "fraction": 0.123,
    "huge": 1e12,
    "huge whole number": 10**12,
    "infinite": math.inf,
    "nan": math.nan,
    "bool": True,
}
METHODS = PARAMS["train"]["methods"]
PATHS = set(
    "triples.truth base.files rival_files evaluate.instances infer.images "
    "benchmarks.winoground.files benchmarks.winoground.images".split()
)
PATHS |= {f"captions.sources[{row}].{name}" for row in range(3) for name in ("annotations", "images")}
SHARES = {
    *"base.weight_decay negatives.temperature negatives.max_similarity train.weight_decay train.alpha".split(),
    *(f"train.sets.{name}" for name in PARAMS["train"]["sets"]),
    *(f"train.methods.{name}.{option}" for name in METHODS for option in METHODS[name] if option != "loss"),
}
FITS = {  # values that are right
    "string": PATHS | {"infer.model"},
    "number in quotes": PATHS,
    "negative": {"negatives.max_similarity"},
    "zero": SHARES | set("seed run.workers base.warmup train.warmup train.adapters".split()),
    "fraction": SHARES | set("base.lr train.lr train.clip_norm train.augment.crop[0] evaluate.alphas[0]".split()),
    "bool": set("run.grad_checkpointing negatives.exact_nouns train.augment.flip download.coco.keep_zips".split()),
}
NAMED_BY = {  # the place of a mistake that several parameters make together
    "captions.root": "triples.truth",
    **dict.fromkeys((f"captions.shares.{name}" for name in ("train", "val", "test")), "captions.shares: "),
    **dict.fromkeys((f"train.methods.{name}.loss" for name in METHODS), "train.methods."),
    **dict.fromkeys(("train.augment.crop[0]", "train.augment.crop[1]"), "train: "),
    "base.epochs": "base: ",
}
MAY_LACK = {"train.methods", "train.sets", "rivals", "benchmarks", "download", "features"}  # any of their members


def leaves(value, place=()):
    """The places of all parameters: ("train", "augment", "flip"), ("captions", "sources", 0, "split")."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    own = [place] if isinstance(value, list) or not inner else []
    return own + [leaf for key, part in inner for leaf in leaves(part, (*place, key))]


def dotted(place) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)[1:]


def message(params) -> str | None:
    """The line of the InputError that these parameters raise, None where they are right."""
    try:
        check_across(check_blocks(params))
    except InputError as error:
        assert "\n" not in str(error) and str(error).startswith("params.yaml: ")
        return str(error).removeprefix("params.yaml: ")
    return None


def changed(place):
    """A copy of all parameters, and the mapping or list in it that holds this one."""
    params = inside = copy.deepcopy(PARAMS)
    for key in place[:-1]:
        inside = inside[key]
    return params, inside


LEAVES = leaves(PARAMS)
KEYS = [place for place in LEAVES if isinstance(place[-1], str)]  # without the entries of lists


def test_the_default_is_right_and_the_table_is_large():
    assert message(PARAMS) is None
    assert len(LEAVES) * len(VALUES) + 3 * len(KEYS) > 800


@pytest.mark.parametrize("place", LEAVES, ids=dotted)
def test_a_wrong_value(place):
    """Such as train.lr: abc, "params.yaml: train.lr: Input should be a valid number (it is 'abc')"."""
    for kind, value in VALUES.items():
        key, (params, inside) = dotted(place), changed(place)
        inside[place[-1]] = value
        line = message(params)
        if key in FITS.get(kind, ()):
            assert line is None, kind
        else:
            assert line and (key in line or NAMED_BY.get(key, key) in line), kind


@pytest.mark.parametrize("place", KEYS, ids=dotted)
def test_a_misspelt_an_unknown_and_a_missing_key(place):
    key, above, name = dotted(place), dotted(place[:-1]), place[-1]
    params, inside = changed(place)
    inside["zzz"] = 1
    assert "zzz" in message(params)
    del inside["zzz"]
    value = inside.pop(name)
    if above in MAY_LACK:
        assert message(params) is None
    elif above == "negatives.sets":
        assert message(params).startswith(f"train.sets.{name} is not one of negatives.sets")
    elif name == "loss":
        assert message(params) == f"{above}: Unable to extract tag using discriminator 'loss'"
    elif not above:
        assert message(params) == f"the block {name} is missing; restore it with `git checkout params.yaml`"
    else:
        assert message(params) == f"{key}: Field required"
    inside[f"{name}s"] = value
    if above == "train.sets":
        assert message(params).startswith(f"{key}s is not one of negatives.sets (dynamic, stative, ")
    elif above == "features":
        assert message(params) == "features.bases: Input should be 'base' (it is 'bases')"
    elif name != "loss":
        assert message(params) == f"{key}s is unknown; the nearest known key is {name}"


@pytest.mark.parametrize("block", PARAMS)
def test_a_block_of_another_type_or_misspelt(block):
    for value in (None, 3, "abc", [1], math.nan):
        line, right = message(PARAMS | {block: value}), [["seed", 3], ["rival_files", "abc"]]
        assert line is None if [block, value] in right else line.startswith(f"{block}: Input should be ")
    others = {name: inner for name, inner in PARAMS.items() if name != block}
    line = f"{block}x is unknown; the nearest known key is {block}"
    assert message(others | {f"{block}x": PARAMS[block]}) == line


@pytest.mark.parametrize("name", ["drive; touch x", "../x", "base", "", "a b", "Mine", "x" * 41, "é"])
@pytest.mark.parametrize("block", ["train.methods", "train.sets", "negatives.sets", "rivals", "benchmarks", "download"])
def test_names_that_are_no_safe_part_of_a_path(block, name):
    params, inside = changed((*block.split("."), name))
    inside[name] = next(iter(inside.values()))
    assert message(params).startswith(("base is the name", block)) and name in message(params)


def test_as_a_command(tmp_path):
    """python -m stages.check: exit status 1, one line, no traceback, nothing written."""
    text = yaml.safe_dump(PARAMS | {"train": PARAMS["train"] | {"lr": "fast"}}, sort_keys=False)
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    process = start(tmp_path, "stages.check")
    _, errors = process.communicate()
    line = "error: params.yaml: train.lr: Input should be a valid number (it is 'fast')\n"
    assert (process.returncode, errors) == (1, line)
    assert not (tmp_path / "data").exists()
