"""What the page says, section by section: numbers, tables and charts; the words are in page.html and sections.yaml."""

from pathlib import Path

import jinja2
import pandas as pd

from stages.common.files.params import load_params
from stages.evaluate.measures import MEASURES
from stages.report import plots, tables
from stages.report.collect import BASE, CONTROL, Findings, hard_means, pick
from stages.report.compare import data_uri, gallery, page_pairs

TEMPLATE, SECTIONS = Path(__file__).with_name("page.html"), Path(__file__).with_name("sections.yaml")
SEEN = {"seen triple": "seen", "unseen triple": "held out"}  # slices of the section of held-out combinations


def figures(found: Findings) -> dict[str, str]:
    """Every chart that the findings allow, SVG by name; the name begins with that of its section."""
    measures, scores, colours = found.measures, found.scores, found.colours
    whole = pick(measures, measure="relation", slice="all")
    drawn = {"accuracy": plots.set_bars(whole, {name: colours[name] for name in whole["model"].unique()})}
    pair = {name: colours[name] for name in dict.fromkeys((BASE, found.best)) if name in found.answers}
    differs = whole["set"].map({name: counts["differs"] for name, counts in found.sets.items()})
    chance = whole[whole["direction"] == "i2t"].groupby(differs)["chance"].mean()
    for name, part in pick(measures, measure="verbs").groupby("set", sort=False):
        drawn[f"verbs_{name}"] = plots.verb_chart(part, 100 * chance[name], pair)
    if len(confused := pick(measures, measure="confusions", model=found.best)):
        drawn["confusions"] = plots.confusion_map(confused)
    if "relation" in scores:
        drawn["retention"] = plots.retention_lines(scores, found.interpolation, colours)
    if len(curves := pick(measures, measure="calibration").query("chance.notna()")):
        drawn["calibration"] = plots.reliability_lines(curves, colours)
    drawn["tuples"] = plots.tuple_bars(found.anchors, {name: colours[name] for name in found.sets})
    return drawn


def lead(found: Findings) -> dict:
    """What the first sentence compares: the scores of the best model with those of `others`, the control and base.

    `hardest` is the hardest set for the first of the others and the difference there, None where there is neither.
    """
    scores, best, hardest = found.scores.set_index("model"), found.best, None
    others = [name for name in (CONTROL, BASE) if name in scores.index and best not in (name, BASE)]
    asked = pick(found.measures, measure="relation", slice="all", direction="i2t")
    asked = asked[asked["set"].isin(found.hard) & asked["model"].isin(others[:1])]
    if len(asked):
        name = asked.loc[asked["value"].idxmin(), "set"]
        pairs = page_pairs(found.differences, best)
        pair = pick(pairs, set=name, direction="i2t", model=best, minus=others[0])
        hardest = name, tables.points(next(pair.itertuples()))
    return {"others": others, "scores": scores.to_dict("index"), "hardest": hardest}


def tiles(found: Findings) -> dict:
    """The numbers of the first screen, a row a model: relations both ways and retention."""
    means = hard_means(pick(found.measures, measure="relation", slice="all"), found.hard)
    table = found.scores[["model"]]
    for way, rows in means[means["direction"] != "group"].groupby("direction"):
        values = table["model"].map(rows.set_index("model")["value"])
        table = table.assign(**{f"relations, {tables.TITLES[way]}": 100 * values})
    return tables.score_table(table.assign(**{"whole captions, recall@1": found.scores["retention"]}))


def measure_table(name: str, rows: pd.DataFrame) -> dict:
    """The table of a measure in the form for which its module asks."""
    if name == "relation":  # its slices and the rest have sections of their own
        rows = rows[rows["slice"] == "all"]
    rows = rows[~rows["slice"].str.startswith("range ")]  # points of a curve
    columns = MEASURES[name].columns
    return tables.by_columns(rows, columns) if columns else tables.by_rows(rows, ["set", "slice", "direction"])


def all_tables(found: Findings) -> dict[str, dict]:
    """The table of each section, by name; confusions have a chart instead."""
    measures, relation = found.measures, pick(found.measures, measure="relation")
    drawn = measures["measure"].isin(MEASURES.keys() - {"confusions"})
    benchmarks = measures[measures["measure"].isin(("benchmark", "coverage"))]
    held_out = relation[relation["slice"].isin(SEEN) & (relation["direction"] != "group")].replace({"slice": SEEN})
    held_out = held_out.sort_values(["set", "direction"], key=lambda names: pd.factorize(names)[0])
    parts = pick(relation[relation["set"].isin(found.hard) & ~relation["slice"].isin(SEEN)], direction="i2t")
    parts = parts[parts["count"] < parts.groupby(["model", "set"])["count"].transform("max")]  # not the whole set
    return {name: measure_table(str(name), rows) for name, rows in measures[drawn].groupby("measure")} | {
        "differences": tables.difference_table(page_pairs(found.differences, found.best)),
        "held_out": tables.by_rows(held_out, ["set", "direction", "slice"]),
        "retention": tables.score_table(found.scores),
        "benchmarks": tables.by_rows(benchmarks, ["set", "slice", "direction"]),
        "slices": tables.by_rows(parts, ["set", "slice"]),
        "tuples": tables.count_table(found.sets),
    }


def sections(found: Findings, drawn: dict[str, str]) -> list[dict]:
    """The page from top to bottom: each section with its heading, a table and charts; empty ones are left out."""
    headings = {name: measure._asdict() for name, measure in MEASURES.items()} | load_params(SECTIONS)
    contents, shown = all_tables(found), []
    for name, heading in sorted(headings.items(), key=lambda one: one[1]["order"]):
        prefix = "accuracy" if name == "relation" else name
        charts = {one: data_uri(drawn[one].encode(), "image/svg+xml") for one in drawn if one.split("_")[0] == prefix}
        table = contents.get(name, {"rows": []})
        if charts or table["rows"]:
            shown.append({"id": name, "heading": heading, "table": table, "charts": charts})
    return shown


def page(found: Findings, drawn: dict[str, str]) -> str:
    """The report as one HTML page that needs no server, no script and no other file; text is escaped."""
    relation = pick(found.measures, measure="relation")
    asked = set(relation["set"])
    content = found._asdict() | lead(found)
    content |= {
        "images": found.answers[found.best]["image_id"].nunique(),
        "hard": [name for name in found.hard if name in asked],
        "not_asked": [name for name in found.sets if name not in asked],
        "held_out": len(pick(relation, slice="unseen triple")),
        "probed": len(pick(found.measures, measure="probe")),
        "tiles": tiles(found),
        "sections": sections(found, drawn),
        "gallery": gallery(found.answers, found.best, found.hard),
    }
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(content)
