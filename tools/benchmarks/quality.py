"""Triples against hand annotation, on two kinds of trees: python -m tools.benchmarks.quality GOLD.json.

GOLD is a list of {caption, required, acceptable}, triples written "subject|verb|object". The rules run on the shipped
parser's trees and, where there are any, on trees corrected by hand, which tells the cause of a mistake: made on both,
the rules; made on the parser's trees alone, the parser.
"""

import argparse
import json
from pathlib import Path

from stages.common.files.errors import run_stage
from stages.parse.bulk import parse_captions
from stages.parse.pipeline import compact_pipeline
from tests.triples.score import Score, score
from tests.triples.trees import TREES, predict, read_conllu

CAUSE = {(True, True): "rules", (True, False): "parser", (False, True): "hand trees only"}


def line(name: str, result: Score) -> str:
    """The three figures of one kind of trees."""
    return f"{name:16} precision {result.precision:.3f}  recall {result.recall:.3f}  F1 {result.f1:.3f}"


def main(arguments: list[str]) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("gold", type=Path)
    gold = json.loads(options.parse_args(arguments).gold.read_text(encoding="utf-8"))
    captions = [row["caption"] for row in gold]
    by_hand = read_conllu(TREES)
    known = [i for i, caption in enumerate(captions) if caption in by_hand]
    hand = score([gold[i] for i in known], predict([by_hand[captions[i]] for i in known]))
    parser = score(gold, predict(parse_captions(compact_pipeline(), captions)))
    print(line("parser's trees", parser))
    if known:
        print(line("trees by hand", hand), f"({len(known)} of {len(gold)} captions)")
    for kind in ("missed", "wrong"):
        on_parser, on_hand = getattr(parser, kind), getattr(hand, kind)
        mistakes = [(CAUSE[one in on_parser, one in on_hand], *one) for one in {*on_parser, *on_hand}]
        for cause, caption, triple in sorted(mistakes):
            print(f"{kind:6}  {cause:15}  {triple:30}  {caption}")


if __name__ == "__main__":
    run_stage(main)
