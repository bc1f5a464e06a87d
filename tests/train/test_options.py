"""What of train is wrong is reported in one line; a method may change what all share."""

import pytest
import yaml

from stages.common.files.errors import InputError
from stages.common.files.params import read_block
from stages.train.options import TrainOptions
from tests.train.project import METHODS, OPTIONS

DRIVE = METHODS["drive"]


def test_a_method_changes_what_all_share():
    """Two methods of one loss, one with a rate of its own and one with sets of its own."""
    changed = {"fast": DRIVE | {"lr": 0.01}, "narrow": DRIVE | {"sets": {"swapped": 1.0}, "delta_text": 0.0}}
    options = TrainOptions(**OPTIONS | {"methods": METHODS | changed})
    assert options.shared("fast").lr == 0.01 and options.shared("narrow").lr == options.shared("drive").lr == 0.003
    assert options.shared("fast").sets == OPTIONS["sets"] and options.shared("narrow").sets == {"swapped": 1.0}
    assert (options.methods["narrow"].delta_text, options.methods["fast"].delta_text) == (0.0, 0.615)
    assert options.shared("clip").model_dump() == {name: value for name, value in OPTIONS.items() if name != "methods"}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"methods": METHODS | {"drive": {"loss": "drive", "delta_imge": 1, "delta_text": 1}}},
            "train.methods.drive.delta_imge is unknown; the nearest known key is delta_image",
        ),
        (
            {"methods": METHODS | {"drive": DRIVE | {"delta_image": "a"}}},
            "train.methods.drive.delta_image: Input should",
        ),
        ({"methods": {"croco": {"loss": "croco"}}}, "train.methods.croco: .*'clip', 'drive', 'negclip', 'ours'"),
        ({"methods": {"fast": DRIVE | {"lr": 7}}}, "train.methods.fast.lr: Input should be less than or equal to 1"),
        (
            {"methods": {"crop": DRIVE | {"freeze": "backbones", "adapters": 8}}},
            "methods.crop: freeze backbones leaves",
        ),
        ({"methods": ["clip"]}, "train.methods: Input should be a valid dictionary"),
        (
            {"augment": {"crop": [0.9, 0.5], "flip": True}},
            r"train: augment.crop is \[0.9, 0.5\]; the least share comes first",
        ),
        ({"freeze": "backbones", "adapters": 8}, "freeze backbones leaves nothing for adapters to change; make "),
        ({"freeze": "backbones", "augment": {"crop": [0.9, 1.0], "flip": False}}, "features once; make augment.crop"),
    ],
)
def test_one_line(tmp_path, monkeypatch, changed, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"train": OPTIONS | changed}))
    with pytest.raises(InputError, match=message) as error:
        read_block("train", TrainOptions)
    assert "\n" not in str(error.value)
