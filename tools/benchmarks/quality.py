"""python -m tools.benchmarks.quality GOLD.json: triples against hand annotation, on two kinds of trees.

GOLD is a list of {caption, required, acceptable}, triples written "subject|verb|object". The rules
run on the shipped parser's trees and, where there are any, on trees corrected by hand, so that a miss shows
its cause: missed on both, the rules; missed on the parser's trees alone, the parser.
"""

import json
import sys
from pathlib import Path

from stages.parse.bulk import parse_captions
from stages.parse.pipeline import compact_pipeline
from tests.triples.score import Score, score
from tests.triples.trees import TREES, predict, read_conllu

CAUSE = {(True, True): "rules", (True, False): "parser", (False, True): "hand trees only"}


def causes(parser: list[tuple[str, str]], hand: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """(cause, triple, caption) of what is amiss on either kind of trees."""
    either = dict.fromkeys([*parser, *hand])
    return [(CAUSE[error in parser, error in hand], error[1], error[0]) for error in either]


def line(name: str, result: Score) -> str:
    return f"{name:16} precision {result.precision:.3f}  recall {result.recall:.3f}  F1 {result.f1:.3f}"


def main(path: str) -> None:
    gold = json.loads(Path(path).read_text(encoding="utf-8"))
    captions = [row["caption"] for row in gold]
    by_hand = read_conllu(TREES)
    known = [i for i, caption in enumerate(captions) if caption in by_hand]
    hand = score([gold[i] for i in known], predict([by_hand[captions[i]] for i in known]))
    parser = score(gold, predict(parse_captions(compact_pipeline(), captions)))
    print(line("parser's trees", parser))
    if known:
        print(line("trees by hand", hand), f"({len(known)} of {len(gold)} captions)")
    for kind in ("missed", "wrong"):
        for cause, triple, caption in sorted(causes(getattr(parser, kind), getattr(hand, kind))):
            print(f"{kind:6}  {cause:15}  {triple:30}  {caption}")


if __name__ == "__main__":
    main(sys.argv[1])
