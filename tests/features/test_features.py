"""Features are half precision, of unit length, and stand in the order of their ids."""

import numpy as np
import pyarrow as pa

from stages.common.clip.embed import encode_images, encode_texts, load_checkpoint
from stages.common.files.tables import SCHEMAS, features_schema, read_part, read_table, table_files, write_parts
from stages.features.__main__ import main
from stages.features.part import features_table
from tests.project import run_here
from tests.train.project import make_project


def test_ids_and_a_list_of_fixed_size():
    table = features_table(pa.chunked_array([[7, 5]]), np.array([[0.6, 0.8], [1.0, 0.0]]))
    assert table.schema.equals(features_schema(2))
    assert table["id"].to_pylist() == [7, 5]
    assert np.allclose(table["embedding"].to_pylist(), [[0.6, 0.8], [1.0, 0.0]], atol=1e-3)


def test_the_stage_embeds_every_image_and_every_triple(tmp_path, monkeypatch):
    make_project(tmp_path)
    pictures = read_table(tmp_path / "data/captions/images", SCHEMAS["images"])
    write_parts(tmp_path / "data/captions/images", [pictures[:30], pictures[30:]], SCHEMAS["images"])
    run_here(monkeypatch, tmp_path, main)
    model, transform, tokenizer = load_checkpoint(tmp_path / "data/models/base")
    triples = read_table(tmp_path / "data/triples/triples", SCHEMAS["triples"])
    expected = {
        "images": (pictures["image_id"], encode_images(model, transform, pictures["jpeg"].to_pylist())),
        "texts": (triples["triple_id"], encode_texts(model, tokenizer, triples["text"].to_pylist())),
    }
    assert len(table_files(tmp_path / "data/features/images")) == 2
    for name, (ids, embeddings) in expected.items():
        table = read_table(tmp_path / "data/features" / name, features_schema(16))
        assert table["id"].to_pylist() == ids.to_pylist()
        found = np.array(table["embedding"].to_pylist())  # (N, 16)
        assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-3)
        assert np.allclose(found, embeddings, atol=1e-3)


def test_a_part_of_captions_without_a_triple_has_no_rows_of_base_width(tmp_path, monkeypatch):
    """So that it is one table with the other parts."""
    make_project(tmp_path)
    triples = read_table(tmp_path / "data/triples/triples", SCHEMAS["triples"])
    write_parts(tmp_path / "data/triples/triples", [triples[:0], triples], SCHEMAS["triples"])
    run_here(monkeypatch, tmp_path, main)
    first, second = table_files(tmp_path / "data/features/texts")
    assert len(read_part(first, features_schema(16))) == 0 and len(read_part(second, features_schema(16))) == len(
        triples
    )
