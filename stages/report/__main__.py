"""python -m stages.report: what evaluations, trainings and negatives wrote -> metrics/, numbers, charts and a page."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pyarrow.compute as pc

from stages.common.files.errors import InputError, run_stage
from stages.common.files.params import Name, read_block, read_seed
from stages.common.files.storage import read_json, write_beside
from stages.common.files.tables import REBUILD_HINT, SCHEMAS, read_table
from stages.evaluate.options import EvaluateOptions
from stages.evaluate.schemas import ANSWERS, EVALUATED
from stages.report import collect
from stages.report.compare import differences
from stages.report.content import figures, page
from stages.rival.options import RivalOptions

DATA, METRICS = Path("data"), Path("metrics")


def findings() -> collect.Findings:
    """Every table of the report."""
    methods, rivals = read_block("train", dict)["methods"], read_block("rivals", dict[Name, RivalOptions])
    models = collect.evaluated(EVALUATED, methods, rivals)
    measures = collect.read_measures(models, read_block("benchmarks", dict))
    tables = {model: read_table(EVALUATED / model / "answers.parquet", ANSWERS).to_pandas() for model in models}
    answers = {model: table.sort_values("tuple_id", ignore_index=True) for model, table in tables.items()}
    anchors = read_table(collect.TUPLES, SCHEMAS["tuples"], ["set", "relation"], pc.field("place") == 0).to_pandas()
    sets = read_json(DATA / "negatives/summary.json", collect.NegativesSummary, REBUILD_HINT)["sets"]
    if strange := set(measures.loc[measures["measure"] == "relation", "set"]) - sets.keys():
        raise InputError(f"data/negatives/summary.json does not know the set {min(strange)!r}; run `dvc repro`")
    differs = {name: counts["differs"] for name, counts in sets.items()}
    scores = collect.model_scores(measures, differs)
    ranked = scores.set_index("model")["relation" if "relation" in scores else "retention"]
    return collect.Findings(
        measures,
        answers,
        scores,
        collect.interpolation_points(measures, scores),
        differences(answers, read_block("evaluate", EvaluateOptions).resamples, read_seed()),
        anchors,
        sets,
        hard=[name for name, what in differs.items() if what],
        best=collect.best_model(dict(ranked), methods),
        colours=collect.colours(models, {name: method["loss"] for name, method in methods.items()}, sets),
    )


def main(arguments: list[str]) -> None:
    found = findings()
    drawn = figures(found)
    numbers = collect.results(found.measures, found.hard)
    relations = read_json(DATA / "triples/summary.json", collect.TriplesSummary, REBUILD_HINT)["top_relations"]
    details = {
        "accuracy": collect.labelled(found.measures),
        "measures": found.measures.round(5),
        "differences": found.differences.round(5),
        "history": collect.read_history(DATA / "models", found.answers).round(5),
        "relations": pd.DataFrame(relations.items(), columns=["relation", "triples"]),
    }
    folders = {
        "results": {f"{name}.json": json.dumps(shares, indent=2) + "\n" for name, shares in numbers.items()},
        "details": {f"{name}.csv": table.to_csv(index=False) for name, table in details.items()},
        "figures": {f"{name}.svg": chart for name, chart in drawn.items()},
        "report": {"index.html": page(found, drawn)},
    }
    for folder, files in folders.items():
        with write_beside(METRICS / folder) as beside:
            for name, text in files.items():
                (beside / name).parent.mkdir(parents=True, exist_ok=True)
                (beside / name).write_text(text, encoding="utf-8")
    for stage in ("triples", "negatives"):
        with write_beside(METRICS / f"{stage}.json") as beside:
            shutil.copyfile(DATA / stage / "summary.json", beside)


if __name__ == "__main__":
    run_stage(main)
