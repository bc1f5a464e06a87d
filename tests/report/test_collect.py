"""Which models a report is about, their colours and numbers."""

import pandas as pd
import pytest

from stages.common.files.errors import InputError
from stages.report.collect import best_model, colours, evaluated, labelled, read_history, results
from tests.report.project import METHODS, MODELS, SETS


def test_best_is_a_method_where_one_was_evaluated():
    scores = {"base": 90.0, "clip": 60.0, "mine": 70.0, "siglip": 80.0}
    assert best_model(scores, ["clip", "mine"]) == "mine"
    assert best_model(scores, []) == "siglip"
    assert best_model({"base": 90.0}, ["clip"]) == "base"


def test_models_are_in_the_order_of_the_parameters_and_need_an_evaluation(tmp_path):
    for name in ("siglip", "base", "ours", "clip", "removed"):
        (tmp_path / name).mkdir()
    assert evaluated(tmp_path, ["ours", "clip", "mine"], ["siglip"]) == ["base", "ours", "clip", "siglip"]
    with pytest.raises(InputError, match="holds no evaluation of a model of params.yaml; run `dvc repro`"):
        evaluated(tmp_path / "base", ["ours"], [])


def test_every_name_has_a_colour_of_its_own_and_methods_with_one_loss_are_lighter():
    models, losses = (
        ["base", "clip", "mine", "more", "siglip", "openai"],
        {"clip": "clip", "mine": "drive", "more": "drive"},
    )
    found = colours(models, losses, ["dynamic", "a_set_of_theirs"])
    assert len(set(found.values())) == len(found) == 8
    assert (found["mine"], found["more"]) == ("#c43c4e", "#d87d89")  # a third of the way to white


def test_results_are_a_file_a_model_and_direction(found):
    numbers = results(found.measures, found.hard)
    assert list(numbers) == [f"{name}/{way}" for name in (*MODELS, "chance") for way in ("i2t", "t2i")]
    assert numbers["mine/i2t"] == {
        "relation": 75.0,
        "dynamic": 75.0,
        "swapped": 75.0,
        "random": 75.0,
        "held_out": 50.0,  # of the tuples 0, 1, 2, 3 of a set it misses the last; 1 and 3 are held out
        "recall@1": 21.0,
        "verb@1": 50.0,
        "verb@5": 50.0,
        "roles": 50.0,
        "mean_rank": 1.5,
    }
    assert numbers["mine/t2i"] == {name: numbers["mine/i2t"][name] for name in list(numbers["mine/i2t"])[:6]}
    assert numbers["chance/i2t"] == dict.fromkeys(("relation", *SETS), 50.0)


def test_without_hard_sets_there_is_no_relation(found):
    assert list(results(found.measures, [])["base/t2i"]) == [*SETS, "recall@1"]


def test_interpolations_reach_from_base_to_the_method(found):
    expected = [["mine", 0, 25, 21], ["mine", 0.5, 50, 20], ["mine", 1, 75, 21]]
    assert found.interpolation.query("model == 'mine'").round(9).values.tolist() == expected
    assert set(found.interpolation["model"]) == set(METHODS)


def test_bars_for_dvc_are_labelled(found):
    row = labelled(found.measures).query("model == 'mine' and direction == 'group' and set == 'swapped'").iloc[0]
    assert row[["label", "accuracy", "low", "chance"]].tolist() == ["swapped group mine", 75.0, 65.0, 50.0]


def test_a_damaged_history_is_one_line(tmp_path):
    assert read_history(tmp_path, ["base"]).columns.tolist() == ["model", "step", "loss"]
    for content in ("step\n1\n", "step,loss\nx,1\n", ""):
        (tmp_path / "base").mkdir(exist_ok=True)
        (tmp_path / "base/history.csv").write_text(content)
        with pytest.raises(InputError, match=r"base/history.csv has no columns step, loss \.\.\. \([^\n]*\); delete"):
            read_history(tmp_path, ["base"])


def test_histories_are_one_below_the_other_base_s_too(folder):
    table = read_history(folder / "data/models", MODELS)
    assert table["model"].tolist() == ["base", "base", "clip", "clip", "mine", "mine"]
    assert table.columns.tolist() == ["model", "step", "loss", "tuple_accuracy"] and pd.isna(table.iloc[0, 3])
