"""params.yaml is read as YAML 1.2, the one that DVC writes."""

import pytest

from stages.common.errors import InputError
from stages.common.params import load_params


@pytest.mark.parametrize("written", ["1e-05", "1e-5", "0.00001", "1.0e-5"])
def test_small_rates_are_numbers_however_they_are_written(tmp_path, written):
    """`dvc exp run -S train.lr=0.00001` writes 1e-05, which YAML 1.1 reads as a string."""
    path = tmp_path / "params.yaml"
    path.write_text(f"train: {{lr: {written}}}\n", encoding="utf-8")
    assert load_params(path) == {"train": {"lr": 0.00001}}


def test_what_is_no_yaml_is_told_in_one_line(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text("train: [1, 2\n", encoding="utf-8")
    with pytest.raises(InputError, match="params.yaml is not valid YAML") as told:
        load_params(path)
    assert "\n" not in str(told.value)
