"""Rows of a table of images, read when they are needed."""

import numpy as np
import pytest
import torch

from stages.common.files.errors import InputError
from stages.common.training.images import embedding_reader, jpeg_reader, rows_of, workers
from stages.common.files.tables import table_files
from tests.project import jpeg, write_jpegs


def test_rows_of_ids():
    assert rows_of(np.array([[7, -1], [5, 7]]), np.array([5, 7]), "x").tolist() == [[1, -1], [0, 1]]
    with pytest.raises(InputError, match="images.parquet lacks id 9"):
        rows_of(np.array([[5, 9]]), np.array([5, 7]), "images.parquet")


def test_a_row_is_found_in_its_part_and_row_group(tmp_path):
    """Parts of 20, 0 and 3 images in row groups of 16."""
    jpegs = [jpeg(i) for i in range(23)]
    read = jpeg_reader(write_jpegs(tmp_path, jpegs[:20], [], jpegs[20:]))
    assert [bytes(read(row)) for row in (22, 0, 15, 16, 19, 20)] == [jpegs[i] for i in (22, 0, 15, 16, 19, 20)]


def test_a_damaged_picture_ends_the_run_with_its_file_in_one_line(tmp_path):
    """A byte in the middle of the only part, amid the JPEGs, is another."""
    (path,) = table_files(write_jpegs(tmp_path, [jpeg(i) for i in range(16)]))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="part-00000.parquet is not a Parquet file, or damaged"):
        jpeg_reader(path.parent)(0)


def test_cached_embeddings_are_rows():
    table = np.arange(6, dtype=np.float16).reshape(3, 2)
    assert embedding_reader(table)(np.array([2, 0]), []).tolist() == [[4.0, 5.0], [0.0, 1.0]]


def test_workers_where_a_gpu_trains(monkeypatch):
    """8 cores: 7 for one process; 3 for each of two; none beside a CPU that trains; what is asked for otherwise."""
    monkeypatch.setattr("stages.common.training.images.cores", lambda: 8)
    cpu, gpu = torch.device("cpu"), torch.device("cuda")
    assert [workers("auto", cpu), workers("auto", gpu), workers(3, cpu), workers(0, gpu)] == [0, 7, 3, 0]
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    assert workers("auto", gpu) == 3
    monkeypatch.setattr("stages.common.training.images.cores", lambda: 224)
    assert workers("auto", gpu) == 16
