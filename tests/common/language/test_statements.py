"""Statements are the distinct triples of the training captions, and are true of the images that state them."""

import numpy as np
import pandas as pd
import pyarrow as pa

from stages.common.files.tables import check_rows
from stages.common.language.inflection import triple_text
from stages.common.language.statements import SCHEMA, stated, training_statements


def triples(*rows: tuple[int, str, str, str, str, bool]) -> pd.DataFrame:
    """Rows of image, split, subject, relation, object and whether it is passive, as of the table of triples."""
    table = pd.DataFrame(rows, columns=["image_id", "split", "subject", "relation", "object", "passive"])
    table["particle"], table["preposition"] = None, "by"
    words = ["subject", "relation", "particle", "preposition", "object", "passive"]
    table["text"] = [triple_text(*row) for row in table[words].itertuples(index=False)]
    return table


def test_each_text_once_with_its_count_the_frequent_first():
    found = training_statements(
        triples(
            (1, "train", "man", "stand", "wall", False),
            (1, "train", "dog", "sit", "man", False),
            (2, "train", "dog", "sit", "man", False),
            (3, "test", "cat", "sit", "man", False),
        )
    )
    assert found[["text", "count"]].values.tolist() == [["dog sitting by man", 2], ["man standing by wall", 1]]
    check_rows("statements", SCHEMA, pa.Table.from_pandas(found, pa.schema(list(SCHEMA)), preserve_index=False))


def test_what_images_state_is_that_of_a_double_loop():
    random = np.random.default_rng(0)
    texts, images = pd.Series(list("abcd")), pd.Index([5, 7, 9])
    table = pd.DataFrame({"image_id": random.choice([5, 7, 9, 11], 20), "text": random.choice(list("abcxy"), 20)})
    pairs = set(table.itertuples(index=False, name=None))
    assert stated(texts, table, images).tolist() == [[(image, text) in pairs for text in texts] for image in images]
