"""Features are half precision, of unit length, and in the order of their ids, a part for each part of the images."""

import numpy as np
import pytest
import yaml

from stages.common.clip.checkpoint import load_checkpoint
from stages.common.clip.embed import encode_images
from stages.common.files.errors import InputError
from stages.common.files.tables import SCHEMAS, read_features, read_table, table_files, write_parts
from stages.features.__main__ import main
from tests.project import RUN, run_here
from tests.train.project import make_project


def test_the_stage_embeds_every_image(tmp_path, monkeypatch):
    make_project(tmp_path)
    images = read_table(tmp_path / "data/captions/images", SCHEMAS["images"])
    write_parts(tmp_path / "data/captions/images", [images[:30], images[30:]], SCHEMAS["images"])
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"run": RUN, "features": {"base": {}}}))
    run_here(monkeypatch, tmp_path, main, "base")
    assert len(table_files(tmp_path / "data/features/base")) == 2
    ids, embeddings = read_features(tmp_path / "data/features/base")  # (40,), (40, 16)
    assert ids.tolist() == images["image_id"].to_pylist() and embeddings.dtype == np.float16
    assert np.allclose(np.linalg.norm(embeddings.astype(float), axis=1), 1, atol=1e-3)
    expected = encode_images(load_checkpoint(tmp_path / "data/models/base"), images["jpeg"].to_pylist())
    assert np.allclose(embeddings, expected, atol=1e-3)


def test_only_models_that_params_yaml_names(tmp_path, monkeypatch):
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"run": RUN, "features": {}}))
    line = "'base' is not one of the features of params.yaml: there are none; name one"
    with pytest.raises(InputError, match=line):
        run_here(monkeypatch, tmp_path, main, "base")
