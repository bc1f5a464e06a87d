"""The model card: where a model comes from, and the accuracies that were measured."""

from pathlib import Path

import jinja2
import pandas as pd

from stages.base.options import BaseOptions
from stages.common.clip.pretrained import FOLDER
from stages.common.files.params import Name, checked
from stages.common.files.tables import read_table
from stages.evaluate.schemas import MEASURE_ROWS
from stages.rival.options import RivalOptions
from stages.train.options import TrainOptions

TEMPLATE = Path(__file__).with_name("card.md")


def origin_of(name: str, params: dict) -> tuple[str, str, dict[str, object]]:
    """What a model is, in a sentence, its licence, and how it was made, from the parameters."""
    rivals = checked(params, "rivals", dict[Name, RivalOptions])
    if name in rivals:
        rival = rivals[name]
        return "A published CLIP as it is.", "other", {"Model": rival.model, "Weights": rival.pretrained}
    base = checked(params, "base", BaseOptions)
    folder = base.model.removeprefix(FOLDER) if base.model.startswith(FOLDER) else ""
    weights = base.pretrained or folder or "random"
    licence = "mit" if weights == "random" else licence_of(Path(folder)) if folder else "other"
    details: dict[str, object] = {"Base model": base.model, "Base weights": weights}
    if base.epochs:
        details["Base training on captions"] = base.model_dump(exclude={"model", "pretrained", "files"})
    if name == "base":
        return "The CLIP from which the methods of DRIVE start.", licence, details
    train = checked(params, "train", TrainOptions)
    details["Method"] = train.methods[name].model_dump(exclude_unset=True)
    details["Parameters"] = train.shared(name).model_dump()
    text = f"A CLIP fine-tuned by the method `{name}` of DRIVE on tuples of an anchor and its hard negatives."
    return text, licence, details


def licence_of(folder: Path) -> str:
    """The licence in the card of a model folder; "other" without one."""
    path = folder / "README.md"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("license: ")), "other")


def accuracies(path: Path) -> dict[str, object]:
    """What the card says about accuracy, from a model's table of measures; empty without one."""
    if not path.is_file():
        return {}
    rows = read_table(path, MEASURE_ROWS).to_pandas()
    whole = rows[(rows["measure"] == "relation") & (rows["slice"] == "all")]
    cells = {
        (r.set, r.direction): f"{100 * r.value:.1f} [{100 * r.low:.1f}, {100 * r.high:.1f}]" for r in whole.itertuples()
    }
    recall = rows[(rows["measure"] == "retrieval") & (rows["slice"] == "recall@1")]
    both = [f"{100 * row.value:.1f} {row.direction}" for row in recall.itertuples()]
    return {
        "accuracy": [(name, *(cells.get((name, way), "") for way in ("i2t", "t2i"))) for name in whole["set"].unique()],
        "images": int(recall.loc[recall["direction"] == "i2t", "count"].iloc[0]),
        "chance": ", ".join(
            f"{100 * level:.0f}" for level in sorted(whole.query("direction == 'i2t'")["chance"].unique())
        ),
        "recall": ", ".join(both),
    }


def card(name: str, params: dict, measures: Path, calibration: dict, statements: pd.DataFrame) -> str:
    """The card as Markdown, with the YAML header that hubs read."""
    origin, licence, details = origin_of(name, params)
    content = {"accuracy": [], "images": 0, "chance": "", "recall": ""} | accuracies(measures)
    content |= {"name": name, "origin": origin, "licence": licence, "details": details}
    content |= {"calibration": calibration, "statements": f"{len(statements):,}"}
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(content)
