"""The report's charts as SVG texts, the same bytes for the same tables."""

import io

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

COLOURS = {  # apart for every kind of colour vision, by lightness too
    "base": "#a6acb4",
    "clip": "#4a86c5",
    "negclip": "#e3b23c",
    "drive": "#c43c4e",
    "ours": "#1b2f4b",
}
SETS = {"dynamic": "#0b4a52", "stative": "#2f8f8a", "swapped": "#8ccabb", "random": "#d5dadc"}
VERBS = 40  # rows of a chart by verb, the verbs of most tuples
CONFUSED = 25  # rows of the heat map
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


def colour(method: str) -> str:
    """The colour of a method in every chart and table."""
    return COLOURS.get(method, "#7b5ea7")


def svg(figure: Figure) -> str:
    """The figure as SVG without a date, so that a rerun changes nothing."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()


def canvas(height: float) -> Figure:
    """An empty figure as wide as the page, `height` in inches."""
    return Figure(figsize=(10.7, height), layout="constrained")


def whiskers(rows: pd.DataFrame) -> np.ndarray:
    """Lengths below and above each accuracy, (2, N), in points."""
    return 100 * np.array([rows["accuracy"] - rows["low"], rows["high"] - rows["accuracy"]])


@matplotlib.rc_context(STYLE)
def set_bars(accuracy: pd.DataFrame) -> str:
    """Accuracy by set and method with 95% whiskers, a panel per direction, chance as a dotted line."""
    methods, sets = list(accuracy["method"].unique()), list(accuracy["set"].unique())
    figure = canvas(3.6)
    panels = figure.subplots(1, 2, sharey=True)
    width = 0.8 / len(methods)
    for panel, direction in zip(panels, ("i2t", "t2i")):
        part = accuracy[accuracy["direction"] == direction].set_index(["method", "set"])
        for index, method in enumerate(methods):
            rows = part.reindex([(method, name) for name in sets])
            x = np.arange(len(sets)) + (index - (len(methods) - 1) / 2) * width
            style = {"color": colour(method), "label": method, "edgecolor": "white", "linewidth": 0.6}
            panel.bar(x, 100 * rows["accuracy"], width, **style)
            lines = {"fmt": "none", "ecolor": "#222", "lw": 1, "capsize": 2}
            panel.errorbar(x, 100 * rows["accuracy"], whiskers(rows), **lines)
        levels = 100 * part["chance"].groupby(level="set").max().reindex(sets)  # NaN: not asked
        for index, level in enumerate(levels):
            panel.hlines(level, index - 0.45, index + 0.45, color="#222", ls=":", lw=1.2)
        panel.set(title=TITLES[direction], xticks=range(len(sets)), xticklabels=sets, ylim=(0, 103))
    panels[0].set_ylabel("accuracy, %")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(methods))
    return svg(figure)


@matplotlib.rc_context(STYLE)
def training_curves(history: pd.DataFrame) -> str:
    """Loss against step, one line a method; `history` has step and a column per method."""
    figure = canvas(3)
    panel = figure.subplots()
    for method in history.columns.drop("step"):
        rows = history[["step", method]].dropna()
        panel.plot(rows["step"], rows[method], color=colour(method), lw=0.8, alpha=0.35)
        smooth = rows[method].rolling(9, min_periods=1, center=True).mean()
        panel.plot(rows["step"], smooth, color=colour(method), lw=1.8, label=method)
    panel.set(xlabel="step", ylabel="loss")
    panel.legend()
    return svg(figure)


@matplotlib.rc_context(STYLE)
def verb_chart(verbs: pd.DataFrame, best: str, chance: float) -> str:
    """Image-to-text accuracy per verb with 95% intervals, base against the best method, sorted.

    The verbs of most tuples where there are more than VERBS; `chance` in percent.
    """
    part = verbs[verbs["direction"] == "i2t"]
    own = part[part["method"] == best].nlargest(VERBS, "count").sort_values("accuracy")
    order, counts = own["relation"].tolist(), own["count"].tolist()
    figure = canvas(1.2 + 0.3 * len(order))
    panel = figure.subplots()
    for shift, method in ((-0.14, "base"), (0.14, best)):
        rows = part[part["method"] == method].set_index("relation").reindex(order)
        style = {"fmt": "o" if method == best else "D", "ms": 5, "color": colour(method), "capsize": 2}
        place = 100 * rows["accuracy"], np.arange(len(order)) + shift
        panel.errorbar(*place, xerr=whiskers(rows), label=method, **style)
    labels = [f"{verb}  ({count:,})" for verb, count in zip(order, counts)]
    panel.axvline(chance, color="#222", ls=":", lw=1)
    panel.set(xlabel="image-to-text accuracy, %", xlim=(-2, 102))
    panel.set(yticks=range(len(order)), yticklabels=labels)
    panel.set_ylim(-0.7, len(order) - 0.3)
    panel.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    return svg(figure)


@matplotlib.rc_context(STYLE)
def confusion_map(confusions: pd.DataFrame, best: str) -> str:
    """For the image's verb (row): how often the text with another verb (column) was preferred, in %."""
    part = confusions[confusions["method"] == best]
    asked, put = (part.groupby(name)["count"].sum() for name in ("relation", "taken_for"))
    verbs = sorted(asked.add(put, fill_value=0).nlargest(CONFUSED).index)
    rates = part.assign(rate=100 * part["mistaken"] / part["count"])
    table = rates.pivot(index="relation", columns="taken_for", values="rate").reindex(verbs, columns=verbs)
    figure = Figure(figsize=(3 + 0.36 * len(verbs), 1.5 + 0.36 * len(verbs)), layout="constrained")
    panel = figure.subplots()
    shown = panel.imshow(table.to_numpy(float), cmap="YlOrRd", vmin=0, vmax=100)
    for (row, column), rate in np.ndenumerate(table.to_numpy(float)):
        if not np.isnan(rate):
            ink = "white" if rate > 60 else "#222"
            panel.text(column, row, f"{rate:.0f}", ha="center", va="center", fontsize=7.5, color=ink)
    panel.set(xticks=range(len(verbs)), yticks=range(len(verbs)), yticklabels=verbs)
    panel.set_xticklabels(verbs, rotation=60, ha="right")
    panel.set(xlabel="verb of the text preferred", ylabel="verb of the image")
    figure.colorbar(shown, label="% taken for it", shrink=0.7)
    return svg(figure)


