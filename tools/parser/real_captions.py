"""Trees of captions that people wrote, for the parser to learn from: its own, where grammar finds no fault.

The shipped parser's trees are corrected by the rules of stages/triples and by `attach` below; a caption
stays in if what is left is one projective tree whose words have the tags that they mostly have.
"""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa

from stages.common.tables import SCHEMAS
from stages.parse.bulk import parse_captions
from stages.parse.pipeline import compact_pipeline
from stages.triples.columns import flatten, retag
from stages.triples.verbs import read_lexicon, stems
from tools.parser.caption_trees import PLAIN, THIRD
from tools.parser.caption_words import ANIMALS, PEOPLE

ANIMATE = PEOPLE | ANIMALS | set(
    "people human someone individual runner climber performer dancer musician jogger golfer cop rider boarder gymnast "
    "retriever terrier shepherd greyhound poodle labrador husky collie toddler infant brother sister son daughter".split()
)  # fmt: skip
# what none but people and animals do
DEEDS = set(
    "eat hold wear look watch read talk drink carry use play smile block chase ride walk run throw catch pose jump work "
    "wait laugh sing dance point cook cut feed stare enjoy take make swing kick hit climb try prepare listen smoke type "
    "write paint pull push bark chew lick sniff sleep".split()
)
SEEING = set("watch see look stare film photograph gaze peer".split())
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
    rows = [{"caption_id": i, "words": words} for i, words in enumerate(trees)]
    batch = pa.RecordBatch.from_pylist(rows, schema=SCHEMAS["parses"])
    words = retag(flatten(batch), lambda form: any(stem in lexicon for stem in [form, *stems(form)]))
    found = []
    for tree, first in zip(trees, words.first.tolist()):
        heads = [words.head[i] - first + 1 if words.head[i] >= 0 else 0 for i in range(first, first + len(tree))]
        found.append(
            [
                word | {name: words.value(name, i) for name in ("upos", "deprel")} | {"head": int(head)}
                for i, (word, head) in enumerate(zip(tree, heads), first)
            ]
        )
    for tree in found:
        attach(tree)
    return found


def attach(tree: list[dict]) -> None:
    """Participle clauses where sense wants them, in place.

    No chair eats: "sits in a chair eating noodles" is of who sits. "Runs past a woman jogging": the woman.
    """
    for i, word in enumerate(tree):
        head = word["head"] - 1
        if word["upos"] != "VERB" or not word["text"].lower().endswith("ing") or not 0 <= head < i:
            continue
        above = tree[head]
        if word["deprel"] == "acl" and above["deprel"] in ("obl", "nmod", "obj"):
            verb = above["head"] - 1
            if above["deprel"] == "nmod" and tree[verb]["deprel"] in ("obl", "obj"):  # "in front of a house"
                verb = tree[verb]["head"] - 1
            thing = above["lemma"].lower() not in ANIMATE and word["lemma"] in DEEDS
            if thing and verb >= 0 and tree[verb]["upos"] == "VERB" and _acts(tree, verb):
                word["head"], word["deprel"] = verb + 1, "advcl"
        elif word["deprel"] == "advcl" and above["upos"] == "VERB" and not _has(tree, i, "mark", "advmod", "nsubj"):
            near = tree[i - 1]
            mine = near["head"] == head + 1 and (near["deprel"] == "obl" or above["lemma"] in SEEING)
            if mine and near["upos"] == "NOUN" and near["lemma"].lower() in ANIMATE:
                word["head"], word["deprel"] = i, "acl"


def _acts(tree: list[dict], verb: int) -> bool:
    subject = _has(tree, verb, "nsubj")
    return tree[verb]["deprel"] == "acl" or bool(subject) and tree[subject[0]]["lemma"].lower() in ANIMATE


def _has(tree: list[dict], head: int, *deprels: str) -> list[int]:
    return [i for i, word in enumerate(tree) if word["head"] == head + 1 and word["deprel"] in deprels]


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


def shipped_lexicon() -> dict[str, bool]:
    return read_lexicon("data/verbs.csv")
