"""The Python way: Relations on a random model."""

import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from stages.common.files.errors import InputError
from stages.infer import Relations
from stages.infer.rank import RELATIONS, ranked

TEXTS = ["dog chasing cat", "cat chasing dog"]


@pytest.fixture
def model(folder, monkeypatch):
    monkeypatch.chdir(folder)
    return Relations("ours", "cpu")


def test_ranked_by_hand():
    """Cosines 0.1, 0.3 and 0.2 at temperature 0.1: shares of e^1, e^3 and e^2."""
    rows = ranked(pd.DataFrame({"text": ["a", "b", "c"]}), np.array([0.1, 0.3, 0.2]), 0.1, "p.jpg", 2)
    assert rows.columns.tolist() == RELATIONS.names and rows["text"].tolist() == ["b", "c"]
    shares = np.exp([3, 2]) / np.exp([1, 2, 3]).sum()
    assert np.allclose(rows["probability"].astype(float), shares) and rows["rank"].tolist() == [1, 2]
    assert rows["subject"].isna().all() and rows["picture"].tolist() == ["p.jpg"] * 2


def test_all_candidates_add_up_to_one(model):
    rows = model.rank("pictures/1.png", top=100)
    assert len(rows) == len(model.statements) == 8
    assert rows["probability"].sum() == pytest.approx(1) and rows["score"].is_monotonic_decreasing
    assert rows["rank"].tolist() == list(range(1, 9))


def test_a_path_a_picture_and_the_folder_are_all_the_same(model, folder):
    by_path = model.rank("pictures/1.png")
    by_picture = Relations(folder / "data/models/ours", "cpu").rank(Image.open("pictures/1.png"))
    assert by_picture.drop(columns="picture").equals(by_path.drop(columns="picture"))
    assert by_path["picture"].unique() == ["pictures/1.png"]


def test_texts_of_ones_own(model):
    rows = model.rank("pictures/1.png", texts=[*TEXTS, TEXTS[0]])
    assert sorted(rows["text"]) == sorted(TEXTS) and rows["probability"].sum() == pytest.approx(1)


def test_a_folder_that_was_copied_alone_answers_the_same(model, folder, tmp_path, monkeypatch):
    expected = model.rank("pictures/1.png")
    picture = folder / "pictures/1.png"
    shutil.copytree(folder / "data/models/ours", tmp_path / "theirs")
    monkeypatch.chdir(tmp_path)
    rows = Relations("theirs", "cpu").rank(picture)
    assert rows.drop(columns="picture").equals(expected.drop(columns="picture"))


def test_texts_are_embedded_once_and_kept_beside_the_model(model, folder, monkeypatch):
    cache = folder / "data/models/.ours-texts.safetensors"
    assert cache.is_file()
    expected = model.rank("pictures/1.png")
    monkeypatch.setattr("stages.infer.relations.encode_short_texts", None)  # not called
    assert Relations("ours", "cpu").rank("pictures/1.png").equals(expected)


def test_a_cache_that_is_damaged_or_of_another_model_is_made_anew(model, folder):
    cache, expected = folder / "data/models/.ours-texts.safetensors", model.rank("pictures/1.png")
    cache.write_bytes(b"half")
    assert Relations("ours", "cpu").rank("pictures/1.png").equals(expected)
    Relations("plain", "cpu")
    shutil.copy(folder / "data/models/.plain-texts.safetensors", cache)
    assert Relations("ours", "cpu").rank("pictures/1.png").equals(expected)


def test_a_model_that_is_not_calibrated_takes_clips_own_temperature(folder, monkeypatch):
    monkeypatch.chdir(folder)
    model = Relations("plain", "cpu")
    assert not model.calibrated and model.temperature == pytest.approx(0.07, abs=1e-3)
    assert model.rank("pictures/1.png").attrs["stands_out"]  # nothing is known of it
    assert model.texts.tolist() == Relations("ours", "cpu").texts.tolist()  # those of the project's triples


def test_what_does_not_stand_out(model):
    model.threshold = 2.0  # no cosine is that high
    assert not model.rank("pictures/1.png").attrs["stands_out"]
    model.threshold = -1.0
    assert model.rank("pictures/1.png").attrs["stands_out"]


def test_no_model(folder, monkeypatch):
    monkeypatch.chdir(folder)
    with pytest.raises(
        InputError, match="^there is no model 'mine'; data/models holds ours, plain: name one, .*dvc repro"
    ):
        Relations("mine")
    with pytest.raises(InputError, match="^cannot get hf-hub:nobody/none .*; connect to the network or name a folder"):
        Relations("hf-hub:nobody/none")


def test_no_model_yet(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="holds no model yet: .*run `dvc repro` to make them"):
        Relations("ours")


def test_no_statements(folder, tmp_path, monkeypatch):
    shutil.copytree(folder / "data/models/plain", tmp_path / "plain")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="^neither plain/statements.parquet nor data/triples/triples is there"):
        Relations("plain")


def test_many_statements_take_under_a_second_a_picture(model):
    """As many as COCO's captions say, 150,000, of embeddings as wide as ViT-B/32's."""
    import time

    rows = pd.concat([model.statements] * 22000, ignore_index=True)[:150000]
    model.statements = rows.assign(text=[f"{text} {n}" for n, text in enumerate(rows["text"])])
    model.texts = pd.Index(model.statements["text"])
    model.embeddings = np.random.default_rng(0).normal(size=(150000, 512)).astype(np.float32)
    model.embed_picture = lambda picture: model.embeddings[7]
    model.rank("x.png")
    begun = time.process_time()
    assert model.rank("x.png")["text"][0] == model.texts[7]
    assert time.process_time() - begun < 1
