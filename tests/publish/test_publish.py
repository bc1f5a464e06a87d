"""A model as a folder for a hub: what is in it, that it answers as the project's model does, and what is refused."""

import shutil

import open_clip
import pandas as pd
import pytest
import yaml
from huggingface_hub import HfApi
from safetensors.torch import load_file

from stages.common.files.errors import InputError
from stages.common.files.params import load_params
from stages.common.files.storage import read_json
from stages.evaluate.schemas import MEASURE_ROWS, write_frame
from stages.infer import Relations
from stages.publish.__main__ import main as publish
from stages.publish.card import card, licence_of
from tests.infer.project import CALIBRATION, STATED, make_project
from tests.project import ROOT, run_here

PUBLISH = "stages.publish.__main__"
PARAMS = load_params(ROOT / "params.yaml") | {"rivals": {"siglip": {"model": "ViT-B-16-SigLIP", "pretrained": "webli"}}}
COLUMNS = ["measure", "set", "direction", "slice", "value", "low", "high", "chance", "count"]
MEASURES = [
    ("relation", "swapped", "i2t", "all", 0.75, 0.65, 0.85, 0.5, 40),
    ("relation", "swapped", "t2i", "all", 0.5, 0.4, 0.6, 0.5, 40),
    ("relation", "swapped", "i2t", "seen triple", 0.9, 0.8, 1.0, 0.5, 20),
    ("relation", "alone", "i2t", "all", 0.6, 0.5, 0.7, 0.3333, 40),
    ("retrieval", "captions", "i2t", "recall@1", 0.3, None, None, None, 20),
    ("retrieval", "captions", "t2i", "recall@1", 0.2, None, None, None, 80),
]


