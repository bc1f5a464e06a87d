"""python -m stages.evaluate METHOD: data/evaluate/METHOD from that method's checkpoint, test split."""

import sys

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stages.common.clip import best_device, encode_images, encode_texts, load_checkpoint
from stages.common.errors import InputError, run_stage
from stages.common.files import write_beside, write_json
from stages.common.params import load_params
from stages.common.tables import SCHEMAS as INPUTS
from stages.common.tables import read_table, write_table
from stages.evaluate.measures import controls, noun_prompts, percents, probe, retention
from stages.evaluate.relation import answer, questions
from stages.evaluate.run_benchmarks import run_benchmarks
from stages.evaluate.schemas import SCHEMAS
from stages.evaluate.summarise import accuracies, confusions, headline, macro_accuracies, verb_accuracies


def read_images(wanted: pd.Index) -> list[bytes]:
    """The JPEGs of `wanted` (sorted image ids) in that order."""
    stored = read_table("data/captions/images.parquet", INPUTS["images"], ["image_id", "jpeg"])
    stored = stored.filter(pc.is_in(stored["image_id"], pa.array(wanted, pa.int64()))).sort_by("image_id")
    if missing := sorted(set(wanted) - set(stored["image_id"].to_pylist())):
        raise InputError(f"data/captions/images.parquet lacks image_id {missing[0]}; run `dvc repro`")
    return stored["jpeg"].to_pylist()


def write(method: str, tables: dict[str, pd.DataFrame], summary: dict) -> None:
    with write_beside(f"data/evaluate/{method}") as folder:
        for name, frame in tables.items():
            rows = pa.Table.from_pandas(frame[SCHEMAS[name].names], SCHEMAS[name], preserve_index=False)
            write_table(folder / f"{name}.parquet", rows, SCHEMAS[name])
        write_json(folder / "summary.json", summary)


def main() -> None:
    if len(sys.argv) != 2:
        raise InputError("name one method: python -m stages.evaluate base")
    method, params = sys.argv[1], load_params()
    resamples, seed = params["evaluate"]["resamples"], params["seed"]
    triples = read_table("data/triples/triples.parquet", INPUTS["triples"]).to_pandas()
    tuples = read_table("data/negatives/tuples.parquet", INPUTS["tuples"]).to_pandas()
    captions = read_table("data/captions/captions.parquet", INPUTS["captions"]).to_pandas()
    table, train = (questions(tuples[tuples["split"] == split], triples) for split in ("test", "train"))
    if table.empty:
        raise InputError("data/negatives/tuples.parquet has no tuples of split test; give more captioned images")
    captions, shown = captions[captions["split"] == "test"], triples[triples["split"] == "test"]
    image_ids = pd.Index(sorted({*captions["image_id"], *(i for row in table["images"] for i in row)}))
    tuple_texts = {text for part in (table, train) for row in part["texts"] for text in row}
    prompts = noun_prompts(sorted({*shown["subject"], *shown["object"]}))
    texts = pd.Index(sorted({*tuple_texts, *captions["caption"], *prompts}))

    model, transform, tokenizer = load_checkpoint(f"data/train/{method}/checkpoint", best_device())
    seen = image_ids, encode_images(model, transform, read_images(image_ids))
    both = *seen, texts, encode_texts(model, tokenizer, list(texts))
    table = table.join(answer(table, *both))
    encoders, folders = (model, transform, tokenizer), params["evaluate"].get("benchmarks", {})
    benchmarks, missing = run_benchmarks(encoders, folders, resamples, seed)
    accuracy = accuracies(table, resamples, seed)
    tables = {
        "tuples": table,
        "accuracy": accuracy,
        "macro": macro_accuracies(table, resamples, seed),
        "verbs": verb_accuracies(table, resamples, seed),
        "confusions": confusions(table),
        "benchmarks": benchmarks,
    }
    summary = {
        "accuracy": headline(accuracy),
        "controls": percents(controls(table, train, *both, seed)),
        "retention": percents(retention(captions, shown, *both)),
        "probe": percents(probe(shown, *seen, seed)),
        "benchmarks": missing,
    }
    write(method, tables, summary)


if __name__ == "__main__":
    run_stage(main)
