"""A state is read back by its own key alone."""

from stages.train.resume import read_state, run_key, write_state


def test_another_runs_state_is_refused_aloud(tmp_path, capsys):
    path = tmp_path / ".drive-resume.pt"
    assert read_state(path, "key") is None
    write_state(path, "key", {"step": 5, "history": []})
    assert read_state(path, "key") == {"step": 5, "history": []}
    assert capsys.readouterr().err == ""
    assert read_state(path, "other") is None
    assert "is of other parameters or inputs: starting from base" in capsys.readouterr().err


def test_the_key_hangs_on_settings_and_content(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("1")
    second.write_text("2")
    keys = [run_key(["drive", {"lr": rate}], [file]) for rate in (1, 2) for file in (first, second)]
    assert len(set(keys)) == 4
    second.write_text("1")
    assert run_key(["drive", {"lr": 1}], [second]) == keys[0]
