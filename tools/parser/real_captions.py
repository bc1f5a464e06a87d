"""Trees of captions that people wrote, for the parser to learn from: its own, where they keep to the rules of grammar.

The parser's trees are corrected as stage triples corrects them. A caption is kept if its tree is projective, with one
root, and its words have tags that are usual for them.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from stages.common.files.tables import SCHEMAS
from stages.parse.bulk import parse_captions
from stages.parse.pipeline import compact_pipeline
from stages.triples.columns import flatten
from stages.triples.correct import correct
from stages.triples.verbs import stems
from tools.parser.caption_phrases import leaf
from tools.parser.caption_trees import conllu_lines
from tools.parser.caption_words import ING, PLAIN, THIRD

RARE = 0.2  # a tag that a form has less often than this, in at least OFTEN places, is taken for a mistake
OFTEN = 6


def captions_of(files: Sequence[Path], count: int, seed: int = 77) -> list[str]:
    """`count` different captions, as many of each of the files in COCO's layout."""
    rng, found = np.random.default_rng(seed), []
    for file in files:
        rows = json.loads(file.read_text(encoding="utf-8"))["annotations"]
        texts = sorted({row["caption"].strip() for row in rows})
        found += [texts[i] for i in rng.permutation(len(texts))[: count // len(files)]]
    return found


def corrected(trees: list[list[dict]], lexicon: dict[str, bool]) -> list[list[dict]]:
    """The trees as stage triples corrects them, in the same form."""
    rows = [{"caption_id": i, "words": words} for i, words in enumerate(trees)]
    words = correct(flatten(pa.RecordBatch.from_pylist(rows, schema=SCHEMAS["parses"])), lexicon)
    found = []
    for tree, first in zip(trees, words.first.tolist()):
        heads = [max(0, head - first + 1) for head in words.head[first : first + len(tree)].tolist()]
        fields = [{name: words.value(name, i) for name in ("upos", "deprel")} for i in range(first, first + len(tree))]
        found.append([word | new | {"head": head} for word, new, head in zip(tree, fields, heads)])
    return found


def sound(tree: list[dict], counts: dict[str, Counter], lexicon: dict[str, bool]) -> bool:
    """Whether it is one projective tree of 4 to 30 words with usual tags and known verbs.

    `counts` has the number of times that a form has each tag, `lexicon` the verbs.
    """
    heads = [word["head"] for word in tree]
    arcs = [(min(i, head), max(i, head)) for i, head in enumerate(heads, 1) if head]
    if not 4 <= len(tree) <= 30 or heads.count(0) != 1 or any(a < c < b < d for a, b in arcs for c, d in arcs):
        return False
    return not _cyclic(heads) and all(_usual(word, counts[word["text"].lower()], lexicon) for word in tree)


def _cyclic(heads: list[int]) -> bool:
    ends = range(len(heads) + 1)  # the head of a head ..., of each word and of the root
    for _ in heads:
        ends = [heads[at - 1] if at else 0 for at in ends]
    return any(ends)


def _usual(word: dict, tags: Counter, lexicon: dict[str, bool]) -> bool:
    if word["upos"] not in ("NOUN", "VERB", "ADJ", "AUX"):
        return True
    if word["upos"] == "VERB" and word["lemma"] not in lexicon and not set(stems(word["text"].lower())) & set(lexicon):
        return False
    return tags.total() < OFTEN or tags[word["upos"]] >= RARE * tags.total()


def features(word: dict) -> str:
    """The features of a word whose tag was corrected, by its ending."""
    form = word["text"].lower()
    if word["upos"] != "VERB":
        return {"NOUN": "Number=Plur" if form.endswith("s") else "Number=Sing"}.get(word["upos"], "_")
    if form.endswith("ing"):
        return ING.features
    if form.endswith("ed"):
        return "Tense=Past|VerbForm=Part"
    return THIRD.features if form.endswith("s") else PLAIN.features


def real_treebank(captions: list[str], lexicon: dict[str, bool]) -> str:
    """The sound trees of `captions`, in CoNLL-U without XPOS."""
    pipeline, before = compact_pipeline(), []
    for start in range(0, len(captions), 500):
        before += parse_captions(pipeline, captions[start : start + 500])
    after = corrected(before, lexicon)
    counts: dict[str, Counter] = {}
    for word in (word for tree in after for word in tree):
        counts.setdefault(word["text"].lower(), Counter())[word["upos"]] += 1
    trees = [tree for tree in zip(captions, before, after) if sound(tree[2], counts, lexicon)]
    return "".join(f"{block(caption, zip(old, new))}\n\n" for caption, old, new in trees)


def block(caption: str, words: Iterable[tuple[dict, dict]]) -> str:
    """A caption in CoNLL-U, from its words before and after correction."""
    rows = []
    for old, new in words:
        verb = new["upos"] == "VERB" and "VerbForm" not in new["feats"]
        feats = features(new) if verb or new["upos"] != old["upos"] else new["feats"] or "_"
        rows.append((leaf(new["text"], new["lemma"], new["upos"], "_", feats), new["deprel"], new["head"]))
    return "\n".join([f"# text = {' '.join(caption.split())}", *conllu_lines(rows)])
