"""A state is read back by its own key alone."""

from stages.common.training.resume import read_state, write_state


def test_another_runs_state_is_refused_aloud(tmp_path, capsys):
    path = tmp_path / ".drive-resume.pt"
    assert read_state(path, "key") is None
    write_state(path, "key", {"step": 5, "history": []})
    assert read_state(path, "key") == {"step": 5, "history": []}
    assert capsys.readouterr().err == ""
    assert read_state(path, "other") is None
    assert "is of other parameters, inputs or code: starting from base" in capsys.readouterr().err


def test_a_damaged_state_is_put_aside(tmp_path, capsys):
    path = tmp_path / ".drive-resume.pt"
    write_state(path, "key", {"step": 5})
    path.write_bytes(path.read_bytes()[:-40])
    assert read_state(path, "key") is None
    assert "is damaged: put aside as .drive-resume.pt.damaged and made anew" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == [".drive-resume.pt.damaged"]
