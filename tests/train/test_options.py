"""What of train is wrong is reported in one line."""

import pytest
import yaml

from stages.common.files.errors import InputError
from stages.common.files.params import read_block
from stages.train.options import TrainOptions
from tests.train.project import METHODS, OPTIONS


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"methods": METHODS | {"drive": {"delta_imge": 1, "delta_text": 1}}},
            "train.methods.drive.delta_imge is unknown; the nearest known key is train.methods.drive.delta_image",
        ),
        (
            {"methods": METHODS | {"drive": {"delta_image": "a", "delta_text": 1}}},
            "train.methods.drive.delta_image is 'a'",
        ),
        ({"methods": {"croco": {}}}, "croco is no loss of stages/train/losses, which holds clip, drive, negclip, ours"),
        ({"methods": ["clip"]}, r"train.methods is \['clip'\]"),
        (
            {"augment": {"crop": [0.9, 0.5], "flip": True}},
            r"train.augment.crop is \[0.9, 0.5\]; the least share comes first",
        ),
        ({"freeze": "backbones", "adapters": 8}, "freeze backbones leaves nothing that adapters could change; make "),
    ],
)
def test_one_line(tmp_path, changed, message):
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump({"train": OPTIONS | changed}))
    with pytest.raises(InputError, match=message) as error:
        read_block("train", TrainOptions, path)
    assert "\n" not in str(error.value)
