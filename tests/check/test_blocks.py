"""Every parameter with every kind of wrong value: one line that names the file, the key and what it takes."""

import copy
import math
from pathlib import Path

import pytest

from stages.check.across import check_across
from stages.check.blocks import check_blocks
from stages.common.errors import InputError
from stages.common.params import load_params

PARAMS = load_params(Path(__file__).parents[2] / "params.yaml")
VALUES = {
    "string": "abc",
    "number in quotes": "1",
    "list": ["abc"],
    "mapping": {"abc": 1},
    "null": None,
    "negative": -1,
    "zero": 0,
    "fraction": 0.123,
    "huge": 10**30,
    "infinite": math.inf,
    "nan": math.nan,
    "bool": True,
}
PATHS = {"triples.truth", "evaluate.instances"}
PATHS |= {f"captions.sources[{row}].{name}" for row in range(3) for name in ("annotations", "images")}
FITS = {  # what is right and no mistake
    "string": PATHS,
    "number in quotes": PATHS,
    "negative": {"negatives.max_similarity"},
    "zero": {
        *("seed", "run.workers", "base.weight_decay", "base.warmup"),
        *("negatives.temperature", "negatives.max_similarity"),
        *("train.weight_decay", "train.warmup", "train.alpha"),
        *(f"train.sets.{name}" for name in PARAMS["train"]["sets"]),
        *(f"train.methods.drive.{name}" for name in PARAMS["train"]["methods"]["drive"]),
        *(f"train.methods.ours.{name}" for name in PARAMS["train"]["methods"]["ours"]),
    },
    "bool": {"triples.with_secondary", "negatives.exact_nouns", "train.augment.flip"},
}
FITS["fraction"] = FITS["zero"] - {"seed", "run.workers", "base.warmup", "train.warmup"}
FITS["fraction"] |= {"base.lr", "train.lr", "train.clip_norm"}
OF_ONES_CHOICE = {"train.methods", "train.sets"}  # members may be left out


def leaves(value, place=()):
    """The places of all parameters: ("train", "augment", "flip"), ("captions", "sources", 0, "split")."""
    if isinstance(value, dict) and value:
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*place, key))]
    entries = list(enumerate(value)) if isinstance(value, list) and isinstance(value[0], dict) else []
    return [place, *(leaf for row, inner in entries for leaf in leaves(inner, (*place, row)))]


def dotted(place) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)[1:]


def told(params) -> str | None:
    """The line that these parameters end in, None where they are right."""
    try:
        check_across(check_blocks(params))
    except InputError as error:
        assert "\n" not in str(error)
        return str(error)
    return None


def changed(place):
    """A copy of all parameters, and the mapping in it that holds this one."""
    params = inside = copy.deepcopy(PARAMS)
    for key in place[:-1]:
        inside = inside[key]
    return params, inside


LEAVES = leaves(PARAMS)
KEYS = [dotted(place) for place in LEAVES]


def test_the_default_is_right_and_the_table_is_large():
    assert told(PARAMS) is None
    assert len(LEAVES) * (len(VALUES) + 2) > 432


@pytest.mark.parametrize("place", LEAVES, ids=KEYS)
def test_wrong_values(place):
    """As {"lr": "abc"}: params.yaml: train.lr is 'abc'; it takes a number above 0 and at most 1."""
    key = dotted(place)
    for kind, value in VALUES.items():
        params, inside = changed(place)
        inside[place[-1]] = value
        line = told(params)
        if key in FITS.get(kind, ()):
            assert line is None, kind
        else:
            named = "triples.truth" if key == "captions.root" and isinstance(value, str) else key
            assert line and line.startswith("params.yaml: ") and "; " in line, kind
            assert named in line or line.startswith("params.yaml: captions.shares is"), (kind, line)


@pytest.mark.parametrize("place", LEAVES, ids=KEYS)
def test_a_misspelt_key_is_told_with_the_right_one(place):
    params, inside = changed(place)
    inside[f"{place[-1]}s"] = inside.pop(place[-1])
    line = told(params)
    if dotted(place[:-1]) == "train.sets":
        assert line.startswith(f"params.yaml: {dotted(place)}s is none of negatives.sets (dynamic, stative, ")
    elif dotted(place[:-1]) == "train.methods":
        assert f"{place[-1]}s is no loss" in line
    else:
        assert line == f"params.yaml: {dotted(place)}s is unknown; the nearest known key is {dotted(place)}"


@pytest.mark.parametrize("place", LEAVES, ids=KEYS)
def test_an_unknown_key_beside_is_told(place):
    params, inside = changed(place)
    if isinstance(inside, dict):
        inside["zzz"] = 1
        line = told(params)
        assert line and line.startswith("params.yaml: ") and "zzz" in line


@pytest.mark.parametrize("place", LEAVES, ids=KEYS)
def test_a_missing_key_is_told_with_what_it_takes(place):
    params, inside = changed(place)
    del inside[place[-1]]
    line, above = told(params), dotted(place[:-1])
    if above in OF_ONES_CHOICE:
        assert line is None
    elif above == "negatives.sets":
        assert line.startswith(f"params.yaml: train.sets.{place[-1]} is none of negatives.sets")
    else:
        assert line.startswith(f"params.yaml: {dotted(place)} is missing; it takes ")


@pytest.mark.parametrize("block", PARAMS)
@pytest.mark.parametrize("value", [None, 3, "abc", [1], math.nan])
def test_a_block_that_is_none(block, value):
    line = told(PARAMS | {block: value})
    assert line is None if block == "seed" and value == 3 else line.startswith(f"params.yaml: {block} is ")
