"""python -m stages.report: data/*/summary.json, data/evaluate and data/train -> metrics/."""

import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stages.common.errors import run_stage
from stages.common.files import write_beside, write_json
from stages.common.params import load_params
from stages.common.tables import SCHEMAS, read_table
from stages.report.collect import (
    labelled,
    read_anchors,
    read_history,
    read_methods,
    read_summary,
    results,
    retention_table,
    with_ends,
)
from stages.report.compare import best_method, differences
from stages.report.content import figures, gallery_rows, page_content
from stages.report.page import gallery_cards, render

DATA, METRICS = Path("data"), Path("metrics")
DETAILS = ("history", "verbs", "confusions", "differences", "macro", "retention")
DETAILS += ("interpolation", "benchmarks")


def read_jpegs(chosen: list[tuple[str, pd.DataFrame]]) -> dict[int, bytes]:
    """The JPEGs of the gallery: of each tuple the anchor and its first negative."""
    wanted = sorted({image for _, rows in chosen for row in rows["images"] for image in row[:2]})
    stored = read_table(DATA / "captions/images.parquet", SCHEMAS["images"], ["image_id", "jpeg"])
    stored = stored.filter(pc.is_in(stored["image_id"], pa.array(wanted, pa.int64())))
    return dict(zip(stored["image_id"].to_pylist(), stored["jpeg"].to_pylist()))


def read_tables(methods: list[str], resamples: int, seed: int) -> tuple[dict, dict]:
    """Every table of the report by name, and the summaries of the evaluations and of the negatives."""
    names = ("accuracy", "macro", "verbs", "confusions", "benchmarks", "tuples", "interpolation")
    tables = {name: read_methods(DATA, methods, name) for name in names}
    evaluated = {method: read_summary(DATA / "evaluate" / method / "summary.json") for method in methods}
    summaries = {"methods": evaluated, "negatives": read_summary(DATA / "negatives/summary.json")}
    by_method = dict(tuple(tables["tuples"].groupby("method")))
    retention = retention_table(evaluated)
    tables |= {
        "whole": tables["accuracy"][tables["accuracy"]["slice"] == "all"],
        "answered": by_method[methods[0]],
        "history": read_history(DATA, methods),
        "retention": retention,
        "interpolation": with_ends(tables["interpolation"], retention),
        "differences": differences(by_method, resamples, seed),
        "relations": read_summary(DATA / "triples/summary.json")["top_relations"],
        "anchors": read_anchors(DATA),
    }
    return tables, summaries


def write_metrics(tables: dict, summaries: dict, drawn: dict[str, str], page: str) -> None:
    """The committed numbers, the details as csv, the charts, and the page."""
    with write_beside(METRICS / "results") as folder:
        for name, numbers in results(tables["whole"], tables["retention"]).items():
            write_json(folder / f"{name}.json", numbers)
    controls = {method: summary["controls"] for method, summary in summaries["methods"].items()}
    write_json(METRICS / "controls.json", controls)
    for stage in ("triples", "negatives"):
        with write_beside(METRICS / f"{stage}.json") as beside:
            shutil.copyfile(DATA / stage / "summary.json", beside)
    with write_beside(METRICS / "details") as folder:
        folder.mkdir()
        labelled(tables["whole"]).to_csv(folder / "accuracy.csv", index=False)
        for name in DETAILS:
            tables[name].round(5).to_csv(folder / f"{name}.csv", index=False)
        tables["accuracy"].round(5).to_csv(folder / "slices.csv", index=False)
    with write_beside(METRICS / "figures") as folder:
        folder.mkdir()
        for name, chart in drawn.items():
            (folder / f"{name}.svg").write_text(chart, encoding="utf-8")
    with write_beside(METRICS / "report") as folder:
        folder.mkdir()
        (folder / "index.html").write_text(page, encoding="utf-8")


def main() -> None:
    params = load_params()
    methods, resamples = params["evaluate"]["methods"], params["evaluate"]["resamples"]
    tables, summaries = read_tables(methods, resamples, params["seed"])
    best = best_method(tables["retention"])
    drawn = figures(tables, best)
    chosen = gallery_rows(dict(tuple(tables["tuples"].groupby("method"))), best)
    jpegs = read_jpegs(chosen)
    gallery = [(title, gallery_cards(rows, jpegs, best)) for title, rows in chosen]
    page = render(page_content(tables, summaries, drawn, gallery, best, resamples))
    write_metrics(tables, summaries, drawn, page)


if __name__ == "__main__":
    run_stage(main)
