"""python -m stages.report: data/*/summary.json, data/evaluate and data/train -> metrics/."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from stages.common.errors import run_stage
from stages.common.files import write_beside, write_json
from stages.common.params import load_params
from stages.common.tables import SCHEMAS, read_table
from stages.report.collect import (
    evaluated_methods,
    labelled,
    read_history,
    read_methods,
    read_summaries,
    results,
    retention_table,
)
from stages.report.compare import best_method, differences
from stages.report.content import gallery_rows, page_content
from stages.report.page import gallery_cards, render

DATA, METRICS = Path("data"), Path("metrics")


def main() -> None:
    params = load_params()
    resamples, methods = params["evaluate"]["resamples"], evaluated_methods(DATA)
    names = ("accuracy", "macro", "verbs", "confusions", "benchmarks", "tuples")
    tables = {name: read_methods(DATA, methods, name) for name in names}
    tuples = {method: part for method, part in tables["tuples"].groupby("method")}
    tables["whole"] = tables["accuracy"][tables["accuracy"]["slice"] == "all"]
    tables["answered"] = tuples[methods[0]]
    tables["history"] = read_history(DATA, methods)
    summaries = read_summaries(DATA, methods)
    tables["retention"] = retention_table(summaries)
    tables["differences"] = differences(tuples, resamples, params["seed"])
    best = best_method(tables["accuracy"])
    chosen = gallery_rows(tuples, best)
    wanted = sorted({image for _, rows in chosen for row in rows["images"] for image in row[:2]})
    stored = read_table(DATA / "captions/images.parquet", SCHEMAS["images"], ["image_id", "jpeg"])
    stored = stored.filter(pc.is_in(stored["image_id"], pa.array(wanted, pa.int64())))
    jpegs = dict(zip(stored["image_id"].to_pylist(), stored["jpeg"].to_pylist()))
    gallery = [(title, gallery_cards(rows, jpegs)) for title, rows in chosen]
    controls = {method: summary["controls"] for method, summary in summaries.items()}
    page = render(page_content(tables, controls[best], gallery, best, resamples))

    write_json(METRICS / "results.json", results(tables["whole"]))
    write_json(METRICS / "controls.json", controls)
    for stage in ("triples", "negatives"):
        with write_beside(METRICS / f"{stage}.json") as beside:
            shutil.copyfile(DATA / stage / "summary.json", beside)
    with write_beside(METRICS / "details") as folder:
        folder.mkdir()
        labelled(tables["whole"]).to_csv(folder / "accuracy.csv", index=False)
        for name in ("history", "verbs", "confusions", "differences", "macro", "retention", "benchmarks"):
            tables[name].round(5).to_csv(folder / f"{name}.csv", index=False)
        tables["accuracy"].round(5).to_csv(folder / "slices.csv", index=False)
    with write_beside(METRICS / "report") as folder:
        folder.mkdir()
        (folder / "index.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    run_stage(main)
