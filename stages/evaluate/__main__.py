"""python -m stages.evaluate METHOD: data/evaluate/METHOD from that method's checkpoint, test split."""

import sys

import numpy as np
import open_clip
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stages.common.clip import best_device, encode_images, encode_texts, load_checkpoint, read_config
from stages.common.errors import InputError, run_stage
from stages.common.files import write_beside, write_json
from stages.common.params import load_params
from stages.common.tables import SCHEMAS as INPUTS
from stages.common.tables import features_schema, read_table, write_table
from stages.evaluate.instances import nouns_shown, read_categories
from stages.evaluate.interpolation import interpolations
from stages.evaluate.measures import (
    caption_recalls,
    controls,
    naming_accuracy,
    noun_prompts,
    overall,
    percents,
    probe,
    unique_items,
)
from stages.evaluate.relation import answer, questions
from stages.evaluate.run_benchmarks import run_benchmarks
from stages.evaluate.schemas import SCHEMAS
from stages.evaluate.summarise import headline, summarise

BASE = "data/train/base/checkpoint"


def read_split() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The questions of the test and of the training split; captions and triples of the test split."""
    triples = read_table("data/triples/triples.parquet", INPUTS["triples"]).to_pandas()
    tuples = read_table("data/negatives/tuples.parquet", INPUTS["tuples"]).to_pandas()
    captions = read_table("data/captions/captions.parquet", INPUTS["captions"]).to_pandas()
    test, train = (questions(tuples[tuples["split"] == split], triples) for split in ("test", "train"))
    if test.empty:
        path = "data/negatives/tuples.parquet"
        raise InputError(f"{path} has no tuples of split test; give more captioned images")
    return test, train, captions[captions["split"] == "test"], triples[triples["split"] == "test"]


def read_images(wanted: pd.Index) -> list[bytes]:
    """The JPEGs of `wanted` image ids in that order."""
    stored = read_table("data/captions/images.parquet", INPUTS["images"], ["image_id", "jpeg"])
    found = stored.filter(pc.is_in(stored["image_id"], pa.array(wanted, pa.int64())))
    jpegs = dict(zip(found["image_id"].to_pylist(), found["jpeg"].to_pylist()))
    if missing := sorted(set(wanted) - jpegs.keys()):
        raise InputError(f"data/captions/images.parquet lacks image_id {missing[0]}; run `dvc repro`")
    return [jpegs[image] for image in wanted]


def read_features(wanted: pd.Index) -> np.ndarray:
    """Base's embeddings (N, D) of `wanted` image ids in that order, as stage features stored them."""
    path, dim = "data/features/images.parquet", read_config(BASE)["model_cfg"]["embed_dim"]
    stored = read_table(path, features_schema(dim))
    positions = pd.Index(stored["id"].to_numpy()).get_indexer(wanted)
    if (positions < 0).any():
        raise InputError(f"{path} lacks id {wanted[positions < 0][0]}; run `dvc repro`")
    flat = stored["embedding"].combine_chunks().flatten().to_numpy()  # (I * D,)
    return flat.reshape(-1, dim)[positions].astype(np.float32)  # (N, D)


def write(method: str, tables: dict[str, pd.DataFrame], summary: dict) -> None:
    """data/evaluate/METHOD: a Parquet file a table and summary.json, whole or not at all."""
    with write_beside(f"data/evaluate/{method}") as folder:
        for name, frame in tables.items():
            rows = pa.Table.from_pandas(frame[SCHEMAS[name].names], SCHEMAS[name], preserve_index=False)
            write_table(folder / f"{name}.parquet", rows, SCHEMAS[name])
        write_json(folder / "summary.json", summary)


def between(
    method: str, encoders: tuple, alphas: list[float], test: pd.DataFrame, captions: pd.DataFrame
) -> pd.DataFrame:
    """Relations against retention of the weights between base and the method; no rows for base itself."""
    if method == "base" or not alphas:
        return pd.DataFrame(columns=SCHEMAS["interpolation"].names)
    tuned, transform, tokenizer = encoders
    image_ids, texts = unique_items(test, captions)
    jpegs = read_images(image_ids)

    def measure(model: open_clip.CLIP) -> dict[str, float]:
        images = encode_images(model, transform, jpegs)  # (I, D)
        both = image_ids, images, texts, encode_texts(model, tokenizer, list(texts))
        table = test.join(answer(test, *both))
        return overall(table, caption_recalls(captions, *both))

    return interpolations(load_checkpoint(BASE, best_device())[0], tuned, alphas, measure)


def main() -> None:
    if len(sys.argv) != 2:
        raise InputError("name one method: python -m stages.evaluate base")
    method, params = sys.argv[1], load_params()
    options, sampling = params["evaluate"], (params["evaluate"]["resamples"], params["seed"])
    test, train, captions, triples = read_split()
    image_ids, asked = unique_items(test, captions)
    namings = {"noun_accuracy": nouns_shown(triples)}
    if options["instances"]:
        namings["category_accuracy"] = read_categories(options["instances"], image_ids)
    prompts = {prompt for names, _ in namings.values() for prompt in noun_prompts(names)}
    texts = asked.union([*train["texts"].explode().unique(), *prompts])

    encoders = load_checkpoint(f"data/train/{method}/checkpoint", best_device())
    model, transform, tokenizer = encoders
    if method == "base":  # stage features has encoded its images
        images = read_features(image_ids)
    else:
        images = encode_images(model, transform, read_images(image_ids))
    both = image_ids, images, texts, encode_texts(model, tokenizer, list(texts))
    table, recalls = test.join(answer(test, *both)), caption_recalls(captions, *both)
    benchmarks, answered = run_benchmarks(encoders, options["benchmarks"], *sampling)
    tables = summarise(table, *sampling) | {
        "benchmarks": benchmarks,
        "interpolation": between(method, encoders, options["alphas"], test, captions),
    }
    named = {name: naming_accuracy(naming, *both) for name, naming in namings.items()}
    summary = {
        "overall": percents(overall(table, recalls), 2),
        "accuracy": headline(tables["accuracy"]),
        "controls": percents(controls(table, train, *both, params["seed"])),
        "retention": percents(recalls | named),
        "probe": percents(probe(triples, image_ids, images, params["seed"])),
        "benchmarks": answered,
    }
    write(method, tables, summary)


if __name__ == "__main__":
    run_stage(main)