@matplotlib.rc_context(STYLE)
def retention_lines(table: pd.DataFrame, interpolation: pd.DataFrame) -> str:
    """Relation accuracy against retrieval; a point a method, up and to the right is better.

    A line a method through its interpolations with base, a dot an alpha; `table` has method, relation and
    retention in percent, `interpolation` method, alpha, relation and retention as shares.
    """
    figure = canvas(4.4)
    panel = figure.subplots()
    for method, rows in interpolation.groupby("method", sort=False):
        rows = rows.sort_values("alpha")
        x, y = 100 * rows["retention"], 100 * rows["relation"]
        panel.plot(x, y, color=colour(method), lw=1.4, marker="o", ms=3.5, zorder=2)
    at = table[["retention", "relation"]].to_numpy()  # (M, 2)
    spread = np.maximum(np.ptp(at, axis=0), 1e-9)  # (2,)
    for number, row in enumerate(table.itertuples()):
        style = {"s": 90, "color": colour(row.method), "edgecolor": "white", "zorder": 3}
        panel.scatter(row.retention, row.relation, **style)
        near = np.abs(at[:number] - at[number]) < 0.06 * spread  # (number, 2)
        hidden = near.all(axis=1).any()  # its label would cover an earlier one's
        place = {"xytext": (8, -14 if hidden else 5), "textcoords": "offset points", "weight": "bold", "zorder": 4}
        panel.annotate(row.method, (row.retention, row.relation), **place)
    corner = {"xycoords": "axes fraction", "ha": "right", "va": "top", "color": "#5c6570", "style": "italic"}
    panel.annotate("better ↗", (0.99, 0.98), **corner)
    panel.margins(0.12)
    panel.grid(color="#e8eaed", zorder=0)
    panel.set(xlabel="recall@1 on whole captions, mean of both ways, %")
    panel.set(ylabel="image-to-text accuracy,\ndynamic, stative and swapped, %")
    return svg(figure)


@matplotlib.rc_context(STYLE)
def relation_bars(counts: dict[str, int]) -> str:
    """Triples of the commonest relations, the commonest first."""
    names = list(counts)
    figure = canvas(3.2)
    panel = figure.subplots()
    panel.bar(range(len(names)), list(counts.values()), color="#5c6570", edgecolor="white")
    panel.set(ylabel="triples", xticks=range(len(names)), xlim=(-0.6, len(names) - 0.4))
    panel.set_xticklabels(names, rotation=55, ha="right")
    panel.yaxis.set_major_formatter("{x:,.0f}")
    return svg(figure)


@matplotlib.rc_context(STYLE)
def tuple_bars(anchors: pd.DataFrame) -> str:
    """Tuples by the anchor's verb, stacked by set; `anchors` has set and relation, a row a tuple."""
    table = pd.crosstab(anchors["relation"], anchors["set"])
    table = table.loc[table.sum(axis=1).sort_values(ascending=False, kind="stable").index[:VERBS]]
    figure = canvas(3.2)
    panel = figure.subplots()
    below = np.zeros(len(table))
    for name in (name for name in SETS if name in table):
        style = {"bottom": below, "color": SETS[name], "label": name, "edgecolor": "white"}
        panel.bar(range(len(table)), table[name], **style)
        below += table[name].to_numpy()
    panel.set(ylabel="tuples", xticks=range(len(table)), xlim=(-0.6, len(table) - 0.4))
    panel.set_xticklabels(table.index, rotation=55, ha="right")
    panel.yaxis.set_major_formatter("{x:,.0f}")
    panel.legend()
    return svg(figure)
