"""The table "On real photographs": python -m tools.photographs FOLDER [ROW ...], in the project's root.

After `python -m tools.preset flickr8k flickr8k_towers && dvc repro negatives`: trains base and, from it, each ROW (all
where none is given) with three seeds on the tuples of data/negatives, and asks each model the test split's questions,
the retrieval of whole captions and the benchmarks of params.yaml. Prints a column a model: the mean over seeds, and
half the 95% bootstrap interval over images of that mean. FOLDER keeps what is finished. With backbones held still, what
they make of a photograph or a text is computed once for all models.
"""

import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from tqdm import tqdm

from stages.base.__main__ import main as base
from stages.benchmark.pictures import locate, picture_bytes, unique_pictures
from stages.benchmark.published import BENCHMARKS
from stages.benchmark.score import cosines
from stages.common.clip.frozen_tower import hold_backbones
from stages.common.clip.embed import MODELS, encode_images, encode_texts, load_checkpoint
from stages.common.files.params import load_params
from stages.common.files.tables import read_jpegs
from stages.evaluate.__main__ import read_inputs
from stages.evaluate.bootstrap import mean_intervals
from stages.evaluate.controls import guesses, prior_scores
from stages.evaluate.exact import Items, embed
from stages.evaluate.relation import answer, unique_items
from stages.evaluate.retention import RANKS, best_match_ranks
from stages.train.__main__ import main as train
from tools.trial import call, inside

INPUTS = ("captions", "triples", "negatives")
Encoders = tuple[Callable[..., np.ndarray], Callable[..., np.ndarray]]
SEEDS = (0, 1, 2)
RESAMPLES = 2000
WITHOUT = ", no swapped texts"  # a row's mark: the method trained without tuples whose negative is a text alone
ROWS = [name + mark for mark in ("", WITHOUT) for name in ("clip", "negclip", "drive", "ours")]


def outcomes(measure: str, images, values) -> pd.DataFrame:
    """What came of one measure: 1 or 0 a question, and the image that the bootstrap draws it by."""
    return pd.DataFrame({"measure": measure, "image": np.asarray(images, str), "value": np.asarray(values, float)})


def encoders(name: str, frozen: bool) -> Encoders:
    """Of pictures' bytes and of texts, by the model data/models/NAME."""
    model, transform, tokenizer = load_checkpoint(MODELS / name)
    if not frozen:
        return partial(encode_images, model, transform), partial(encode_texts, model, tokenizer)
    held = hold_backbones(model, transform, "train.freeze")

    def of_pictures(pictures: list[bytes], batch_size: int) -> np.ndarray:
        with torch.inference_mode():
            return held.encode(held.see(pictures)).numpy()  # (N, D)

    return of_pictures, partial(encode_texts, model, tokenizer)


def asked_of_captions(of_pictures: Callable, of_texts: Callable) -> list[pd.DataFrame]:
    """Outcomes of the test split: its tuples by set and direction, and its captions among the first 1, 5 and 10."""
    inputs = read_inputs()
    test, captions = inputs.test, inputs.captions
    image_ids, texts = unique_items(test, captions)
    items = Items(image_ids, embed(of_pictures, read_jpegs(image_ids)), texts, embed(of_texts, texts))
    right, found = answer(test, items), []
    for name in test["set"].unique():
        mine = test["set"] == name
        found += [outcomes(f"{name} {way}", test.loc[mine, "image_id"], right.loc[mine, way]) for way in ("i2t", "t2i")]
    owners, owner = np.unique(captions["image_id"]), captions["image_id"].to_numpy()
    images, said = items.of_images(owners), items.of_texts(captions["caption"])  # (I, D), (T, D)
    ranks = {"i2t": (owners, best_match_ranks(images, said, owners, owner))}
    ranks["t2i"] = owner, best_match_ranks(said, images, owner, owners)
    return found + [outcomes(f"recall@{k} {way}", who, rank <= k) for way, (who, rank) in ranks.items() for k in RANKS]


