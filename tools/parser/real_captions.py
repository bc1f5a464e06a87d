"""Trees of captions that people wrote, for the parser to learn from: its own, where grammar finds no fault.

The parser's trees are corrected as stages/triples corrects them; a caption stays in if what is left is one
projective tree whose words have the tags that they mostly have.
"""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa

from stages.common.files.tables import SCHEMAS
from stages.parse.bulk import parse_captions
from stages.parse.pipeline import compact_pipeline
from stages.triples.columns import flatten
from stages.triples.correct import correct
from stages.triples.verbs import stems
from tools.parser.caption_clauses import PLAIN, THIRD

RARE = 0.2  # a tag that a form has less often than this, in at least OFTEN places, is taken for a mistake
OFTEN = 6


def captions_of(files: list[str], count: int, seed: int = 77) -> list[str]:
    """`count` different captions, as many of each of the files in COCO's layout."""
    rng, found = np.random.default_rng(seed), []
    for file in files:
        rows = json.loads(Path(file).read_text(encoding="utf-8"))["annotations"]
        texts = sorted({row["caption"].strip() for row in rows})
        found += [texts[i] for i in rng.permutation(len(texts))[: count // len(files)]]
    return found


def corrected(trees: list[list[dict]], lexicon: dict[str, bool]) -> list[list[dict]]:
    """The trees as stages/triples corrects them, in the same form."""
    rows = [{"caption_id": i, "words": words} for i, words in enumerate(trees)]
    words = correct(flatten(pa.RecordBatch.from_pylist(rows, schema=SCHEMAS["parses"])), lexicon)
    found = []
    for tree, first in zip(trees, words.first.tolist()):
        heads = [max(0, head - first + 1) for head in words.head[first : first + len(tree)].tolist()]
        fields = [{name: words.value(name, i) for name in ("upos", "deprel")} for i in range(first, first + len(tree))]
        found.append([word | new | {"head": head} for word, new, head in zip(tree, fields, heads)])
    return found


def sound(tree: list[dict], counts: dict[str, Counter], lexicon: dict[str, bool]) -> bool:
    """Whether it is one projective tree of 4 to 30 words with likely tags and known verbs."""
    heads = [word["head"] for word in tree]
    arcs = [(min(i, head), max(i, head)) for i, head in enumerate(heads, 1) if head]
    if not 4 <= len(tree) <= 30 or heads.count(0) != 1 or any(a < c < b < d for a, b in arcs for c, d in arcs):
        return False
    return not _cyclic(heads) and all(_likely(word, counts[word["text"].lower()], lexicon) for word in tree)


def _cyclic(heads: list[int]) -> bool:
    for at in range(1, len(heads) + 1):
        for _ in heads:
            at = heads[at - 1] if at else 0
        if at:
            return True
    return False


def _likely(word: dict, tags: Counter, lexicon: dict[str, bool]) -> bool:
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
        return "Tense=Pres|VerbForm=Part"
    return "Tense=Past|VerbForm=Part" if form.endswith("ed") else THIRD if form.endswith("s") else PLAIN


def real_treebank(captions: list[str], lexicon: dict[str, bool]) -> str:
    """The sound trees of `captions`, in CoNLL-U without XPOS."""
    pipeline, before = compact_pipeline(), []
    for start in range(0, len(captions), 500):
        before += parse_captions(pipeline, captions[start : start + 500])
    after = corrected(before, lexicon)
    counts: dict[str, Counter] = {}
    for word in (word for tree in after for word in tree):
        counts.setdefault(word["text"].lower(), Counter())[word["upos"]] += 1
    blocks = []
    for caption, old, new in zip(captions, before, after):
        if not sound(new, counts, lexicon):
            continue
        lines = [f"# text = {' '.join(caption.split())}"]
        for i, (was, word) in enumerate(zip(old, new), 1):
            verb = word["upos"] == "VERB" and "VerbForm" not in word["feats"]
            feats = features(word) if verb or word["upos"] != was["upos"] else word["feats"] or "_"
            fields = (i, word["text"], word["lemma"], word["upos"], "_", feats, word["head"], word["deprel"], "_", "_")
            lines.append("\t".join(map(str, fields)))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n\n"
