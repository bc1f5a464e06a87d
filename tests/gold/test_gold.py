"""Triples of captions never trained on, with the shipped parser, against hand annotation."""

import json
from pathlib import Path

from stages.parse.bulk import parse_captions
from stages.parse.pipeline import compact_pipeline
from tests.triples.score import score
from tests.triples.trees import predict

GOLD = Path(__file__).parent / "captions.json"


def test_the_gold_captions():
    """220 captions of our own, after COCO's and Flickr8k's manner; they were annotated before any output was looked at."""
    gold = json.loads(GOLD.read_text(encoding="utf-8"))
    found = score(gold, predict(parse_captions(compact_pipeline(), [row["caption"] for row in gold])))
    assert found.f1 >= 0.95, found.missed + found.wrong
