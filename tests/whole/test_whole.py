"""Captioned pictures of one's own, from the folder to the page."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest

from stages.common.files.errors import InputError
from tests.whole.project import make, parse, run, stage

PEOPLE = ["man", "woman", "boy", "girl", "dog", "cat"]
VERBS = ["chasing", "feeding", "holding", "watching", "washing", "kissing"]


def test_eighty_pictures_of_ones_own_end_with_a_whole_report(tmp_path, monkeypatch):
    captions = [f"A {one} {verb} a {other}." for one, other in itertools.permutations(PEOPLE, 2) for verb in VERBS]
    make(tmp_path, np.random.default_rng(0).permutation(captions)[:80].tolist(), {})
    monkeypatch.chdir(tmp_path)
    page = run("interpolate ours")
    assert page.rstrip().endswith("</html>") and "nan" not in re.sub(r"base64,[^\"]*", "", page)
    for title in ("Accuracy", "Differences on the same tuples", "Held-out combinations", "Controls", "Tuples"):
        assert f">{title}</h2>" in page
    accuracy = pd.read_csv(tmp_path / "metrics/details/accuracy.csv")
    assert set(accuracy["model"]) == {"base", "ours"} and "random" in set(accuracy["set"])


def test_captions_without_a_verb_end_in_one_line_after_triples(tmp_path, monkeypatch):
    make(tmp_path, ["A parking lot", "Ein Hund jagt eine Katze", "犬が猫を追いかける", "$ 5 % off", "🐕🐈"] * 4, {})
    monkeypatch.chdir(tmp_path)
    stage("captions")
    parse()
    with pytest.raises(InputError, match=r"^data/captions/captions: [^\n]*$"):
        stage("triples")
    assert not (tmp_path / "data/triples/triples").exists()


def test_a_split_without_a_tuple_is_reported_before_any_training(tmp_path, monkeypatch):
    """The captions to test with say one thing, which nothing there contradicts."""
    captions = [f"A {one} {verb} a {other}." for one, other in itertools.permutations(PEOPLE, 2) for verb in VERBS]
    make(tmp_path, captions[:40] + ["A man riding a horse."] * 40, {})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "stages.captions.sources.image_splits",
        lambda path, in_file, *_: {i: "train" if i <= 40 else "test" for i in in_file.index},
    )
    stage("captions")
    parse()
    for name in ("triples", "base"):
        stage(name)
    with pytest.raises(InputError, match="none of its 40 triples of split test gets a negative; give that split more"):
        stage("negatives")
