"""What the page says, section by section: its tables, its charts with alt texts, and its gallery."""

import pandas as pd

from stages.report.cells import (
    accuracy_table,
    benchmark_table,
    best_marks,
    control_table,
    count_table,
    difference_table,
    macro_table,
    retention_cells,
    slice_table,
)
from stages.report.collect import relation_means
from stages.report.compare import examples
from stages.report.page import data_uri
from stages.report.plots import (
    TITLES,
    colour,
    confusion_map,
    relation_bars,
    retention_lines,
    set_bars,
    training_curves,
    tuple_bars,
    verb_chart,
)

GALLERY = 6  # cards of clearest gains, and of worst losses


def figures(tables: dict[str, pd.DataFrame], best: str) -> dict[str, str]:
    """Every chart that the tables allow, name -> SVG text; also what `dvc plots` shows."""
    whole = tables["whole"]
    drawn = {"accuracy": set_bars(whole)}
    for name, what, sets in (("verbs", "verb", ["dynamic", "stative"]), ("roles", "roles", ["swapped"])):
        part = tables["verbs"][tables["verbs"]["differs"] == what]
        hard = whole[whole["set"].isin(sets) & (whole["direction"] == "i2t")]
        if len(part) and len(hard):
            drawn[name] = verb_chart(part, best, 100 * hard["chance"].iloc[0])
    if len(tables["confusions"]):
        drawn["confusions"] = confusion_map(tables["confusions"], best)
    drawn["retention"] = retention_lines(tables["retention"], tables["interpolation"])
    if len(tables["history"]):
        drawn["training"] = training_curves(tables["history"])
    drawn["relations"] = relation_bars(tables["relations"])
    drawn["tuples"] = tuple_bars(tables["anchors"])
    return drawn


def finding(differences: pd.DataFrame, retention: pd.DataFrame, best: str) -> str:
    """The page in three sentences: relations, their price, and swapped roles; by the best method, clip and base.

    `differences` and `retention` as made by `stages.report`; empty where there is no other method.
    """
    overall = retention.set_index("method")
    others = [method for method in ("clip", "base") if method in overall.index and method != best]
    if best == "base" or not others:
        return ""
    relation, recall = (
        (values[best], ", ".join(f"{method} {values[method]:.1f}%" for method in others))
        for values in (overall["relation"], overall["retention"])
    )
    told = (
        f"{best} picks the right text for {relation[0]:.1f}% of the hard images ({relation[1]}) "
        f"and finds {recall[0]:.1f}% of whole captions at rank 1 ({recall[1]})."
    )
    swapped = differences[(differences["set"] == "swapped") & (differences["direction"] == "i2t")]
    for row in swapped[(swapped["method"] == best) & (swapped["minus"] == others[0])].itertuples():
        points = "{:+.1f} [{:+.1f}, {:+.1f}]".format(100 * row.difference, 100 * row.low, 100 * row.high)
        told += f" Where subject and object change places, {best} − {others[0]} = {points} points."
    return told


def tiles(whole: pd.DataFrame, retention: pd.DataFrame) -> list[dict]:
    """The numbers of the first screen: a title, and (method, colour, percent, mark) of every method."""
    relation = 100 * relation_means(whole).unstack("direction", sort=False)  # methods x directions
    measures = {f"relations, {TITLES[way]}": relation[way] for way in ("i2t", "t2i") if way in relation}
    measures["whole captions, recall@1"] = retention.set_index("method")["retention"]
    return [
        {
            "title": title,
            "rows": [
                (method, colour(method), f"{values[method]:.1f}", mark)
                for method, mark in zip(values.index, best_marks(values.tolist()))
            ],
        }
        for title, values in measures.items()
    ]


def gallery_rows(tuples: dict[str, pd.DataFrame], best: str) -> list[tuple[str, pd.DataFrame]]:
    """The clearest gains and the worst losses of the best method against base, with their headings."""
    if best == "base" or "base" not in tuples:
        return []
    headings = ((f"Clearest gains of {best}", True), (f"Worst losses of {best}", False))
    return [(title, examples(tuples["base"], tuples[best], gained, GALLERY)) for title, gained in headings]


def telling(differences: pd.DataFrame, best: str) -> pd.DataFrame:
    """The pairs that a reader looks for, of either direction: the best method against all, all against clip."""
    asked = (differences["method"] == best) | (differences["minus"] == "clip")
    return differences[asked & (differences["direction"] != "group")]


def missing_images(answered: dict[str, dict]) -> str:
    """Which benchmarks lacked images, in one sentence; empty where none did."""
    lacks = [
        f"{name}: {found['answered']:,} of {found['questions']:,} questions have their images"
        for name, found in answered.items()
        if found["missing"]
    ]
    if not lacks:
        return ""
    return "; ".join(lacks) + "; the missing files are named in data/evaluate/*/summary.json."


