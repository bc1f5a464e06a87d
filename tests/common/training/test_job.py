"""A state is read back by its own key alone."""

import pytest

from stages.common.files.errors import InputError
from stages.common.training.job import read_shared, read_state, write_state


def test_another_runs_state_is_refused_aloud(tmp_path, capsys):
    path = tmp_path / ".drive-resume.pt"
    assert read_state(path, "key") is None
    write_state(path, "key", {"step": 5, "history": []})
    assert read_state(path, "key") == read_shared(path, "key") == {"step": 5, "history": []}
    assert capsys.readouterr().err == ""
    assert read_state(path, "other") is None
    assert "is of other parameters, inputs or code: training starts anew" in capsys.readouterr().err


def test_a_damaged_state_is_set_aside(tmp_path, capsys):
    path = tmp_path / ".drive-resume.pt"
    write_state(path, "key", {"step": 5})
    path.write_bytes(path.read_bytes()[:-40])
    assert read_state(path, "key") is None
    assert "is damaged; renamed to .drive-resume.pt.damaged and made again" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == [".drive-resume.pt.damaged"]


@pytest.mark.parametrize(
    ("agreements", "line"), [([False], "machines of this run differ in param"), ([1, 1, 0], "reads the same")]
)
def test_machines_that_do_not_agree_are_refused(tmp_path, monkeypatch, agreements, line):
    monkeypatch.setattr("stages.common.training.distributed.agree", lambda text: agreements.pop(0))
    with pytest.raises(InputError, match=line):
        read_shared(tmp_path / ".drive-resume.pt", "key")
