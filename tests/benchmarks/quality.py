"""python -m tests.benchmarks.quality GOLD.json: triples of the shipped parser against hand annotation.

GOLD is a list of {caption, required, acceptable}, triples written "subject|verb|object".
"""

import json
import sys
from pathlib import Path

from stages.parse.bulk import parse_captions
from stages.parse.pipeline import compact_pipeline
from stages.triples.table import triple_rows
from stages.triples.verbs import read_lexicon
from tests.triples.score import score


def main(path: str) -> None:
    gold = json.loads(Path(path).read_text(encoding="utf-8"))
    trees = parse_captions(compact_pipeline(), [row["caption"] for row in gold])
    parses = [{"caption_id": i, "words": words} for i, words in enumerate(trees)]
    captions = {i: (i, "test") for i in range(len(gold))}
    predicted: list[list[str]] = [[] for _ in gold]
    for row in triple_rows(parses, captions, read_lexicon("data/verbs.csv"), True, first_id=0):
        predicted[row["caption_id"]].append(f"{row['subject']}|{row['relation']}|{row['object']}")
    result = score(gold, predicted)
    print(f"precision {result.precision:.3f}  recall {result.recall:.3f}  F1 {result.f1:.3f}")
    for kind, misses in (("missed", result.missed), ("wrong", result.wrong)):
        for caption, triple in misses:
            print(f"{kind:6}  {triple:40}  {caption}")


if __name__ == "__main__":
    main(sys.argv[1])
