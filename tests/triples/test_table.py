"""Triples take image and split from their own caption."""

import pyarrow as pa
import pytest

from stages.common.files.errors import InputError
from stages.triples.table import new_memory, triple_table
from tests.triples.trees import parses_of, words_of

RIDE = words_of("man/NOUN/0/root riding:ride/VERB/1/acl a/DET/4/det wave/NOUN/2/obj")
CAPTIONS = pa.table({"caption_id": [3, 7], "image_id": [30, 70], "split": ["train", "test"]})


def table_of(caption_ids: list[int]) -> list[dict]:
    """The triples of "man riding a wave" as the captions of these ids, numbered from 5."""
    parses = parses_of([RIDE] * len(caption_ids)).set_column(0, "caption_id", pa.array(caption_ids))
    return triple_table(parses, CAPTIONS, new_memory({"ride": True}), 5).to_pylist()


def test_rows_have_the_image_and_the_split_of_their_caption():
    first, second = table_of([7, 3])
    words = {"subject": "man", "relation": "ride", "particle": None, "preposition": None, "object": "wave"}
    words |= {"text": "man riding wave", "dynamic": True, "passive": False}
    assert first == {"triple_id": 5, "caption_id": 7, "image_id": 70, "split": "test"} | words
    assert second == {"triple_id": 6, "caption_id": 3, "image_id": 30, "split": "train"} | words


@pytest.mark.parametrize("caption_id", [5, 9])
def test_a_parse_of_no_caption_is_named(caption_id):
    with pytest.raises(InputError, match=f"this part of data/captions/captions lacks {caption_id}, which another"):
        table_of([3, caption_id])
