"""What the page says, section by section: tables, charts with alternative texts, and the gallery.

`tables` are those of `read_tables`, `best` is the model that the page is about, `hard` the names of the hard sets.
"""

import pandas as pd

from stages.evaluate.measures import MEASURES
from stages.report import plots
from stages.report.collect import hard_means, pick
from stages.report.compare import examples
from stages.report.names import BASE, CONTROL
from stages.report.page import data_uri
from stages.report.tables import (
    TITLES,
    best_marks,
    by_columns,
    by_rows,
    count_table,
    difference_table,
    points,
    score_table,
)

GALLERY = 6  # cards of clearest gains, and of worst losses
FEW = 3  # images; with fewer, an interval says nothing
SEEN = {"seen triple": "seen", "unseen triple": "held out"}  # slices of the section of held-out combinations


def figures(tables: dict, best: str, colours: dict[str, str]) -> dict[str, str]:
    """Every chart that the tables allow, SVG by name."""
    measures, scores = tables["measures"], tables["scores"]
    whole = pick(measures, measure="relation", slice="all")
    drawn = {"accuracy": plots.set_bars(whole, {name: colours[name] for name in whole["model"].unique()})}
    pair = {name: colours[name] for name in dict.fromkeys((BASE, best)) if name in scores["model"].values}
    chance = whole[whole["direction"] == "i2t"].groupby(whole["set"].map(tables["differs"]))["chance"].mean()
    for differs, part in pick(measures, measure="verbs").groupby("set", sort=False):
        drawn[f"verbs_{differs}"] = plots.verb_chart(part, 100 * chance[differs], pair)
    if len(confused := pick(measures, measure="confusions", model=best)):
        drawn["confusions"] = plots.confusion_map(confused)
    if "relation" in scores:
        drawn["retention"] = plots.retention_lines(scores, tables["interpolation"], colours)
    if len(curves := pick(measures, measure="calibration").query("chance.notna()")):
        drawn["calibration"] = plots.reliability_lines(curves, colours)
    drawn["tuples"] = plots.tuple_bars(tables["anchors"], {name: colours[name] for name in tables["differs"]})
    return drawn


def finding(tables: dict, best: str, hard: list[str]) -> str:
    """The result in two sentences: relations and their price, and the hardest set; against the control and base.

    Empty where there is neither.
    """
    scores, gains = tables["scores"].set_index("model"), []
    others = [name for name in (CONTROL, BASE) if name in scores.index and name != best]
    if best == BASE or not others:
        return ""
    whats = {"relation": "picks the right text for {:.1f}% of the hard images"}
    for name, what in (whats | {"retention": "finds {:.1f}% of whole captions at rank 1"}).items():
        if name in scores:
            beside = ", ".join(f"{other} {scores.loc[other, name]:.1f}%" for other in others)
            gains.append(f"{what.format(scores.loc[best, name])} ({beside})")
    text = f"{best} {' and '.join(gains)}."
    asked = pick(tables["measures"], measure="relation", slice="all", direction="i2t", model=others[0])
    asked = asked[asked["set"].isin(hard)]
    if len(asked):
        worst = asked.loc[asked["value"].idxmin(), "set"]
        pair = pick(pairs_of(tables["differences"], best), set=worst, direction="i2t", model=best, minus=others[0])
        found = points(next(pair.itertuples())).striptags()
        text += f" On {worst}, the hardest set for {others[0]}, {best} − {others[0]} = {found} points."
    return text


def tiles(tables: dict, hard: list[str]) -> list[dict]:
    """The numbers of the first screen: a title, and (model, percent, mark) for every model."""
    relation = 100 * hard_means(pick(tables["measures"], measure="relation", slice="all"), hard)
    shown = {f"relations, {TITLES[way]}": relation[way] for way in ("i2t", "t2i") if way in relation}
    shown["whole captions, recall@1"] = tables["scores"].set_index("model")["retention"]
    return [
        {"title": title, "rows": [*zip(values.index, values.map("{:.1f}".format), best_marks(values.tolist()))]}
        for title, values in shown.items()
    ]


def gallery_rows(answers: dict[str, pd.DataFrame], best: str, hard: list[str]) -> list[tuple[str, pd.DataFrame]]:
    """The clearest gains and the worst losses of the best model against base, with their headings."""
    if best == BASE or BASE not in answers:
        return []
    headings = ((f"Clearest gains of {best}", True), (f"Worst losses of {best}", False))
    return [(title, examples(answers[BASE], answers[best], gained, hard, GALLERY)) for title, gained in headings]


def pairs_of(differences: pd.DataFrame, best: str) -> pd.DataFrame:
    """The pairs on the page, both directions: the best model minus every other, and every other beside the control."""
    turned = differences[differences["minus"] == best]
    turned = turned.assign(model=best, minus=turned["model"], low=-turned["high"], high=-turned["low"])
    turned = turned.assign(difference=-turned["difference"])
    pairs = pd.concat([differences[differences["minus"] != best], turned])
    shown = pairs[["model", "minus"]].isin([best, CONTROL]).any(axis=1)
    return pairs[shown & (pairs["direction"] != "group")]


