"""python -m stages.evaluate NAME: data/evaluate/NAME from the model in data/models/NAME, on the test split."""

import sys
from functools import partial
from typing import NamedTuple

import numpy as np
import open_clip
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stages.common.clip.clip import MODELS, best_device, encode_short_texts, load_checkpoint, read_config
from stages.common.files.errors import InputError, run_stage
from stages.common.files.storage import read_json, write_beside, write_json
from stages.common.clip.finish import FITTED, read_calibration
from stages.common.files.params import read_block, read_seed
from stages.common.run import RunOptions
from stages.common.language.statements import training_statements
from stages.common.files.tables import REMEDY, check_tuples, read_jpegs, read_table, release_memory, write_table
from stages.common.files.tables import SCHEMAS as INPUTS
from stages.evaluate.calibrated import calibration
from stages.evaluate.controls import controls
from stages.evaluate.exact import Items, embed, encode_items
from stages.evaluate.inference import infer_roles, infer_verbs, roles, verb_questions, verb_scores
from stages.evaluate.instances import noun_prompts, nouns_shown, read_categories
from stages.evaluate.interpolation import interpolations
from stages.evaluate.options import EvaluateOptions
from stages.evaluate.probe import verb_probe
from stages.evaluate.relation import answer, questions, unique_items
from stages.evaluate.retention import caption_recalls, naming_accuracy
from stages.evaluate.schemas import SCHEMAS, TupleSets
from stages.evaluate.summarise import headline, inferred, overall, percents, summarise
from stages.negatives.lexicon import KINDS, of_kind, read_lexicon, symmetric

BASE, TRIPLES = MODELS / "base", "data/triples/triples"
SHORT = 512  # texts of three or four words embedded at once
NOUNS, VERBS = "data/nouns.csv", "data/verb_synonyms.csv"
TUPLES, SUMMARY = "data/negatives/tuples.parquet", "data/negatives/summary.json"
OF_TEST = pc.field("split") == "test"
CLASSIFIED = 20_000  # training tuples that the control of texts alone learns from, at most


class Inputs(NamedTuple):
    """What all models are asked."""

    test: pd.DataFrame  # the questions of the test split
    said: pd.Series  # the anchors' texts of the tuples of split train
    others: pa.ChunkedArray  # the texts of their negatives, lists
    captions: pd.DataFrame  # of the test split
    triples: pd.DataFrame  # of all splits


def read_inputs() -> Inputs:
    """The inputs, by their ids."""
    table, facts = read_table(TUPLES, INPUTS["tuples"]).sort_by("tuple_id"), read_table(TRIPLES, INPUTS["triples"])
    check_tuples(TUPLES, table, facts["triple_id"])
    triples = facts.sort_by("triple_id").to_pandas()
    captions = read_table("data/captions/captions", INPUTS["captions"], where=OF_TEST)
    train, text = table.filter(pc.field("split") == "train"), triples.set_index("triple_id")["text"]
    said = train.select(["anchor"]).to_pandas().join(text, on="anchor")["text"]
    test = questions(table.filter(OF_TEST).to_pandas(), triples)
    if test.empty:
        raise InputError(f"{TUPLES} has no tuples of split test; give more captioned images")
    return Inputs(test, said, train["negative_texts"], captions.sort_by("caption_id").to_pandas(), triples)


def draw(said: pd.Series, others: pa.ChunkedArray, seed: int) -> pd.DataFrame:
    """`text`, the anchor's, and `negative_texts` of CLASSIFIED training tuples: in pandas lists of all are heavy."""
    some = said.sample(min(len(said), CLASSIFIED), random_state=seed)
    return pd.DataFrame({"text": some.to_numpy(), "negative_texts": others.take(pa.array(some.index)).to_numpy()})


def read_differs() -> dict[str, str]:
    """What differs in the negatives of each set, empty where anything may: as stage negatives tells."""
    found = read_json(SUMMARY, TupleSets, "it tells what differs in each set: delete it and run `dvc repro`")
    return {name: counts["differs"] for name, counts in found["sets"].items()}


