"""Every parameter with every kind of wrong value: one line that names the file, the key and what it takes."""

import copy
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from stages.check.across import check_across
from stages.check.blocks import check_blocks
from stages.common.files.errors import InputError
from stages.common.files.params import load_params

ROOT = Path(__file__).parents[2]
PARAMS = load_params(ROOT / "params.yaml")
PARAMS |= {  # empty by default, so that they have no parameters to walk
    "rivals": {"siglip": {"model": "ViT-B-16-SigLIP", "pretrained": "webli"}},
    "download": {"coco": {"url": "http://images.cocodataset.org", "keep_zips": False}},
    "benchmarks": {"winoground": {"files": "../winoground", "images": "../winoground/images"}},
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
PATHS = {"triples.truth", "evaluate.instances", "infer.images"}
PATHS |= {"benchmarks.winoground.files", "benchmarks.winoground.images"}
PATHS |= {f"captions.sources[{row}].{name}" for row in range(3) for name in ("annotations", "images")}
METHODS = PARAMS["train"]["methods"]
SHARES = {
    *("base.weight_decay", "negatives.temperature", "negatives.max_similarity", "train.weight_decay", "train.alpha"),
    *(f"train.sets.{name}" for name in PARAMS["train"]["sets"]),
    *(f"train.methods.{name}.{option}" for name in METHODS for option in METHODS[name]),
}
FITS = {  # what is right and no mistake
    "string": PATHS | {"infer.model"},
    "number in quotes": PATHS,
    "negative": {"negatives.max_similarity"},
    "zero": {*SHARES, "seed", "run.workers", "base.warmup", "train.warmup", "train.adapters"},
    "fraction": {*SHARES, "base.lr", "train.lr", "train.clip_norm", "train.augment.crop[0]"}
    | {f"evaluate.alphas[{row}]" for row in range(len(PARAMS["evaluate"]["alphas"]))},
    "bool": {"run.grad_checkpointing", "triples.with_secondary", "negatives.exact_nouns", "train.augment.flip"}
    | {"download.coco.keep_zips"},
}
NAMED_BY = {  # a mistake that several parameters make together names the one to change
    "captions.root": "triples.truth",
    **dict.fromkeys((f"captions.shares.{name}" for name in ("train", "val", "test")), "captions.shares is "),
    "train.augment.crop[1]": "train.augment.crop is ",
    "base.epochs": "base is ",
}
OF_ONES_CHOICE = {"train.methods", "train.sets", "rivals", "benchmarks", "download"}  # members may be left out


def leaves(value, place=()):
    """The places of all parameters: ("train", "augment", "flip"), ("captions", "sources", 0, "split")."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    own = [place] if isinstance(value, list) or not inner else []
    return own + [leaf for key, part in inner for leaf in leaves(part, (*place, key))]


def dotted(place) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)[1:]


def message(params) -> str | None:
    """The line that these parameters end in, None where they are right."""
    try:
        check_across(check_blocks(params))
    except InputError as error:
        assert "\n" not in str(error)
        return str(error)
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


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("place", LEAVES, ids=dotted)
def test_a_wrong_value(place, kind):
    """As {"lr": "abc"}: params.yaml: train.lr is 'abc'; it takes a number above 0 and at most 1."""
    key, (params, inside) = dotted(place), changed(place)
    inside[place[-1]] = VALUES[kind]
    line = message(params)
    if key in FITS.get(kind, ()):
        assert line is None
    else:
        assert line.startswith("params.yaml: ") and "; " in line
        assert key in line or NAMED_BY.get(key, key) in line


@pytest.mark.parametrize("place", KEYS, ids=dotted)
def test_a_misspelt_key_is_reported_with_the_right_one(place):
    params, inside = changed(place)
    inside[f"{place[-1]}s"] = inside.pop(place[-1])
    line, above = message(params), dotted(place[:-1])
    if above == "train.sets":
        assert line.startswith(f"params.yaml: {dotted(place)}s is none of negatives.sets (dynamic, stative, ")
    elif above == "train.methods":
        assert f"{place[-1]}s is no loss of stages/train/losses, which holds clip, drive, " in line
    else:
        assert line == f"params.yaml: {dotted(place)}s is unknown; the nearest known key is {dotted(place)}"


@pytest.mark.parametrize("place", KEYS, ids=dotted)
def test_an_unknown_key_beside_is_reported(place):
    params, inside = changed(place)
    inside["zzz"] = 1
    line = message(params)
    assert line.startswith("params.yaml: ") and "zzz" in line


@pytest.mark.parametrize("place", KEYS, ids=dotted)
def test_a_missing_key_is_reported_with_what_it_takes(place):
    params, inside = changed(place)
    del inside[place[-1]]
    line, above = message(params), dotted(place[:-1])
    if above in OF_ONES_CHOICE:
        assert line is None
    elif above == "negatives.sets":
        assert line.startswith(f"params.yaml: train.sets.{place[-1]} is none of negatives.sets")
    else:
        assert line.startswith(f"params.yaml: {dotted(place)} is missing; it takes ")


@pytest.mark.parametrize("block", PARAMS)
@pytest.mark.parametrize("value", [None, 3, "abc", [1], math.nan])
def test_a_block_that_is_none(block, value):
    line = message(PARAMS | {block: value})
    assert line is None if block == "seed" and value == 3 else line.startswith(f"params.yaml: {block} is ")


@pytest.mark.parametrize("block", PARAMS)
def test_a_block_that_is_missing_or_misspelt(block):
    others = {name: inner for name, inner in PARAMS.items() if name != block}
    assert message(others).startswith(f"params.yaml: {block} is missing; it takes ")
    line = f"params.yaml: {block}x is unknown; the nearest known key is {block}"
    assert message(others | {f"{block}x": PARAMS[block]}) == line


@pytest.mark.parametrize("name", ["drive; touch x", "../x", "base", "", "a b", "Mine", "x" * 41, "é"])
@pytest.mark.parametrize("block", ["train.methods", "train.sets", "negatives.sets", "rivals", "benchmarks", "download"])
def test_names_that_are_no_safe_part_of_a_command_or_a_path(block, name):
    params, inside = changed((*block.split("."), name))
    inside[name] = next(iter(inside.values()))
    assert message(params).startswith(f"params.yaml: {block}") and name in message(params)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("lr: 0.001", "lr: fast", "train.lr is 'fast'; it takes a number above 0 and at most 1"),
        ("workers: auto", "1: 0", "run.1 is unknown; the nearest known key is run.workers"),
    ],
)
def test_as_a_command(tmp_path, old, new, line):
    """python -m stages.check: exit status 1, one line, no traceback, nothing written."""
    text = yaml.safe_dump(PARAMS | {"train": PARAMS["train"] | {"lr": 0.001}}, sort_keys=False)
    assert old in text
    (tmp_path / "params.yaml").write_text(text.replace(old, new), encoding="utf-8")
    command, env = [sys.executable, "-m", "stages.check"], {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"error: params.yaml: {line}\n")
    assert not (tmp_path / "data").exists()