def lacking(tables: dict, hard: list[str], images: int) -> list[str]:
    """What the page cannot show, and why, a sentence each."""
    measures = tables["measures"]
    relation = pick(measures, measure="relation")
    asked = set(relation["set"])
    silent = [name for name in tables["differs"] if name not in asked]
    notes = {
        f"No question of the sets {', '.join(silent)}: the test split has no such tuple.": silent,
        "No question is of a hard set, so relations have no accuracy here, and the page is about the model that finds "
        "most whole captions.": not asked.intersection(hard),
        f"All questions are on {images} image{'s' * (images > 1)}: no interval tells anything.": images < FEW,
        "No test tuple is a combination that training did not see.": pick(relation, slice="unseen triple").empty,
        "No verb probe: the test split has too few images of a verb.": pick(measures, measure="probe").empty,
    }
    return [note for note, applies in notes.items() if applies]


def measure_table(name: str, rows: pd.DataFrame) -> dict:
    """The table of a measure, as its module asks; readers of relation see all slices elsewhere."""
    if name == "relation":
        rows = rows[(rows["slice"] == "all") & (rows["direction"] != "group")]
    rows = rows[~rows["slice"].str.startswith("range ")]
    columns = MEASURES[name].columns
    return by_columns(rows, columns) if columns else by_rows(rows, ["set", "slice", "direction"])


def sections(tables: dict, negatives: dict, drawn: dict[str, str], best: str, hard: list[str]) -> list[dict]:
    """The page from top to bottom: each section with a title, a text, tables and charts."""
    measures = tables["measures"]
    relation = pick(measures, measure="relation")
    held_out = relation[relation["slice"].isin(SEEN) & (relation["direction"] != "group")]
    held_out = held_out.assign(slice=held_out["slice"].map(SEEN)).sort_values(["set", "direction", "slice"])
    parts = relation[(relation["direction"] == "i2t") & relation["set"].isin(hard)]
    parts = parts[~parts["slice"].isin(("all", *SEEN))]
    benchmarks = measures[measures["measure"].isin(("benchmark", "coverage"))]
    found = [(one.order, one.title, one.text, name, ()) for name, one in MEASURES.items()]
    found = [
        (
            order,
            title,
            text,
            measure_table(name, rows) if len(rows := pick(measures, measure=name)) and name != "confusions" else None,
            [c for c in drawn if c.split("_")[0] in (name, "accuracy" if name == "relation" else name)],
        )
        for order, title, text, name, _ in found
    ]
    found += [
        (
            10,
            "Differences on the same tuples",
            DIFFERENCES,
            difference_table(pairs_of(tables["differences"], best)),
            [],
        ),
        (20, "Held-out combinations", HELD_OUT, by_rows(held_out, ["set", "direction", "slice"]), []),
        (25, "Relations against retention", RETENTION, score_table(tables["scores"]), ["retention"]),
        (95, "Benchmarks", BENCHMARKS, by_rows(benchmarks, ["set", "slice", "direction"]), []),
        (120, "Slices", SLICES, by_rows(parts, ["set", "slice"]), []),
        (130, "Tuples", TUPLES, count_table(negatives["sets"]), ["tuples"]),
    ]
    return [
        {
            "id": "".join(letter for letter in title.lower().replace(" ", "-") if letter not in ",:"),
            "title": title,
            "text": text,
            "table": table,
            "charts": [data_uri(drawn[name].encode(), "image/svg+xml") for name in charts if name in drawn],
            "alt": f"Chart: {title}. {text}",
        }
        for _, title, text, table, charts in sorted(found, key=lambda one: one[0])
        if (table and table["rows"]) or any(name in drawn for name in charts)
    ]


DIFFERENCES = (
    "In points, with paired 95% intervals; coloured where the interval leaves out zero. The best model against every "
    "other, and every other against the control; the remaining pairs are in metrics/details/differences.csv."
)
HELD_OUT = (
    "Percent right on test tuples whose subject, relation and object training saw together, and on those that it did "
    "not, with the number of tuples: whether a model composes, or knows what it has seen."
)
RETENTION = (
    "In percent. Relation: the mean image-to-text accuracy over the hard sets. Retention: recall@1 on whole captions, "
    "the mean of both ways. Each line interpolates the weights from base to a method, a dot for each alpha."
)
SLICES = (
    "Image-to-text accuracy in percent within parts of the hard sets, with the number of tuples: whether the verb "
    "occurs in training, whether it has a particle or a preposition."
)
BENCHMARKS = (
    "Percent right by each benchmark's published rule, with intervals over images; macro is the mean over categories "
    "where the authors publish it. Two images to a text are asked as a forced choice, since CLIP has no matching head. "
    "Questions whose images are missing are not asked; the files are named in data/benchmarks."
)
TUPLES = "How many tuples were built, by set and split; the chart counts them by the anchor's verb."
