"""A cache key depends on settings, inputs and code."""

from stages.common.files.cache_keys import STAGES, code_files, content_key


def test_the_key_depends_on_settings_and_content(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("1")
    second.write_text("2")
    keys = [content_key(["drive", {"lr": rate}], [file]) for rate in (1, 2) for file in (first, second)]
    assert len(set(keys)) == 4
    second.write_text("1")
    assert content_key(["drive", {"lr": 1}], [second]) == keys[0]


def test_the_code_of_a_stage_is_its_own_and_the_shared():
    names = [str(path.relative_to(STAGES)) for path in code_files("train")]
    assert {"train/__main__.py", "train/losses/drive.py", "common/training/loop.py"} <= set(names)
    assert not [name for name in names if name.startswith("parse")]
