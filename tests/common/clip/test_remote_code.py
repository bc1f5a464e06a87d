"""Models that would run Python code of their own are refused in one line, and their code does not run."""

import json

import numpy as np
import pytest

from stages.common.clip.embed import encode_texts
from stages.common.clip.pretrained import check_model, make_model
from stages.common.clip.remote_code import check_config
from stages.common.files.errors import InputError
from stages.infer.relations import Relations
from tests.common.clip.towers import make_towers
from tests.project import write_rows

AUTO_MAP = {"AutoTokenizer": ["code.Tokenizer", None], "AutoConfig": "code.Config", "AutoModel": "code.Model"}


@pytest.fixture
def towers(tmp_path, monkeypatch):
    """A folder with a text tower and a tokenizer of transformers, and a file of Python beside both."""
    monkeypatch.chdir(tmp_path)
    make_towers(tmp_path / "towers")
    for folder in ("towers", "towers-text"):
        (tmp_path / folder / "code.py").write_text(
            f"open({str(tmp_path / 'ran')!r}, 'w').close()\nfrom transformers import BertTokenizerFast as Tokenizer\n"
        )
    yield tmp_path
    assert not (tmp_path / "ran").exists()


def change(path, **values):
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def trusting(folder, file="towers/open_clip_config.json"):
    """Tell the tokenizer to trust the code that lies beside it."""
    config = json.loads((folder / file).read_text())
    model = config.get("model_cfg", config)
    model["text_cfg"] |= {"hf_tokenizer_name": ".", "tokenizer_kwargs": {"trust_remote_code": True}}
    (folder / file).write_text(json.dumps(config))
    change(folder / "towers/tokenizer_config.json", auto_map=AUTO_MAP, tokenizer_class="Tokenizer")


def refusal(call, *arguments) -> str:
    with pytest.raises(InputError) as error:
        call(*arguments)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_folder_asked_about_a_picture(towers):
    trusting(towers)
    assert "trust_remote_code would run Python code" in refusal(Relations, towers / "towers", "cpu")


def test_a_folder_as_a_rival(towers):
    trusting(towers)
    name = f"local-dir:{towers}/towers"
    for call in (check_model, make_model):
        assert refusal(call, "rivals.theirs", name, "").endswith("use a model without it")


def test_a_configuration_file_as_a_rival(towers):
    trusting(towers, "towers.json")
    assert "towers.json: trust_remote_code would" in refusal(make_model, "rivals.theirs", "towers.json", "")


@pytest.mark.parametrize("file", ["towers/tokenizer_config.json", "towers-text/config.json"])
def test_auto_map_of_either_tower(towers, file):
    """The text tower's own folder is only named in the configuration."""
    change(towers / file, auto_map=AUTO_MAP)
    assert f"{file}: auto_map would run" in refusal(make_model, "base", f"local-dir:{towers}/towers", "")


def test_a_repository_of_a_hub(towers, monkeypatch):
    """Its JSON files are looked at before open_clip loads anything."""
    trusting(towers)
    monkeypatch.setattr("stages.infer.relations.snapshot_download", lambda name, allow_patterns: towers / "towers")
    assert "trust_remote_code would run" in refusal(Relations, "hf-hub:somebody/model", "cpu")


@pytest.mark.parametrize(
    "config",
    [
        {"vision_cfg": {"deep": [{"trust_remote_code": True}]}},
        {"text_cfg": {"tokenizer_kwargs": {"trust_remote_code": False}}},
        {"text_cfg": {"tokenizer_kwargs": {"use_auth_token": True}}},
    ],
)
def test_keys_at_any_depth_and_unknown_ones(config):
    assert refusal(check_config, config, "x.json").startswith("x.json: t")


def test_known_keys_pass(towers):
    """The same folder, whose code nothing names, is loaded as a rival, and as the model that pictures are shown to."""
    check_config({"text_cfg": {"tokenizer_kwargs": {"clean": "canonicalize", "strip_sep_token": True}}}, "x.json")
    expected, _ = make_model("base", f"local-dir:{towers}/towers", "")
    expected.model.eval()
    triples = {"triple_id": 0, "caption_id": 0, "image_id": 0, "split": "train", "text": "dog chasing cat"}
    triples |= {"subject": "dog", "relation": "chase", "object": "cat", "passive": False}
    write_rows(towers / "data/triples/triples/part-00000.parquet", "triples", [triples])
    asked = Relations(towers / "towers", "cpu")
    assert asked.statements["text"].tolist() == ["dog chasing cat"]
    assert np.allclose(asked.embeddings, encode_texts(expected, ["dog chasing cat"]), atol=1e-3)
