"""Models between base and a method, on the project folder of stage evaluate."""

import pandas as pd
import pytest

from stages.common.files.errors import InputError
from stages.common.files.tables import read_table
from stages.evaluate.__main__ import main as evaluate
from stages.evaluate.measure import overall
from stages.evaluate.schemas import MEASURE_ROWS
from stages.interpolate.__main__ import main
from tests.evaluate.project import DIFFERS, PARAMS, make_model, make_project
from tests.project import run_here


def measures(folder, name) -> pd.DataFrame:
    """The table of measures in an evaluation's folder."""
    return read_table(folder / "data/evaluate" / name / "measures.parquet", MEASURE_ROWS).to_pandas()


def points(monkeypatch, folder, method, alphas: list[float]) -> dict[str, dict[str, float]]:
    """What the models between base and a method reach, by alpha."""
    make_project(folder, PARAMS | {"evaluate": PARAMS["evaluate"] | {"alphas": alphas}})
    make_model(folder / "data/models/clip", 0)  # the weights of base
    run_here(monkeypatch, folder, main, method)
    rows = measures(folder, f"{method}-interpolation")
    assert set(rows["measure"]) <= {"interpolation"} and set(rows["count"]) <= {6}  # test tuples
    return {alpha: dict(zip(part["set"], part["value"])) for alpha, part in rows.groupby("slice")}


def test_a_method_with_the_weights_of_base_is_base_at_every_alpha(tmp_path, monkeypatch):
    found = points(monkeypatch, tmp_path, "clip", [0.25, 0.5])
    run_here(monkeypatch, tmp_path, evaluate, "base")
    base = overall(measures(tmp_path, "base"), DIFFERS)
    assert found == {"0.25": base, "0.5": base}


def test_near_an_end_the_model_is_that_end(tmp_path, monkeypatch):
    """Which also shows that one alpha does not start from the weights of the one before."""
    found = points(monkeypatch, tmp_path, "drive", [0.5, 1e-9, 1 - 1e-9])
    for name, alpha in (("base", "1e-09"), ("drive", "1")):
        run_here(monkeypatch, tmp_path, evaluate, name)
        assert found[alpha] == overall(measures(tmp_path, name), DIFFERS)


def test_a_method_that_the_parameters_do_not_name(tmp_path, monkeypatch):
    make_project(tmp_path)
    with pytest.raises(
        InputError, match="'siglip' is not one of the train.methods of params.yaml: clip, drive; name one"
    ):
        run_here(monkeypatch, tmp_path, main, "siglip")
