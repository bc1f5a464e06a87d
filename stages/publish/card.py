"""The model card: where a model comes from, and the accuracies that were measured."""

from pathlib import Path

import jinja2

from stages.base.options import BaseOptions
from stages.common.clip.pretrained import FOLDER
from stages.common.files.errors import InputError
from stages.common.files.params import Name, checked
from stages.common.files.tables import read_table
from stages.evaluate.schemas import MEASURE_ROWS
from stages.rival.options import RivalOptions
from stages.train.options import TrainOptions

TEMPLATE = Path(__file__).with_name("card.md")


def card(name: str, params: dict, measures: Path, calibration: dict, statements: int) -> str:
    """The card of a model as Markdown, with the YAML header that hubs read.

    `measures` is the model's table of measures, which may be missing; `statements` is their number. InputError for a
    model that the parameters do not have.
    """
    content = {"name": name, "calibration": calibration, "statements": statements}
    content |= origin(name, params) | accuracies(measures)
    text = TEMPLATE.read_text(encoding="utf-8")
    return jinja2.Template(text, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True).render(content)


def origin(name: str, params: dict) -> dict:
    """The kind of a model (base, rival or method), its licence, and how it was made, from the parameters."""
    base, train = checked(params, "base", BaseOptions), checked(params, "train", TrainOptions)
    rivals = checked(params, "rivals", dict[Name, RivalOptions])
    kind = "rival" if name in rivals else "base" if name == "base" else "method"
    start = rivals.get(name, base)
    details: dict = {"Start": start.model, "Weights": start.pretrained or "random"}
    if kind != "rival" and base.epochs:
        details["Training on captions"] = base.model_dump(exclude={"model", "pretrained", "files"})
    if kind == "method":
        if name not in train.methods:
            raise InputError(f"params.yaml has no method or rival {name!r}, so that its card cannot be written; add it")
        details["Method"] = train.methods[name].model_dump(exclude_unset=True)
        details["Parameters"] = train.shared(name).model_dump()
    return {"kind": kind, "licence": licence_of(start.model, start.pretrained), "details": details}


def licence_of(model: str, pretrained: str) -> str:
    """The licence of the weights that a model starts from: the project's own for random ones, a folder's by its card.

    "other" where it is not known.
    """
    if not model.startswith(FOLDER):
        return "other" if pretrained else "mit"
    path = Path(model.removeprefix(FOLDER)) / "README.md"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("license: ")), "other")


def accuracies(path: Path) -> dict:
    """From a table of measures: accuracies with interval, and chance, by set; recall@1 of captions by direction."""
    if not path.is_file():
        return {"accuracy": {}, "recall": {}, "images": 0}
    rows = read_table(path, MEASURE_ROWS).to_pandas()
    accuracy: dict[str, dict[str, str]] = {}
    for row in rows[(rows["measure"] == "relation") & (rows["slice"] == "all")].itertuples():
        cells = accuracy.setdefault(row.set, {"i2t": "", "t2i": "", "chance": f"{100 * row.chance:.0f}"})
        cells[row.direction] = f"{100 * row.value:.1f} [{100 * row.low:.1f}, {100 * row.high:.1f}]"
    recall = rows[(rows["measure"] == "retrieval") & (rows["slice"] == "recall@1")].set_index("direction")
    shares = {way: f"{100 * value:.1f}" for way, value in recall["value"].items()}
    return {"accuracy": accuracy, "recall": shares, "images": recall["count"]["i2t"]}
