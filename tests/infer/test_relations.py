"""The Python way: Relations on a random model."""

import shutil
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from stages.common.files.errors import InputError
from stages.infer import Relations
from stages.infer.relations import RELATIONS, encoded, ranked
from tests.infer.project import CALIBRATION

TEXTS = ["dog chasing cat", "cat chasing dog"]
CACHE = Path("data/models/.ours-texts.safetensors")


@pytest.fixture(autouse=True)
def here(folder, monkeypatch):
    monkeypatch.chdir(folder)


@pytest.fixture
def model():
    return Relations("ours", "cpu")


def same(one, other) -> bool:
    return one.drop(columns="picture").equals(other.drop(columns="picture"))


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


def test_the_calibration_is_that_of_stage_evaluate(model):
    assert model.calibrated and model.temperature == CALIBRATION["temperature"] and model.threshold == -1.0
    rows = model.rank("pictures/1.png", texts=TEXTS)
    one, other = rows["score"]
    assert rows["probability"][0] == pytest.approx(1 / (1 + np.exp((other - one) / 0.05)))


def test_a_path_bytes_a_picture_and_the_model_s_folder_are_all_the_same(model, folder):
    by_path = model.rank("pictures/1.png")
    content = Path("pictures/1.png").read_bytes()
    assert same(by_path, Relations(folder / "data/models/ours", "cpu").rank(Image.open("pictures/1.png")))
    assert same(by_path, Relations(f"local-dir:{folder}/data/models/ours", "cpu").rank(content))
    assert by_path["picture"].unique() == ["pictures/1.png"]


def test_a_picture_in_memory_is_upright_and_on_white_as_from_a_file(tmp_path):
    image = Image.new("RGBA", (20, 10), (255, 0, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    image.save(tmp_path / "turned.png", exif=exif)
    content = (tmp_path / "turned.png").read_bytes()
    for picture in (tmp_path / "turned.png", content, Image.open(tmp_path / "turned.png")):
        (tmp_path / "found").write_bytes(encoded(picture))
        found = Image.open(tmp_path / "found")
        assert (found.mode, found.size, found.getpixel((5, 5))) == ("RGB", (10, 20), (255, 255, 255))
    with pytest.raises(InputError, match="^the picture cannot be decoded "):
        encoded(b"no picture")


def test_scores_belong_to_their_texts_in_any_order(model):
    """Also where the candidates are all statements in another order, and where some are no statements."""
    alone = {text: model.rank("pictures/1.png", texts=[text])["score"][0] for text in model.statements["text"]}
    for texts in (model.statements["text"][::-1], ["a dog", *model.statements["text"], "a cat"]):
        rows = model.rank("pictures/1.png", texts=list(texts), top=100).set_index("text")["score"]
        assert {text: rows[text] for text in alone} == pytest.approx(alone, abs=1e-6)
    assert model.rank("pictures/1.png", texts=["a dog"])["score"][0] == pytest.approx(rows["a dog"], abs=1e-6)


def test_texts_of_ones_own(model):
    rows = model.rank("pictures/1.png", texts=[*TEXTS, TEXTS[0]])
    assert sorted(rows["text"]) == sorted(TEXTS) and rows["probability"].sum() == pytest.approx(1)


def test_an_unknown_noun_is_replaced_by_those_that_the_model_embeds_most_alike(model):
    texts = model.rank("pictures/1.png", subject="knight", top=100)["text"]
    assert set(texts) == {
        text.replace(noun, "knight", 1)
        for noun in ("man", "dog", "cat")
        for text in model.statements["text"]
        if text.startswith(noun)
    }


def test_texts_are_embedded_once_and_kept_beside_the_model(model, monkeypatch):
    assert CACHE.is_file()
    expected = model.rank("pictures/1.png")
    monkeypatch.setattr("stages.infer.relations.encode_texts", None)  # not called
    assert Relations("ours", "cpu").rank("pictures/1.png").equals(expected)


def test_a_cache_that_is_damaged_or_of_another_model_is_made_anew(model):
    expected = model.rank("pictures/1.png")
    CACHE.write_bytes(b"half")
    assert Relations("ours", "cpu").rank("pictures/1.png").equals(expected)
    Relations("plain", "cpu")
    shutil.copy("data/models/.plain-texts.safetensors", CACHE)
    assert Relations("ours", "cpu").rank("pictures/1.png").equals(expected)


def test_without_a_cache_no_file_is_written(model):
    CACHE.unlink()
    rows = Relations("ours", "cpu", cache=False).rank("pictures/1.png")
    assert not CACHE.exists() and np.allclose(rows["score"], model.rank("pictures/1.png")["score"], atol=1e-3)


def test_a_model_that_is_not_calibrated_takes_clips_own_temperature():
    model = Relations("plain", "cpu")
    assert not model.calibrated and model.temperature == pytest.approx(0.07, abs=1e-3)
    assert model.rank("pictures/1.png").attrs["stands_out"]  # there is no threshold
    assert model.texts.tolist() == Relations("ours", "cpu").texts.tolist()  # those of the project's triples


def test_what_does_not_stand_out(model):
    model.threshold = 2.0  # no cosine is that high
    assert not model.rank("pictures/1.png").attrs["stands_out"]
    model.threshold = -1.0
    assert model.rank("pictures/1.png").attrs["stands_out"]


def test_no_model(tmp_path, monkeypatch):
    with pytest.raises(
        InputError, match="^there is no model 'mine'; data/models holds ours, plain: name one, .*dvc repro"
    ):
        Relations("mine")
    with pytest.raises(InputError, match="^cannot get hf-hub:nobody/none .*; connect to the network or name a folder"):
        Relations("hf-hub:nobody/none")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="holds no model yet: .*run `dvc repro` to make them"):
        Relations("ours")


def test_no_statements(tmp_path, monkeypatch):
    shutil.copytree("data/models/plain", tmp_path / "plain")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        InputError, match="^neither plain/statements.parquet nor data/triples/triples gives candidates; "
    ):
        Relations("plain")


def test_many_statements_take_under_a_second_a_picture(model, monkeypatch):
    """As many as COCO's captions have, 150,000, of embeddings as wide as ViT-B/32's."""
    rows = pd.concat([model.statements] * 22000, ignore_index=True)[:150000]
    model.statements = rows.assign(text=[f"{text} {n}" for n, text in enumerate(rows["text"])])
    model.texts = pd.Index(model.statements["text"])
    model.embeddings = np.random.default_rng(0).normal(size=(150000, 512)).astype(np.float32)
    monkeypatch.setattr("stages.infer.relations.encode_images", lambda *_, **__: model.embeddings[7:8])
    model.rank("pictures/1.png")
    begun = time.process_time()
    assert model.rank("pictures/1.png")["text"][0] == model.texts[7]
    assert time.process_time() - begun < 1