@cache
def read_benchmark(name: str, files: str, images: str) -> tuple[pd.DataFrame, list, list[bytes]]:
    """The questions that have their images, all their pictures, and the bytes of these."""
    kept = locate(BENCHMARKS[name].read(Path(files)), Path(images), name)[0]
    pictures = unique_pictures(kept)
    return kept, pictures, [picture_bytes(Path(images) / path, box) for path, box in pictures]


def asked_of_benchmark(name: str, folders: dict, of_pictures: Callable, of_texts: Callable) -> list[pd.DataFrame]:
    """Outcomes of a published benchmark's questions that have their images, by category and score."""
    kept, pictures, contents = read_benchmark(name, **folders)
    texts = pd.Index(sorted({text for row in kept["texts"] for text in row}))
    shown, said = (pictures, embed(of_pictures, contents)), (texts, embed(of_texts, texts))
    scores, images = BENCHMARKS[name].outcomes(cosines(kept, shown, said)), kept["pictures"].str[0].str[0]
    return [
        outcomes(f"{name} {category} {score}", images[mine], right[mine])
        for category in kept["category"].unique()
        for mine in [(kept["category"] == category).to_numpy()]
        for score, right in scores.items()
    ]


def asked(name: str, params: dict) -> pd.DataFrame:
    """All outcomes of the model data/models/NAME, in an order that is every model's."""
    both = encoders(name, params["train"]["freeze"] == "backbones")
    benchmarks = [asked_of_benchmark(one, where, *both) for one, where in params["benchmarks"].items()]
    return pd.concat([*asked_of_captions(*both), *(part for parts in benchmarks for part in parts)])


def blind() -> pd.DataFrame:
    """Outcomes of a reader that sees no image and takes the text that is commonest in training."""
    inputs = read_inputs()
    test = inputs.test
    right = guesses(prior_scores(test["texts"].tolist(), inputs.said))
    return pd.concat(
        [outcomes(f"{name} i2t", part["image_id"], right[part.index]) for name, part in test.groupby("set")]
    )


def run(folder: Path, root: Path, row: str, seed: int) -> pd.DataFrame:
    """What one row's model of one seed answers, trained in `folder`, where base is."""
    kept = folder / f"{row}.parquet"
    if not kept.is_file():
        params, method = load_params(root / "params.yaml") | {"seed": seed}, row.removesuffix(WITHOUT)
        if row.endswith(WITHOUT):
            params["train"]["sets"]["swapped"] = 0.0
        with inside(folder, root, INPUTS, params):
            if method == "base":
                call(base)
            elif method != "blind":
                call(train, method)
            (blind() if method == "blind" else asked(method, params)).to_parquet(kept)
    return pd.read_parquet(kept)


def cells(row: str, seeds: list[pd.DataFrame]) -> pd.DataFrame:
    """Percent right by measure: the mean over seeds, and the half width of its interval over images."""
    table = seeds[0].assign(value=np.mean([found["value"] for found in seeds], axis=0))
    found = {}
    for measure, part in table.groupby("measure", sort=False):
        mean, low, high, count = mean_intervals(part[["value"]].to_numpy(), part["image"].to_numpy(), RESAMPLES, 0)
        found[measure] = f"{100 * mean[0]:.1f} ± {50 * (high[0] - low[0]):.1f}"
    return pd.DataFrame(found, [row])


def main(folder: str, *names: str) -> None:
    root, table = Path.cwd(), []
    for row in tqdm(["blind", "base", *(names or ROWS)], desc="rows"):
        seeds = [run(Path(folder).absolute() / str(seed), root, row, seed) for seed in SEEDS]
        table.append(cells(row, seeds))
    print(pd.concat(table).T.to_markdown())


if __name__ == "__main__":
    main(*sys.argv[1:])
