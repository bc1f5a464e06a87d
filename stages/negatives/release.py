"""The published set of tuples, ids and texts without images, and its data card."""

import pandas as pd
import pyarrow as pa

from stages.negatives.kinds import KINDS

SCHEMA = pa.schema(
    [
        ("tuple_id", pa.int64()),
        ("set", pa.string()),
        ("image_id", pa.int64()),
        ("caption_id", pa.int64()),
        ("subject", pa.string()),
        ("relation", pa.string()),
        ("object", pa.string()),
        ("text", pa.string()),
        ("negative_image_ids", pa.list_(pa.int64())),  # empty: the negative is a text alone
        ("negative_caption_ids", pa.list_(pa.int64())),
        ("negative_texts", pa.list_(pa.string())),
        ("unseen_relation", pa.bool_()),
        ("unseen_triple", pa.bool_()),
    ]
)

CARD = """---
pretty_name: Hard negatives of relation
license: cc-by-4.0
language: [en]
task_categories: [zero-shot-image-classification]
tags: [clip, compositionality, relations, hard-negatives]
configs:
- config_name: default
  data_files:
  - {{split: train, path: train.parquet}}
  - {{split: validation, path: val.parquet}}
  - {{split: test, path: test.parquet}}
---
# Hard negatives of relation

Each row is a question: which text fits the image, which image fits the text? An anchor (image, text)
and its hard negatives, each another image with its own text that differs in one respect.

{sets}

## Counts
{counts}

A linear classifier of texts alone, trained on train, scores on test: {blind}.
Every tuple comes in mirrored form (each member of a group is the anchor once), so chance is exactly
1 / (number of texts). Texts without an image cannot be mirrored; they are in train only.

## How it was made
Captions were parsed into subject-verb-object triples; one anchor for each image and distinct triple.
Words below are matched up to the synonyms and overlaps of data/nouns.csv and data/verb_synonyms.csv.

- Left out of every set: verbs that are unknown or say too little (have, do); triples that no other caption of the
  image confirms, by the same verb with the same subject or object; and triples whose subject with its verb, or whose
  verb phrase with its object (for people and animals, or for things), no second image shows.
- Refused in every set: a negative if a caption of its image states the anchor's triple, or a caption of the anchor's
  image the negative's. The table says what else a set refuses.

Splits are by image. `unseen_relation` and `unseen_triple` mark what never occurs in train.
The stage `negatives` rebuilds the set bit for bit from the captions and one seed.

## Fields
`image_id`, `caption_id` and their `negative_` lists are ids of the source captions; pictures are not
included. Texts are "subject verb-ing [particle] [preposition] object".

## Licence
Captions of COCO are CC BY 4.0 (COCO Consortium); this derived set is CC BY 4.0 as well. The
pictures have licences of their own. A set made of other captions inherits their licence.

## Limits
Parsing errors pass into triples. What no caption mentions may still be true of an image, so some
negatives are false ones. Lists of acts, states and synonyms are small and reviewed, not complete.
English only. COCO's biases, such as more men than women in sport, are inherited.
"""


def release_table(tuples: pd.DataFrame) -> pa.Table:
    """The tuples, as by make_tuples, in one row each: the columns of SCHEMA, and split."""
    anchors, negatives = tuples[tuples["place"] == 0], tuples[tuples["place"] > 0]
    columns = {name: anchors[name].to_numpy() for name in (*SCHEMA.names[:8], "unseen_relation", "unseen_triple")}
    for name in ("image_id", "caption_id", "text"):
        present = negatives[negatives["image_id"] >= 0] if name != "text" else negatives
        lists = present.groupby("tuple_id")[name].agg(list).reindex(anchors["tuple_id"])
        columns[f"negative_{name}s"] = [row if isinstance(row, list) else [] for row in lists]
    schema = SCHEMA.append(pa.field("split", pa.string()))
    return pa.table(columns | {"split": anchors["split"].to_numpy()}).select(schema.names).cast(schema)


def data_card(summary: dict) -> str:
    """The README of the release, with the counts of `summarise`."""
    about = ["| set | the negative | left out and refused |", "|---|---|---|"]
    about += [f"| {name} | {KINDS[name].negative} | {KINDS[name].refused} |" for name in summary["sets"]]
    lines = ["| set | train | val | test | verbs | pairs | with an image |", "|---|---|---|---|---|---|---|"]
    for name, counts in summary["sets"].items():
        share = "-" if counts["with_image"] is None else f"{counts['with_image']:.0%}"
        cells = [name, *counts["tuples"].values(), counts["verbs"], counts["pairs"], share]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    scores = {name: counts["blind_classifier"] for name, counts in summary["sets"].items()}
    blind = ", ".join(f"{name} {score:.1%}" for name, score in scores.items() if score is not None)
    return CARD.format(sets="\n".join(about), counts="\n".join(lines), blind=blind or "no test tuples")
