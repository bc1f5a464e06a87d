"""Figures on real photographs (docs/photographs.md): python -m tools.photographs FOLDER [METHOD ...].

In the project's root, after `python -m tools.preset flickr8k flickr8k_towers && dvc repro negatives benchmark`: trains
base and from it each METHOD (all of the parameters where none is given) with three seeds on the tuples of
data/negatives, and asks each model the test split's questions, the retrieval of whole captions and the benchmarks.
Prints a column a model: the mean over seeds, and half the 95% bootstrap interval over images of that mean. FOLDER keeps
what is finished.
"""

import argparse
import contextlib
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from stages.answer.__main__ import embed_pictures
from stages.answer.score import question_cosines
from stages.base.__main__ import main as base
from stages.benchmark.published import BENCHMARKS
from stages.benchmark.schemas import QUESTIONS
from stages.common.clip.checkpoint import MODELS, load_checkpoint
from stages.common.clip.embed import Clip, text_table
from stages.common.files.errors import run_stage
from stages.common.files.params import load_params
from stages.common.files.tables import read_table
from stages.evaluate.bootstrap import means
from stages.evaluate.inputs import Inputs, read_inputs
from stages.evaluate.measure import Evaluated
from stages.evaluate.measures.retrieval import RANKS, best_match_ranks
from stages.evaluate.model import evaluate
from stages.train.__main__ import main as train
from tools.project_folder import make_project

INPUTS = ("captions", "triples", "negatives", "benchmarks")
SEEDS = (0, 1, 2)
DRAWS = 2000, 0  # resamples of the bootstrap, and its seed


def outcomes(measure: str, images, values) -> pd.DataFrame:
    """1 or 0 for each question of one measure, and the image by which the bootstrap draws it."""
    return pd.DataFrame({"measure": measure, "image": np.asarray(images, str), "value": np.asarray(values, float)})


def caption_outcomes(inputs: Inputs, model: Evaluated) -> list[pd.DataFrame]:
    """The outcomes of the test split's tuples, by set and direction, and of recall@1, 5 and 10."""
    found = [
        outcomes(f"{name} {way}", part["image_id"], part[way])
        for name, part in model.answers.groupby("set", sort=False)
        for way in ("i2t", "t2i")
    ]
    owner = inputs.captions["image_id"].to_numpy()  # (T,)
    owners = np.unique(owner)  # (I,)
    images, texts = model.images.of(owners), model.texts.of(inputs.captions["caption"])  # (I, D), (T, D)
    ranks = {"i2t": (owners, best_match_ranks(images, texts, lambda some: owners[some, None] == owner))}
    ranks["t2i"] = owner, best_match_ranks(texts, images, lambda some: owner[some, None] == owners)
    return found + [outcomes(f"recall@{k} {way}", who, r <= k) for way, (who, r) in ranks.items() for k in RANKS]


def benchmark_outcomes(clip: Clip, name: str) -> list[pd.DataFrame]:
    """The outcomes of a published benchmark's questions, all and by category, for each score."""
    questions = read_table(f"data/benchmarks/{name}/questions.parquet", QUESTIONS).to_pandas()
    options, image_rows = np.stack(questions["texts"]), np.stack(questions["pictures"])  # (N, T), (N, I)
    texts = text_table(clip, sorted(set(options.ravel())))
    images = embed_pictures(clip, f"data/benchmarks/{name}/pictures")  # (P, D)
    scores = BENCHMARKS[name].scores(question_cosines(images, texts.embeddings, image_rows, texts.rows(options)))
    return [
        outcomes(f"{name} {category} {score}", image_rows[part.index, 0], right[part.index])
        for category, part in [("all", questions), *questions.groupby("category", sort=False)]
        for score, right in scores.items()
    ]


def ask(name: str, benchmarks: list[str]) -> pd.DataFrame:
    """All outcomes of the model data/models/NAME, in the same order for every model."""
    clip, inputs = load_checkpoint(MODELS / name), read_inputs()
    found = caption_outcomes(inputs, evaluate(clip, inputs))
    return pd.concat(found + [part for one in benchmarks for part in benchmark_outcomes(clip, one)])


def run(folder: Path, name: str, seed: int) -> pd.DataFrame:
    """The outcomes of base, or of a method that is trained from base, in `folder`, which keeps them."""
    if not (kept := folder / f"{name}.parquet").is_file():
        params = load_params() | {"seed": seed}
        make_project(folder, Path.cwd(), INPUTS, params)
        with contextlib.chdir(folder):
            base([]) if name == "base" else train([name])
            ask(name, list(params["benchmarks"])).to_parquet(kept)
    return pd.read_parquet(kept)


def cells(seeds: list[pd.DataFrame]) -> dict[str, str]:
    """Percent right by measure: the mean over seeds, and half the width of its interval over images."""
    table, found = seeds[0].assign(value=np.mean([outcome["value"] for outcome in seeds], axis=0)), {}
    for measure, part in table.groupby("measure", sort=False):
        for row in means({("", "", measure): part["value"].to_numpy()}, part["image"], DRAWS).itertuples():
            found[measure] = f"{100 * row.value:.1f} ± {50 * (row.high - row.low):.1f}"
    return found


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("methods", nargs="*", default=list(load_params()["train"]["methods"]))
    args, table = parser.parse_args(arguments), {}
    for name in tqdm(["base", *args.methods], desc="models"):
        table[name] = cells([run(args.folder.absolute() / str(seed), name, seed) for seed in SEEDS])
    print(pd.DataFrame(table).to_markdown())


if __name__ == "__main__":
    run_stage(main)
