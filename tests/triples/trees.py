"""Trees in a line: "A/DET/2/det man/NOUN/0/root riding:ride/VERB/2/acl"; trees of a CoNLL-U file."""

import re
from pathlib import Path

import pyarrow as pa

from stages.common.files.tables import SCHEMAS
from stages.common.language.lexicons import read_dynamic_verbs
from stages.triples.table import caption_triples, new_memory

TREES = "tests/triples/gold_trees.conllu"  # COCO captions (CC BY 4.0), their trees corrected by hand


def words_of(line: str) -> list[dict]:
    """Words as form[:lemma]/UPOS/head/deprel[/feats], separated by spaces."""
    words = []
    for item in line.split():
        form, upos, head, deprel, *feats = item.split("/")
        text, _, lemma = form.partition(":")
        row = {"text": text, "lemma": lemma or text.lower(), "upos": upos, "feats": "".join(feats)}
        words.append(row | {"head": int(head), "deprel": deprel})
    return words


def read_cases(text: str) -> dict[str, tuple[str, list[str]]]:
    """Name -> tree and triples, from "# NAME", lines of the tree as for `words_of`, and "=> TRIPLE, TRIPLE"."""
    cases = {}
    for case in text.strip().removeprefix("# ").split("\n# "):
        name, rest = case.split("\n", 1)
        tree, triples = rest.split("\n=> ")
        cases[name] = tree, [] if triples == "none" else triples.split(", ")
    return cases


def parses_of(trees: list[list[dict]]) -> pa.RecordBatch:
    """Trees as the table of parses has them, numbered from 0."""
    rows = [{"caption_id": i, "words": words} for i, words in enumerate(trees)]
    return pa.RecordBatch.from_pylist(rows, schema=SCHEMAS["parses"])


def read_conllu(path: str | Path) -> dict[str, list[dict]]:
    """caption -> its words as the table of parses keeps them, without offsets."""
    trees: dict[str, list[dict]] = {}
    for block in Path(path).read_text(encoding="utf-8").strip().split("\n\n"):
        [text] = re.findall(r"^# text = (.*)$", block, re.MULTILINE)
        rows = [line.split("\t") for line in block.split("\n") if line[0].isdigit()]
        trees[text] = [
            {"text": r[1], "lemma": r[2], "upos": r[3], "feats": r[5].strip("_"), "head": int(r[6]), "deprel": r[7]}
            for r in rows
        ]
    return trees


def predict(trees: list[list[dict]]) -> list[list[str]]:
    """The triples of each tree, "subject|verb|object"."""
    predicted: list[list[str]] = [[] for _ in trees]
    memory = new_memory(read_dynamic_verbs())
    for row in caption_triples(parses_of(trees), memory).to_pylist():
        predicted[row["caption"]].append(f"{row['subject']}|{row['relation']}|{row['object']}")
    return predicted