def sections(
    tables: dict[str, pd.DataFrame], summaries: dict, drawn: dict[str, str], best: str
) -> list[dict]:
    """The page from top to gallery: each with a title, a text, and a table or a chart or both."""
    whole = tables["whole"]
    pairs, asked = whole[whole["direction"] != "group"], summaries["methods"][best]["benchmarks"]
    told = [
        ("Accuracy", ACCURACY, accuracy_table(pairs), "accuracy"),
        ("Differences on the same tuples", DIFFERENCES, difference_table(telling(tables["differences"], best)), None),
        ("Relations against retention", RETENTION, retention_cells(tables["retention"]), "retention"),
        ("Accuracy by verb", f"{VERBS} Base against {best}.", None, "verbs"),
        ("Roles by verb", f"{ROLES} Base against {best}.", None, "roles"),
        ("Which verb is taken for which", f"{best}: {CONFUSIONS}", None, "confusions"),
        ("Controls", CONTROL, control_table(summaries["methods"][best]["controls"], whole), None),
        ("Benchmarks", f"{BENCHMARKS} {missing_images(asked)}", benchmark_table(tables["benchmarks"]), None),
        ("Means over verbs, and both at once", MACRO, macro_table(tables["macro"], whole), None),
        ("Slices", SLICES, slice_table(tables["accuracy"]), None),
        ("Training", "Loss by step, smoothed over nine points.", None, "training"),
        ("Relations in the captions", RELATIONS, None, "relations"),
        ("Tuples", TUPLES, count_table(summaries["negatives"]["sets"]), "tuples"),
    ]
    return [
        {
            "id": title.lower().replace(" ", "-").replace(",", ""),
            "title": title,
            "text": text,
            "table": table,
            "chart": data_uri(drawn[name].encode(), "image/svg+xml") if name in drawn else "",
            "alt": f"Chart: {title}. {text}",
        }
        for title, text, table, name in told
        if name in drawn or (table and table["rows"])
    ]


ACCURACY = (
    "Percent right, with the 95% bootstrap interval over images. Image to text: the image prefers its "
    "own text to every negative text. Text to image: the text prefers its own image. A tie is wrong. "
    "The best method of each column is shaded. Whiskers are the intervals, dotted lines chance."
)
DIFFERENCES = (
    "In points, with paired 95% intervals; coloured where the interval leaves out zero. The best method against "
    "every other, and every other against the control, clip; the remaining pairs are in "
    "metrics/details/differences.csv."
)
RETENTION = (
    "Relation: the mean image-to-text accuracy over dynamic, stative and swapped tuples. Retention: "
    "recall@1 on the test split's whole captions, the mean of both ways. Each line interpolates the "
    "weights from base to the method, a dot an alpha. Also zero-shot naming of the nouns shown, and "
    "how well a logistic regression reads the verb from the frozen image embedding (folds by image) "
    "beside the share of the commonest verb; all in percent."
)
VERBS = "Dynamic and stative tuples, image to text, with the number of tuples. Dotted: chance."
ROLES = "Swapped tuples, image to text: who does what to whom, with the number of tuples. Dotted: chance."
CONFUSIONS = "how often, in percent, an image preferred a text with another verb to its own."
MACRO = (
    "In percent. Image to text (i → t) and text to image (t → i) as the mean over verbs of each verb's "
    "accuracy, so that common verbs weigh no more than rare ones; both: the share of tuples that are "
    "right in both directions at once."
)
SLICES = (
    "Image-to-text accuracy in percent within parts of the hard sets, with the number of tuples: whether the "
    "verb or the triple occurs in training, whether it has a particle or a preposition. Random tuples, and "
    "text to image, are in metrics/details/slices.csv."
)
CONTROL = (
    "Accuracy in percent that the best method reaches without the right image. Blind scores far above "
    "chance mean that a set can partly be solved from language alone; shuffled images must fall to it."
)
BENCHMARKS = (
    "Percent right by each benchmark's published rule, with intervals over images; macro is the mean "
    "over categories where the authors publish it. SVO-Probes is asked as a forced choice between the "
    "two images, since CLIP has no matching head."
)
RELATIONS = "The commonest relations of the triples, all splits."
TUPLES = "How many tuples were built, by set and split; the chart counts them by the anchor's verb."


def page_content(
    tables: dict[str, pd.DataFrame],
    summaries: dict,
    drawn: dict[str, str],
    gallery: list[tuple[str, list[dict]]],
    best: str,
    resamples: int,
) -> dict:
    """Everything that the template names; `tables` as `stages.report.collect` makes them.

    `summaries` holds those of the evaluations under "methods" and that of the stage "negatives";
    `drawn` are the `figures`.
    """
    whole, answered = tables["whole"], tables["answered"]
    return {
        "tuples": f"{len(answered):,}",
        "images": f"{answered['image_id'].nunique():,}",
        "methods": list(whole["method"].unique()),
        "finding": finding(tables["differences"], tables["retention"], best),
        "tiles": tiles(whole, tables["retention"]),
        "sections": sections(tables, summaries, drawn, best),
        "gallery": gallery,
        "hard": [name for name in whole["set"].unique() if name != "random"],
        "resamples": f"{resamples:,}",
    }