@pytest.fixture
def project(tmp_path, monkeypatch):
    make_project(tmp_path)
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(PARAMS), encoding="utf-8")
    measures = tmp_path / "data/evaluate/ours/measures.parquet"
    write_frame(measures, pd.DataFrame(MEASURES, columns=COLUMNS), MEASURE_ROWS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(project, monkeypatch):
    """The command."""
    return lambda *arguments: run_here(monkeypatch, project, publish, *map(str, arguments))


def header(text: str) -> dict:
    return yaml.safe_load(text.split("---")[1])


def test_the_folder_is_complete_and_open_clip_loads_it(run, project, tmp_path, capsys):
    run("ours", "out/v1.0")
    assert "out/v1.0 ranks first for the project's first picture: " in capsys.readouterr().out
    assert [path.name for path in (project / "out").iterdir()] == ["v1.0"]  # nothing beside it
    folder = shutil.copytree(project / "out/v1.0", tmp_path / "elsewhere")
    expected = {"open_clip_config.json", "open_clip_model.safetensors"}
    assert {path.name for path in folder.iterdir()} == expected | {
        "README.md",
        "calibration.json",
        "statements.parquet",
    }
    assert read_json(folder / "calibration.json", dict, "") == CALIBRATION
    assert len(pd.read_parquet(folder / "statements.parquet")) == len(STATED)
    model, _, _ = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    weights = load_file(project / "data/models/ours/open_clip_model.safetensors")
    assert all(value.equal(weights[name]) for name, value in model.state_dict().items() if name in weights)
    assert model.encode_text(open_clip.get_tokenizer(f"local-dir:{folder}")(["a"])).shape == (1, 16)


def test_it_answers_as_the_model_of_the_project_does(run, project, tmp_path_factory, monkeypatch):
    """Also far from the project, and from a hub."""
    picture, expected = project / "pictures/1.png", Relations("ours", "cpu").rank("pictures/1.png")
    run("ours", "out")
    away = tmp_path_factory.mktemp("away")
    shutil.copytree("out", away / "theirs")
    monkeypatch.chdir(away)
    create, tokenizer = open_clip.create_model_and_transforms, open_clip.get_tokenizer
    monkeypatch.setattr("stages.infer.relations.snapshot_download", lambda name, allow_patterns: away / "theirs")
    local = {"hf-hub:me/it": f"local-dir:{away}/theirs"}
    monkeypatch.setattr(
        open_clip, "create_model_and_transforms", lambda name, **how: create(local.get(name, name), **how)
    )
    monkeypatch.setattr(open_clip, "get_tokenizer", lambda name: tokenizer(local.get(name, name)))
    for name in ("theirs", "hf-hub:me/it"):
        model = Relations(name, "cpu")
        rows = model.rank(picture)
        assert rows["text"].tolist() == expected["text"].tolist() and model.calibrated
        assert rows["probability"].tolist() == pytest.approx(expected["probability"].tolist(), rel=0.01)


def test_the_card_has_accuracies_and_the_header_that_hubs_read(run, project):
    run("ours", "out")
    text = (project / "out/README.md").read_text()
    found = header(text)
    assert found["library_name"] == "open_clip" and found["license"] == "mit" and "clip" in found["tags"]
    assert "| swapped | 75.0 [65.0, 85.0] | 50.0 [40.0, 60.0] | 50 |\n| alone | 60.0 [50.0, 70.0] |  | 33 |\n" in text
    assert "tuples of 20 images" in text and "image to text 30.0, text to image 20.0." in text
    assert "Temperature 0.05, fitted on 4 pictures" in text and "50.0% [15.0, 85.0] (Wilson's 95% interval)" in text
    assert "fine-tuned by the method `ours`" in text and "- Weights: random\n" in text and "loss ours" in text
    assert "(8 statements)" in text and "arXiv:2503.13021" in text


def test_cards_of_a_rival_of_base_and_of_a_model_without_measures(tmp_path):
    rival, base = (card(name, PARAMS, tmp_path / "none.parquet", {}, 8) for name in ("siglip", "base"))
    assert (
        header(rival)["license"] == "other" and "- Weights: webli\n" in rival and "A published CLIP as it is." in rival
    )
    assert "Not evaluated." in rival and "The temperature is not fitted" in rival
    assert header(base)["license"] == "mit" and "from which the methods of DRIVE start" in base
    assert "- Training on captions: freeze none, epochs " in base
    with pytest.raises(InputError, match="^params.yaml has no method or rival 'plain'"):
        card("plain", PARAMS, tmp_path / "none.parquet", {}, 8)


def test_the_licence_of_a_folder_is_that_of_its_card(tmp_path):
    assert licence_of(f"local-dir:{tmp_path}", "") == "other" == licence_of("ViT-B-32", "openai")
    (tmp_path / "README.md").write_text("---\nlicense: apache-2.0\n---\n")
    assert licence_of(f"local-dir:{tmp_path}", "") == "apache-2.0" and licence_of("compact", "") == "mit"


def test_only_a_folder_of_this_command_is_replaced(run, project):
    for name in ("notes", "data/models/ours"):
        (project / name).mkdir(exist_ok=True)
        before = sorted((project / name).iterdir())
        with pytest.raises(InputError, match=f"^{name} exists and was not written by this command; name another$"):
            run("ours", name)
        assert sorted((project / name).iterdir()) == before
    run("ours", "out")
    before = {path.name: path.read_bytes() for path in (project / "out").iterdir()}
    run("ours", "out")
    assert {path.name: path.read_bytes() for path in (project / "out").iterdir()} == before


def test_a_name_that_is_not_there(run, project):
    with pytest.raises(InputError, match="^'mine' is not one of the models in data/models: ours, plain; name one$"):
        run("mine", "out")
    assert not (project / "out").exists()


def test_a_folder_that_does_not_load_is_not_left(run, project):
    (project / "data/models/ours/open_clip_model.safetensors").write_bytes(b"half")
    with pytest.raises(InputError, match="open_clip_model.safetensors is damaged"):
        run("ours", "out/it")
    assert list((project / "out").iterdir()) == []


def test_a_push_sends_the_folder(run, project, monkeypatch):
    sent = []

    class Hub:
        create_repo = staticmethod(lambda name, exist_ok: sent.append((name, exist_ok)))
        upload_folder = staticmethod(lambda folder_path, repo_id: sent.append((str(folder_path), repo_id)))

    monkeypatch.setattr(f"{PUBLISH}.HfApi", Hub)
    run("ours", "out", "--push", "me/it")
    assert sent == [("me/it", True), ("out", "me/it")]


def test_a_push_without_network_is_one_line_and_the_folder_is_there(run, project, monkeypatch):
    monkeypatch.setattr(f"{PUBLISH}.HfApi", lambda: HfApi(endpoint="http://127.0.0.1:9", token="x"))
    with pytest.raises(
        InputError, match=r"^cannot push to me/it \([^\n]*\); run `hf auth login`, connect, and run again$"
    ):
        run("ours", "out", "--push", "me/it")
    assert (project / "out/README.md").is_file()
