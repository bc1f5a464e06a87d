"""What the page says: its charts with captions and alt texts, its finding and its gallery."""

import pandas as pd

from stages.report.compare import examples
from stages.report.page import accuracy_table, data_uri, difference_table
from stages.report.plots import confusion_map, retention_scatter, set_bars, training_curves, verb_chart

GALLERY = 9  # cards of clearest gains, and of worst losses


def charts(tables: dict[str, pd.DataFrame], best: str) -> list[dict]:
    """The charts that the tables allow: title, text, alt text and data URI of each."""
    whole, history = tables["whole"], tables["history"]
    drawn = [
        ("Accuracy by set", "Whiskers: 95% intervals over images. Dotted: chance.", set_bars(whole)),
    ]
    if len(tables["verbs"]):
        text = f"Dynamic and stative tuples: base against {best}, with the number of tuples. Dotted: chance."
        drawn.append(("Accuracy by verb", text, verb_chart(tables["verbs"], best)))
    if len(tables["confusions"]):
        text = f"{best}: how often, in percent, an image preferred a text with another verb to its own."
        drawn.append(("Which verb is taken for which", text, confusion_map(tables["confusions"], best)))
    text = "Up: relations are told apart. Right: whole captions and images still find each other."
    drawn.append(("Relations against retention", text, retention_scatter(tables["retention"])))
    if len(history):
        drawn.append(("Training", "Loss by step, smoothed over nine points.", training_curves(history)))
    return [
        {"title": title, "text": text, "alt": f"{title}. {text}", "uri": data_uri(chart.encode(), "image/svg+xml")}
        for title, text, chart in drawn
    ]


def finding(whole: pd.DataFrame, best: str) -> str:
    """One sentence with the numbers that matter: swapped roles by base and by the best method."""
    cells = whole[(whole["set"] == "swapped") & (whole["direction"] == "i2t")].set_index("method")["accuracy"]
    if best == "base" or not {"base", best} <= set(cells.index):
        return ""
    return (
        f"When subject and object change places, base picks the right text {100 * cells['base']:.1f}% "
        f"of the time and {best} {100 * cells[best]:.1f}%."
    )


def gallery_rows(tuples: dict[str, pd.DataFrame], best: str) -> list[tuple[str, pd.DataFrame]]:
    """The clearest gains and the worst losses of the best method against base, with their headings."""
    if best == "base" or "base" not in tuples:
        return []
    headings = ((f"Clearest gains of {best}", True), (f"Worst losses of {best}", False))
    return [(title, examples(tuples["base"], tuples[best], gained, GALLERY)) for title, gained in headings]


CONTROLS = {
    "language_prior": "no image: how frequent the text is in training",
    "text_classifier": "no image: a classifier on text embeddings",
    "shuffled_i2t": "another image, image to text",
    "shuffled_t2i": "another image, text to image",
}


def control_table(controls: dict[str, dict[str, float]]) -> dict:
    """Rows of the controls of one method, set -> control -> percent; absent ones are empty."""
    rows = [
        {"name": text, "cells": [sets.get(name, "") for sets in controls.values()]}
        for name, text in CONTROLS.items()
    ]
    return {"sets": list(controls), "rows": rows}


def page_content(
    tables: dict[str, pd.DataFrame],
    controls: dict[str, dict[str, float]],
    gallery: list[tuple[str, list[dict]]],
    best: str,
    resamples: int,
) -> dict:
    """Everything that the template names; `tables` as `stages.report.collect` makes them.

    `controls` are those of the best method.
    """
    whole, answered = tables["whole"], tables["answered"]
    return {
        "tuples": f"{len(answered):,}",
        "images": f"{answered['image_id'].nunique():,}",
        "methods": list(whole["method"].unique()),
        "finding": finding(whole, best),
        "table": accuracy_table(whole[whole["direction"] != "group"]),
        "charts": charts(tables, best),
        "differences": difference_table(tables["differences"]),
        "controls": control_table(controls),
        "retention": tables["retention"].dropna(axis=1).to_dict("split"),
        "gallery": gallery,
        "best": best,
        "resamples": f"{resamples:,}",
    }
