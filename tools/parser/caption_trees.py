"""A treebank of made-up captions in CoNLL-U, annotated like English-EWT."""

from collections.abc import Iterable

import numpy as np
from numpy.random import Generator

from tools.parser.caption_clauses import sentence
from tools.parser.caption_phrases import Node, function_word, rows


def conllu(root: Node, number: int, rng: Generator) -> str:
    """The caption in CoNLL-U, its own paragraph; most end with a full stop, a third start in lower case."""
    words = rows(root)
    if rng.random() < 0.6:
        top = next(place for place, (_, _, head) in enumerate(words, 1) if head == 0)
        words.append((function_word("punct", ".")[1], "punct", top))
    if rng.random() < 0.7:
        first, *rest = words[0]
        words[0] = first._replace(form=first.form.capitalize()), *rest
    forms = [node.form for node, _, _ in words]
    text = " ".join(forms)
    for clitic in ("'s", ",", "."):
        text = text.replace(f" {clitic}", clitic)
    lines = conllu_lines(words)
    for i in reversed(range(len(forms))):
        if forms[i] in (",", "."):
            lines[i - 1] = lines[i - 1].removesuffix("_") + "SpaceAfter=No"
        elif forms[i] == "'s":  # one token, two words
            lines.insert(i - 1, "\t".join([f"{i}-{i + 1}", f"{forms[i - 1]}'s", *"_" * 8]))
    name = f"caption-{number}"
    return "\n".join([f"# newpar id = {name}", f"# sent_id = {name}", f"# text = {text}", *lines])


def conllu_lines(words: Iterable[tuple[Node, str, int]]) -> list[str]:
    """A line of CoNLL-U for each word, its relation and the place of its head."""
    return [
        "\t".join(map(str, [place, *node[:5], head, relation, "_", "_"]))
        for place, (node, relation, head) in enumerate(words, 1)
    ]


def caption_treebank(count: int, seed: int = 0) -> str:
    """`count` different captions in CoNLL-U, the same for the same seed."""
    rng = np.random.default_rng([seed, 7])
    found: dict[str, str] = {}
    while len(found) < count:
        block = conllu(sentence(rng), len(found), rng)
        found.setdefault(block.split("\n")[2].lower(), block)
    return "\n\n".join(found.values()) + "\n\n"
