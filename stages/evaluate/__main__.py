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
from stages.evaluate.relation import answer, questions
from stages.evaluate.schemas import SCHEMAS
from stages.evaluate.summarise import accuracies, confusions, headline, macro_accuracies, verb_accuracies


def main() -> None:
    if len(sys.argv) != 2:
        raise InputError("name one method: python -m stages.evaluate base")
    method, params = sys.argv[1], load_params()
    resamples, seed = params["evaluate"]["resamples"], params["seed"]
    tuples = read_table("data/negatives/tuples.parquet", INPUTS["tuples"]).to_pandas()
    triples = read_table("data/triples/triples.parquet", INPUTS["triples"]).to_pandas()
    table = questions(tuples[tuples["split"] == "test"], triples)

    checkpoint = "data/base/checkpoint" if method == "base" else f"data/train/{method}/checkpoint"
    model, transform, tokenizer = load_checkpoint(checkpoint, best_device())
    wanted = pd.Index(sorted({image for row in table["images"] for image in row}))
    stored = read_table("data/captions/images.parquet", INPUTS["images"], ["image_id", "jpeg"])
    stored = stored.filter(pc.is_in(stored["image_id"], pa.array(wanted))).sort_by("image_id")
    if missing := sorted(set(wanted) - set(stored["image_id"].to_pylist())):
        raise InputError(f"data/captions/images.parquet lacks image_id {missing[0]}; run `dvc repro`")
    texts = pd.Index(sorted({text for row in table["texts"] for text in row}))
    images = encode_images(model, transform, stored["jpeg"].to_pylist())  # (I, D)
    table = table.join(answer(table, wanted, images, texts, encode_texts(model, tokenizer, list(texts))))

    accuracy = accuracies(table, resamples, seed)
    written = {
        "tuples": table,
        "accuracy": accuracy,
        "macro": macro_accuracies(table, resamples, seed),
        "verbs": verb_accuracies(table, resamples, seed),
        "confusions": confusions(table),
    }
    with write_beside(f"data/evaluate/{method}") as folder:
        for name, frame in written.items():
            rows = pa.Table.from_pandas(frame[SCHEMAS[name].names], SCHEMAS[name], preserve_index=False)
            write_table(folder / f"{name}.parquet", rows, SCHEMAS[name])
        write_json(folder / "summary.json", headline(accuracy))


if __name__ == "__main__":
    run_stage(main)
