"""Models by name, tag, configuration file and weights file; each mistake in one line with its remedy."""

import json

import open_clip
import pytest
import torch
from safetensors.torch import load_file, save_file

from stages.common.clip.pretrained import make_model, usual_preprocess
from stages.common.files.errors import InputError
from tests.common.clip.towers import make_towers
from tests.project import TINY


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "own-model.json"
    path.write_text(json.dumps(TINY), encoding="utf-8")
    return str(path)


def message(*model) -> str:
    """The one line that `make_model` ends in."""
    with pytest.raises(InputError) as error:
        make_model("rivals.mine", *map(str, model))
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
def test_weights_from_a_file(config, tmp_path, suffix):
    torch.manual_seed(1)
    state = open_clip.CLIP(**TINY).state_dict()
    path = tmp_path / f"weights{suffix}"
    save_file(state, path) if suffix == ".safetensors" else torch.save(state, path)
    clip, found = make_model("rivals.mine", config, str(path))
    assert all((clip.model.state_dict()[name] == value).all() for name, value in state.items())
    assert found["model_cfg"] == TINY


def test_pictures_are_scaled_as_for_the_models_own_weights():
    """A weights file does not say how: SigLIP's means are 0.5, CLIP's are not."""
    assert usual_preprocess("ViT-B-16-SigLIP")["mean"] == (0.5, 0.5, 0.5)
    assert usual_preprocess("ViT-B-16-SigLIP")["resize_mode"] == "squash"
    assert usual_preprocess("ViT-B-32")["mean"][0] == 0.48145466
    assert usual_preprocess("coca_base") == {}


def test_without_network_one_line_tells_the_remedy(monkeypatch):
    def offline(*args, **kwargs):
        raise OSError("no route\nto host")

    monkeypatch.setattr("open_clip.factory.download_pretrained", offline)
    line = message("ViT-B-32-quickgelu", "openai")
    assert "cannot get rivals.mine, ViT-B-32-quickgelu openai" in line and "no route to host" in line
    assert line.endswith("connect to the network for this one stage, or run where its download is cached")


def test_an_activation_that_the_weights_do_not_have():
    """OpenAI's weights want QuickGELU: reported before anything is fetched, naming the model that has it."""
    line = message("ViT-B-32", "openai")
    assert "QuickGELU mismatch" in line and line.endswith("set rivals.mine.model to ViT-B-32-quickgelu")


def test_unknown_models_and_tags(config):
    assert "rivals.mine.model 'ViT-B-99' is unknown to open_clip" in message("ViT-B-99", "openai")
    line = message("ViT-B-32", "mine.pt")
    assert "rivals.mine.pretrained 'mine.pt' is neither a file nor a known tag; ViT-B-32's tags are openai, " in line
    assert message(config, "openai").endswith("; open_clip has no weights for own-model, name a file")


def test_files_that_are_not_what_they_should_be(config, tmp_path):
    other = tmp_path / "other.safetensors"
    save_file({"x": torch.zeros(1)}, other)
    assert "give weights of this model, a state_dict in .safetensors or .pt" in message(config, other)
    text = tmp_path / "text.pt"
    text.write_text("no weights", encoding="utf-8")
    assert "give weights of this model" in message(config, text)
    assert "name a file of JSON" in message(tmp_path / "absent.json", other)
    broken = tmp_path / "broken.json"
    for content in ("{", "5"):
        broken.write_text(content, encoding="utf-8")
        assert "name a file of JSON" in message(broken, other)
    broken.write_text("{}", encoding="utf-8")
    assert "it needs embed_dim, vision_cfg and text_cfg" in message(broken, other)
    broken.write_text(json.dumps(TINY | {"depth": 3}), encoding="utf-8")
    assert message(broken, "").endswith(f"; fix {broken}")


def test_a_folder_of_open_clips(tmp_path):
    """Its weights, its tokenizer and its scaling of pictures come with it."""
    name = make_towers(tmp_path / "towers")
    (model, _, tokenizer), found = make_model("rivals.mine", name, "")
    state = load_file(tmp_path / "towers/open_clip_model.safetensors")
    assert all(value.equal(state[key]) for key, value in model.state_dict().items())
    assert found["model_cfg"]["embed_dim"] == 6 and tokenizer(["a dog"])[0, :4].tolist() == [2, 5, 6, 3]
    assert message(name, "openai").endswith("holds its own weights; make it ''")
    assert "absent/open_clip_config.json is missing" in message(f"local-dir:{tmp_path}/absent", "")
