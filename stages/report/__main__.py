"""python -m stages.report: what evaluations, trainings and negatives wrote -> metrics/, numbers, charts and a page."""

import shutil
from pathlib import Path

from stages.common.files.errors import InputError, run_stage
from stages.common.files.params import Name, read_block, read_seed
from stages.common.files.storage import read_json, write_beside, write_json
from stages.common.files.tables import REBUILD_HINT, read_jpegs
from stages.evaluate.options import EvaluateOptions
from stages.evaluate.schemas import EVALUATED
from stages.report import collect
from stages.report.compare import differences
from stages.report.content import figures, finding, gallery_rows, lacking, sections, tiles
from stages.report.names import BASE, best_model, colours, evaluated
from stages.report.page import gallery_cards, render
from stages.rival.options import RivalOptions

DATA, METRICS, TUPLES = Path("data"), Path("metrics"), "data/negatives/tuples.parquet"


def read_tables(models: list[str], negatives: collect.NegativesSummary) -> dict:
    """Every table of the report, by name."""
    measures, answers = collect.read_measures(models, read_block("benchmarks", dict)), collect.read_answers(models)
    differs = {name: numbers["differs"] for name, numbers in negatives["sets"].items()}
    if strange := set(measures.loc[measures["measure"] == "relation", "set"]) - differs.keys():
        raise InputError(f"data/negatives/summary.json does not know the set {min(strange)!r}; run `dvc repro`")
    scores = collect.trade(measures, differs)
    return {
        "measures": measures,
        "answers": answers,
        "differs": differs,
        "scores": scores,
        "interpolation": collect.interpolation_points(measures, scores, BASE),
        "differences": differences(answers, read_block("evaluate", EvaluateOptions).resamples, read_seed()),
        "history": collect.read_history(DATA / "models", models),
        "relations": collect.read_relations(DATA / "triples/summary.json"),
        "anchors": collect.read_tuples(TUPLES),
    }


def gallery(tables: dict, best: str, hard: list[str]) -> list[tuple[str, list[dict]]]:
    """The cards of gains and losses with their headings."""
    chosen = gallery_rows(tables["answers"], best, hard)
    members = collect.read_members(TUPLES, [key for _, rows in chosen for key in rows["tuple_id"]])
    images = sorted(set(members["image_id"].dropna().astype(int)))
    jpegs = dict(zip(images, read_jpegs(images)))
    return [(title, gallery_cards(rows, members, jpegs, best)) for title, rows in chosen]


def page_content(tables: dict, negatives: dict, drawn: dict[str, str], best: str, hard: list[str]) -> dict:
    """What the template names, except for the gallery and the colours."""
    answered = tables["answers"][best]
    images = answered["image_id"].nunique()
    return {
        "tuples": f"{len(answered):,}",
        "images": f"{images:,}",
        "models": list(tables["answers"]),
        "finding": finding(tables, best, hard),
        "notes": lacking(tables, hard, images),
        "tiles": tiles(tables, hard),
        "sections": sections(tables, negatives, drawn, best, hard),
        "hard": [name for name in answered["set"].unique() if name in hard],
    }


def write_metrics(tables: dict, hard: list[str], drawn: dict[str, str], page: str) -> None:
    """The committed numbers, the details as csv, the charts, and the page."""
    with write_beside(METRICS / "results") as folder:
        for name, numbers in collect.results(tables["measures"], hard).items():
            write_json(folder / f"{name}.json", numbers)
    for stage in ("triples", "negatives"):
        with write_beside(METRICS / f"{stage}.json") as beside:
            shutil.copyfile(DATA / stage / "summary.json", beside)
    with write_beside(METRICS / "details") as folder:
        folder.mkdir()
        collect.labelled(tables["measures"]).to_csv(folder / "accuracy.csv", index=False)
        for name in ("measures", "differences", "history", "relations"):
            tables[name].round(5).to_csv(folder / f"{name}.csv", index=False)
    files = {"report": {"index.html": page}, "figures": {f"{name}.svg": chart for name, chart in drawn.items()}}
    for kind, contents in files.items():
        with write_beside(METRICS / kind) as folder:
            folder.mkdir()
            for name, content in contents.items():
                (folder / name).write_text(content, encoding="utf-8")


def main(arguments: list[str]) -> None:
    methods, rivals = read_block("train", dict)["methods"], read_block("rivals", dict[Name, RivalOptions])
    models = evaluated(EVALUATED, methods, rivals)
    negatives = read_json(DATA / "negatives/summary.json", collect.NegativesSummary, REBUILD_HINT)
    tables = read_tables(models, negatives)
    hard = [name for name, differs in tables["differs"].items() if differs]
    scores = tables["scores"].set_index("model")
    best = best_model(dict(scores["relation" if "relation" in scores else "retention"]), methods)
    shades = colours(models, {name: method["loss"] for name, method in methods.items()}, tables["differs"])
    drawn = figures(tables, best, shades)
    content = page_content(tables, negatives, drawn, best, hard)
    content |= {"gallery": gallery(tables, best, hard), "colours": shades}
    write_metrics(tables, hard, drawn, render(content))


if __name__ == "__main__":
    run_stage(main)
