"""The report's charts as SVG texts, the same bytes for the same tables."""

import io

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

COLOURS = {
    "base": "#8a9099",
    "clip": "#4477aa",
    "negclip": "#d1a02c",
    "drive": "#d1495b",
    "ours": "#2a8a57",
}
TITLES = {"i2t": "image to text", "t2i": "text to image", "group": "both at once"}
STYLE = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#9aa0a8",
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "xtick.color": "#444b54",
    "ytick.color": "#444b54",
    "legend.frameon": False,
    "svg.hashsalt": "report",  # the same ids in every run
}


def svg(figure: Figure) -> str:
    """The figure as SVG without a date, so that a rerun changes nothing."""
    text = io.StringIO()
    figure.savefig(text, format="svg", bbox_inches="tight", transparent=True, metadata={"Date": None})
    return text.getvalue()


@matplotlib.rc_context(STYLE)
def set_bars(accuracy: pd.DataFrame) -> str:
    """Accuracy by set and method with 95% whiskers, a panel per direction, chance as a dotted line."""
    methods, sets = list(accuracy["method"].unique()), list(accuracy["set"].unique())
    figure = Figure(figsize=(10, 3.6))
    panels = figure.subplots(1, 2, sharey=True)
    width = 0.8 / len(methods)
    for panel, direction in zip(panels, ("i2t", "t2i")):
        part = accuracy[accuracy["direction"] == direction].set_index(["method", "set"])
        for index, method in enumerate(methods):
            rows = part.reindex([(method, name) for name in sets])
            x = np.arange(len(sets)) + (index - (len(methods) - 1) / 2) * width
            whiskers = 100 * np.array([rows["accuracy"] - rows["low"], rows["high"] - rows["accuracy"]])
            style = {"color": COLOURS[method], "label": method, "edgecolor": "white", "linewidth": 0.6}
            panel.bar(x, 100 * rows["accuracy"], width, **style)
            panel.errorbar(x, 100 * rows["accuracy"], whiskers, fmt="none", ecolor="#222", lw=1, capsize=2)
        for index, name in enumerate(sets):
            level = 100 * part["chance"].xs(name, level="set").iloc[0] if name in part.index.levels[1] else np.nan
            panel.hlines(level, index - 0.45, index + 0.45, color="#222", ls=":", lw=1.2)
        panel.set(title=TITLES[direction], xticks=range(len(sets)), xticklabels=sets, ylim=(0, 103))
    panels[0].set_ylabel("accuracy, %")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="lower center", ncols=6, bbox_to_anchor=(0.5, -0.09))
    return svg(figure)


@matplotlib.rc_context(STYLE)
def training_curves(history: pd.DataFrame) -> str:
    """Loss against step, one line a method; `history` has step and a column per method."""
    figure = Figure(figsize=(10, 3))
    panel = figure.subplots()
    for method in history.columns.drop("step"):
        rows = history[["step", method]].dropna()
        panel.plot(rows["step"], rows[method], color=COLOURS[method], lw=0.8, alpha=0.35)
        smooth = rows[method].rolling(9, min_periods=1, center=True).mean()
        panel.plot(rows["step"], smooth, color=COLOURS[method], lw=1.8, label=method)
    panel.set(xlabel="step", ylabel="loss")
    panel.legend()
    return svg(figure)


@matplotlib.rc_context(STYLE)
def verb_chart(verbs: pd.DataFrame, best: str) -> str:
    """Image-to-text accuracy per verb with 95% intervals, base against the best method, sorted."""
    part = verbs[verbs["direction"] == "i2t"]
    order = part[part["method"] == best].sort_values("accuracy")["relation"].tolist()
    figure = Figure(figsize=(10, 0.9 + 0.32 * len(order)))
    panel = figure.subplots()
    for shift, method in ((-0.14, "base"), (0.14, best)):
        rows = part[part["method"] == method].set_index("relation").reindex(order)
        spread = 100 * np.array([rows["accuracy"] - rows["low"], rows["high"] - rows["accuracy"]])
        style = {"fmt": "o", "ms": 5, "color": COLOURS[method], "capsize": 2, "label": method}
        panel.errorbar(100 * rows["accuracy"], np.arange(len(order)) + shift, xerr=spread, **style)
    counts = part[part["method"] == best].set_index("relation")["count"]
    labels = [f"{verb}  ({counts[verb]})" for verb in order]
    panel.axvline(50, color="#222", ls=":", lw=1)
    panel.set(xlabel="image-to-text accuracy, %", yticks=range(len(order)), yticklabels=labels, xlim=(0, 102))
    panel.legend(loc="lower left")
    return svg(figure)


@matplotlib.rc_context(STYLE)
def confusion_map(confusions: pd.DataFrame, best: str) -> str:
    """For the image's verb (row): how often the text with another verb (column) was preferred, in %."""
    part = confusions[confusions["method"] == best]
    rates = part.assign(rate=100 * part["mistaken"] / part["count"])
    verbs = sorted(set(part["relation"]) | set(part["taken_for"]))
    table = rates.pivot(index="relation", columns="taken_for", values="rate").reindex(verbs, columns=verbs)
    side = 2 + 0.36 * len(verbs)
    figure = Figure(figsize=(side + 1, side))
    panel = figure.subplots()
    shown = panel.imshow(table.to_numpy(float), cmap="YlOrRd", vmin=0, vmax=100)
    for (row, column), rate in np.ndenumerate(table.to_numpy(float)):
        if not np.isnan(rate):
            colour = "white" if rate > 60 else "#222"
            panel.text(column, row, f"{rate:.0f}", ha="center", va="center", fontsize=7.5, color=colour)
    panel.set(xticks=range(len(verbs)), yticks=range(len(verbs)), yticklabels=verbs)
    panel.set_xticklabels(verbs, rotation=60, ha="right")
    panel.set(xlabel="verb of the text preferred", ylabel="verb of the image")
    figure.colorbar(shown, label="% taken for it", shrink=0.7)
    return svg(figure)


@matplotlib.rc_context(STYLE)
def retention_scatter(table: pd.DataFrame) -> str:
    """Relation accuracy against retrieval, a point per method; up and to the right is better."""
    figure = Figure(figsize=(7, 4))
    panel = figure.subplots()
    for row in table.itertuples():
        panel.scatter(row.retention, row.relation, s=90, color=COLOURS[row.method], edgecolor="white", zorder=3)
        place = {"xytext": (8, 5), "textcoords": "offset points", "color": COLOURS[row.method], "weight": "bold"}
        panel.annotate(row.method, (row.retention, row.relation), **place)
    panel.margins(0.18)
    panel.grid(color="#e8eaed", zorder=0)
    panel.set(xlabel="recall@1 on whole captions, mean of both ways, %")
    panel.set(ylabel="image-to-text accuracy,\ndynamic, stative and swapped, %")
    return svg(figure)
