"""python -m stages.answer MODEL-BENCHMARK: a model on a benchmark -> data/evaluate/MODEL-BENCHMARK."""

import numpy as np
import pandas as pd
from typing_extensions import TypedDict

from stages.answer.score import question_cosines, score
from stages.benchmark.options import Benchmarks
from stages.benchmark.published import BENCHMARKS
from stages.benchmark.schemas import PICTURES, QUESTIONS
from stages.common.clip.checkpoint import MODELS, load_checkpoint
from stages.common.clip.embed import Clip, best_device, encode_images, text_table
from stages.common.clip.embedding_table import snap_to_grid
from stages.common.files.errors import run_stage
from stages.common.files.params import read_block, read_seed, target_name
from stages.common.files.storage import read_json, write_beside
from stages.common.files.tables import REBUILD_HINT, read_part, read_table, table_files
from stages.common.run import RunOptions
from stages.evaluate.options import EvaluateOptions
from stages.evaluate.schemas import EVALUATED, MEASURE_ROWS, write_frame

Counts = TypedDict("Counts", {"questions": int, "answerable": int})  # as stage benchmark counted them


def embed_pictures(clip: Clip, path: str) -> np.ndarray:
    """The exact embeddings (P, D) of a table of pictures, by picture_id, with one part in memory at a time."""
    parts = (read_part(file, PICTURES)["content"].to_pylist() for file in table_files(path))
    return np.concatenate([snap_to_grid(encode_images(clip, contents)) for contents in parts])


def main(arguments: list[str]) -> None:
    models = sorted(path.name for path in MODELS.glob("[a-z]*"))
    known = [f"{model}-{name}" for model in models for name in read_block("benchmarks", Benchmarks)]
    target = target_name(arguments, known, "pairs MODEL-BENCHMARK")
    model, _, name = target.partition("-")
    folder = f"data/benchmarks/{name}"
    questions = read_table(f"{folder}/questions.parquet", QUESTIONS).to_pandas()
    counts = read_json(f"{folder}/summary.json", Counts, REBUILD_HINT)
    clip = load_checkpoint(MODELS / model, best_device(read_block("run", RunOptions).device))
    options, image_rows = np.stack(questions["texts"]), np.stack(questions["pictures"])  # (N, T), (N, I)
    texts = text_table(clip, sorted(set(options.ravel())))
    images = embed_pictures(clip, f"{folder}/pictures")  # (P, D)
    cosines = question_cosines(images, texts.embeddings, image_rows, texts.rows(options))  # (N, I, T)
    draws = read_block("evaluate", EvaluateOptions).resamples, read_seed()
    rows = score(name, BENCHMARKS[name], questions, cosines, draws)
    share = counts["answerable"] / counts["questions"]
    coverage = {"measure": "coverage", "set": name, "direction": "both", "slice": "questions with their images"}
    coverage |= {"value": share, "count": counts["questions"]}
    with write_beside(EVALUATED / target) as out:
        write_frame(out / "measures.parquet", pd.concat([rows, pd.DataFrame([coverage])]), MEASURE_ROWS)


if __name__ == "__main__":
    run_stage(main)