def infer(
    name: str, encoders: tuple, items: Items, triples: pd.DataFrame, draws: tuple[int, int]
) -> tuple[dict[str, pd.DataFrame], dict]:
    """Which verb, who, and with what probability: the tables inference and reliability, and a summary in percent.

    `items` holds the images of the test split, `triples` are of all splits, `draws` the resamples and the seed.
    """
    model, _, tokenizer = encoders
    test, train = (triples[triples["split"] == split] for split in ("test", "train"))
    nouns, synonyms = read_lexicon(NOUNS, KINDS["nouns"]), read_lexicon(VERBS, KINDS["verbs"])
    animate, statements = of_kind(nouns, "animate"), training_statements(train).head(FITTED)
    verbs, orders = verb_questions(test, train, draws[1]), roles(test, animate, partial(symmetric, verbs=synonyms))
    short = partial(embed, partial(encode_short_texts, model, tokenizer), batch=SHORT)
    texts = pd.Index(sorted({*orders["text"], *orders["turned"], *statements["text"]}))
    items = Items(items.image_ids, items.images, texts, short(texts))
    scores = verb_scores(verbs, items, short)  # (N, V)
    table = pd.concat([infer_verbs(verbs, scores, train, animate, draws), infer_roles(orders, items, train, draws)])
    found = read_calibration(MODELS / name) or {}
    temperatures = {"CLIP's own": 1 / model.logit_scale.exp().item()}
    temperatures |= {"fitted": found["temperature"]} if found else {}
    threshold = found.get("threshold") or np.nan
    reliability, reached = calibration(statements, test, items, temperatures, threshold)
    summary = {"inference": inferred(table), "calibration": percents(reached)}
    return {"inference": table, "reliability": reliability}, summary


def write(name: str, tables: dict[str, pd.DataFrame], summary: dict) -> None:
    """data/evaluate/NAME: a Parquet file a table and summary.json, whole or not at all."""
    with write_beside(f"data/evaluate/{name}") as folder:
        for table, frame in tables.items():
            rows = pa.Table.from_pandas(frame[SCHEMAS[table].names], SCHEMAS[table], preserve_index=False)
            write_table(folder / f"{table}.parquet", rows, SCHEMAS[table])
        write_json(folder / "summary.json", summary)


def of_base(name: str) -> bool:
    """Whether the model is one that was trained here from base, so that there are models between the two."""
    trained = name != "base" and (MODELS / name / "history.csv").is_file()
    return trained and read_config(BASE)["model_cfg"] == read_config(MODELS / name)["model_cfg"]


def main() -> None:
    options, seed = read_block("evaluate", EvaluateOptions), read_seed()
    device = best_device(read_block("run", RunOptions).device)
    known = sorted(path.name for path in MODELS.glob("[a-z]*"))
    if len(sys.argv) != 2 or sys.argv[1] not in known:
        lacks = f"{', '.join(known) or 'no model'} and not {' '.join(sys.argv[1:])!r}"
        raise InputError(f"{MODELS} holds {lacks}; run `dvc repro` to make it, or python -m stages.evaluate NAME")
    name = sys.argv[1]
    model, transform, tokenizer = load_checkpoint(MODELS / name, device)
    test, said, others, captions, triples = read_inputs()
    shown = triples[triples["split"] == "test"]
    differs = read_differs()
    if strange := set(test["set"]) - differs.keys():
        raise InputError(f"{TUPLES} has tuples of a set {min(strange)!r}, which {SUMMARY} does not know; {REMEDY}")
    image_ids, asked = unique_items(test, captions)
    namings = {"noun_accuracy": nouns_shown(shown)}
    if options.instances:
        namings["category_accuracy"] = read_categories(options.instances, image_ids)
    prompts = {prompt for names, _ in namings.values() for prompt in noun_prompts(names)}
    drawn = draw(said, others, seed)
    learnt = {*drawn["text"], *drawn["negative_texts"].explode().dropna()}
    texts, jpegs = asked.union([*learnt, *prompts]), read_jpegs(image_ids)
    release_memory()

    def measure(model: open_clip.CLIP) -> dict[str, float]:  # of these two numbers alone, so no text more than asked
        items = encode_items((model, transform, tokenizer), image_ids, jpegs, asked)
        return overall(test.join(answer(test, items)), caption_recalls(captions, items), differs)

    items = encode_items((model, transform, tokenizer), image_ids, jpegs, texts)
    table, recalls = test.join(answer(test, items)), caption_recalls(captions, items)
    base, alphas = (load_checkpoint(BASE, device)[0], options.alphas) if of_base(name) else (model, [])
    tables = summarise(table, differs, options.resamples, seed)
    tables["interpolation"] = interpolations(base, model, alphas, measure)
    jpegs.clear()  # none is looked at again
    release_memory()
    named = {what: naming_accuracy(naming, items) for what, naming in namings.items()}
    summary = {
        "overall": percents(overall(table, recalls, differs), 2),
        "accuracy": headline(tables["accuracy"], "all"),
        "held_out": headline(tables["accuracy"], "unseen triple"),
        "controls": percents(controls(table, said, drawn, items, seed)),
        "retention": percents(recalls | named),
        "probe": percents(verb_probe(shown, items, seed)),
    }
    draws = options.resamples, seed
    found, inference = infer(name, (model, transform, tokenizer), items, triples, draws)
    write(name, tables | found, summary | inference)


if __name__ == "__main__":
    run_stage(main)
