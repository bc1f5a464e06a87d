"""python -m stages.report: data/*/summary.json, data/evaluate and the histories in data/models -> metrics/."""

import shutil
from pathlib import Path

import pandas as pd

from stages.common.files.errors import InputError, run_stage
from stages.common.files.storage import write_beside, write_json
from stages.common.files.params import Name, read_block, read_seed
from stages.common.files.tables import read_jpegs
from stages.evaluate.options import EvaluateOptions
from stages.evaluate.schemas import Evaluation
from stages.report import collect
from stages.report.compare import differences
from stages.report.content import figures, finding, gallery_rows, lacking, sections, tiles
from stages.report.names import BASE, best_model, colours, evaluated
from stages.report.page import gallery_cards, render
from stages.rival.options import RivalOptions

DATA, EVALUATED, METRICS = Path("data"), Path("data/evaluate"), Path("metrics")
DETAILS = "history relations verbs confusions differences macro held_out scores interpolation benchmarks".split()
DETAILS += ["inference", "reliability"]


def gallery_jpegs(shown: list[tuple[str, pd.DataFrame]]) -> dict[int, bytes]:
    """The JPEGs of the gallery: of each tuple the anchor and its first negative."""
    wanted = sorted({image for _, rows in shown for row in rows["images"] for image in row[:2]})
    return dict(zip(wanted, read_jpegs(wanted)))


def read_tables(models: list[str], resamples: int, seed: int) -> tuple[dict, dict]:
    """Every table of the report by name, and the summaries of the evaluations and of the negatives."""
    names = ("accuracy", "macro", "verbs", "confusions", "tuples", "interpolation", "inference", "reliability")
    tables = {name: collect.read_models(EVALUATED, models, name) for name in names}
    summaries = {model: collect.read_summary(EVALUATED / model / "summary.json", Evaluation) for model in models}
    benchmarks, answered_of = collect.read_benchmarks(EVALUATED / "_benchmarks", read_block("benchmarks", dict), models)
    negatives = collect.read_summary(DATA / "negatives/summary.json", collect.Negatives)
    if strange := set(tables["accuracy"]["set"]) - negatives["sets"].keys():
        raise InputError(f"data/negatives/summary.json does not know the set {min(strange)!r}; run `dvc repro`")
    answered = dict(tuple(tables["tuples"].groupby("model", sort=False)))
    scores = collect.score_table(summaries)
    tables |= {
        "whole": tables["accuracy"][tables["accuracy"]["slice"] == "all"],
        "benchmarks": benchmarks,
        "held_out": collect.held_out(tables["accuracy"]),
        "history": collect.read_history(DATA / "models", models),
        "scores": scores,
        "interpolation": collect.with_ends(tables["interpolation"], scores, BASE),
        "differences": differences(answered, resamples, seed),
        "relations": collect.read_relations(DATA / "triples/summary.json"),
        "anchors": collect.read_anchors(DATA),
        "sets": {name: numbers["differs"] for name, numbers in negatives["sets"].items()},
    }
    return tables, {"models": summaries, "negatives": negatives, "benchmarks": answered_of}


def page_content(tables: dict, summaries: dict, drawn: dict[str, str], best: str, hard: list[str]) -> dict:
    """What the template names, but the gallery and the colours."""
    answered = tables["tuples"][tables["tuples"]["model"] == best]
    images = answered["image_id"].nunique()
    return {
        "tuples": f"{len(answered):,}",
        "images": f"{images:,}",
        "models": list(summaries["models"]),
        "finding": finding(tables, best, hard),
        "notes": lacking(tables, hard, images),
        "tiles": tiles(tables, hard),
        "sections": sections(tables, summaries, drawn, best, hard),
        "hard": [name for name in tables["whole"]["set"].unique() if name in hard],
    }


def write_metrics(tables: dict, summaries: dict, hard: list[str], drawn: dict[str, str], text: str) -> None:
    """The committed numbers, the details as csv, the charts, and the page."""
    with write_beside(METRICS / "results") as folder:
        for name, numbers in collect.results(tables, hard).items():
            write_json(folder / f"{name}.json", numbers)
    controls = {model: summary["controls"] for model, summary in summaries["models"].items()}
    write_json(METRICS / "controls.json", controls)
    for stage in ("triples", "negatives"):
        with write_beside(METRICS / f"{stage}.json") as beside:
            shutil.copyfile(DATA / stage / "summary.json", beside)
    with write_beside(METRICS / "details") as folder:
        folder.mkdir()
        collect.labelled(tables["whole"]).to_csv(folder / "accuracy.csv", index=False)
        for name in DETAILS:
            tables[name].round(5).to_csv(folder / f"{name}.csv", index=False)
        tables["accuracy"].round(5).to_csv(folder / "slices.csv", index=False)
    files = {"report": {"index.html": text}, "figures": {f"{name}.svg": chart for name, chart in drawn.items()}}
    for kind, contents in files.items():
        with write_beside(METRICS / kind) as folder:
            folder.mkdir()
            for name, content in contents.items():
                (folder / name).write_text(content, encoding="utf-8")


def main() -> None:
    methods, rivals = read_block("train", dict)["methods"], read_block("rivals", dict[Name, RivalOptions])
    models = evaluated(EVALUATED, methods, rivals)
    tables, summaries = read_tables(models, read_block("evaluate", EvaluateOptions).resamples, read_seed())
    hard = [name for name, differs in tables["sets"].items() if differs]
    scores = tables["scores"].set_index("model")
    best = best_model(dict(scores["relation" if "relation" in scores else "retention"]), methods)
    shades = colours(tables["sets"]) | colours(models)
    drawn = figures(tables, best, shades)
    chosen = gallery_rows(tables["tuples"], best, hard)
    jpegs = gallery_jpegs(chosen)
    gallery = [(title, gallery_cards(rows, jpegs, best)) for title, rows in chosen]
    content = page_content(tables, summaries, drawn, best, hard) | {"gallery": gallery, "colours": shades}
    write_metrics(tables, summaries, hard, drawn, render(content))


if __name__ == "__main__":
    run_stage(main)
