"""The report's charts as SVG texts, the same bytes for the same tables.

`colours` maps models or sets to colours, in the order in which they are drawn. Rows are those of the table of measures.
"""

import io
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from stages.report.tables import TITLES

MAX_VERBS = 40  # in a chart by verb: those with most tuples
MAX_CONFUSED = 25  # rows of the heat map
STYLE = matplotlib.rc_params_from_file(Path(__file__).with_name("charts.mplstyle"), use_default_template=False)


def svg(figure: Figure) -> str:
    """The figure as SVG without a date, so that a rerun gives the same bytes."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()


def canvas(height: float) -> Figure:
    """A figure as wide as the page; `height` in inches."""
    return Figure(figsize=(10.7, height), layout="constrained")


def whiskers(rows: pd.DataFrame) -> np.ndarray:
    """The lengths of intervals below and above each value, (2, N), in points; 0 where the value is outside."""
    return np.maximum(0, 100 * np.array([rows["value"] - rows["low"], rows["high"] - rows["value"]]))


@matplotlib.rc_context(STYLE)
def set_bars(accuracy: pd.DataFrame, colours: dict[str, str]) -> str:
    """Accuracy by set and model with 95% intervals, a panel for each direction, chance as a dotted line."""
    sets = list(accuracy["set"].unique())
    figure, width, x = canvas(3.6), 0.8 / len(colours), np.arange(len(sets))  # x (S,)
    for panel, direction in zip(figure.subplots(1, 2, sharey=True), ("i2t", "t2i")):
        part = accuracy[accuracy["direction"] == direction].set_index(["model", "set"])
        for index, (model, colour) in enumerate(colours.items()):
            rows = part.reindex([(model, name) for name in sets])
            style: dict = {"color": colour, "edgecolor": "white", "linewidth": 0.6, "capsize": 2, "ecolor": "#222"}
            places = x + (index - (len(colours) - 1) / 2) * width  # (S,)
            panel.bar(places, 100 * rows["value"], width, yerr=whiskers(rows), label=model, **style)
        levels = 100 * part["chance"].groupby(level="set").max().reindex(sets)  # NaN: not asked
        panel.hlines(levels, x - 0.45, x + 0.45, color="#222", ls=":", lw=1.2)
        panel.set(title=TITLES[direction], xticks=x, xticklabels=sets, ylim=(0, 103))
    return svg(with_legend(figure, "accuracy, %"))


def with_legend(figure: Figure, label: str) -> Figure:
    """A figure of panels with one axis of values, named `label`, and one legend below them."""
    figure.axes[0].set_ylabel(label)
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=8)
    return figure


@matplotlib.rc_context(STYLE)
def verb_chart(verbs: pd.DataFrame, chance: float, colours: dict[str, str]) -> str:
    """Image-to-text accuracy by verb with 95% intervals, for the one or two models of `colours`, sorted by the last.

    `chance` in percent. The verbs are of one set: what differs in the negatives.
    """
    part, best = verbs[verbs["direction"] == "i2t"], list(colours)[-1]
    own = part[part["model"] == best].nlargest(MAX_VERBS, "count").sort_values("value")
    figure, y = canvas(1.4 + 0.3 * len(own)), np.arange(len(own))  # y (V,)
    panel = figure.subplots()
    for shift, (model, colour) in zip((-0.14, 0.14), colours.items()):
        rows = part[part["model"] == model].set_index("slice").reindex(own["slice"])
        style: dict = {"fmt": "o" if model == best else "D", "ms": 5, "color": colour, "capsize": 2}
        panel.errorbar(100 * rows["value"], y + shift, xerr=whiskers(rows), label=model, **style)
    panel.axvline(chance, color="#222", ls=":", lw=1)
    panel.set(xlabel="image-to-text accuracy, %", xlim=(-2, 102), ylim=(-0.7, len(own) - 0.3), yticks=y)
    panel.set_yticklabels([f"{verb}  ({count:,})" for verb, count in zip(own["slice"], own["count"])])
    panel.set_title(f"negatives that differ in {verbs['set'].iloc[0]}")
    panel.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    return svg(figure)


@matplotlib.rc_context(STYLE)
def confusion_map(part: pd.DataFrame) -> str:
    """For the image's verb (row): how often one model preferred the text with another verb (column), in percent."""
    asked, offered = (part.groupby(name)["count"].sum() for name in ("set", "slice"))
    verbs = sorted(asked.add(offered, fill_value=0).nlargest(MAX_CONFUSED).index)
    table = 100 * part.pivot(index="set", columns="slice", values="value").reindex(verbs, columns=verbs)
    figure = Figure(figsize=(3 + 0.36 * len(verbs), 1.5 + 0.36 * len(verbs)), layout="constrained")
    panel = figure.subplots()
    shown = panel.imshow(table.to_numpy(float), cmap="YlOrRd", vmin=0, vmax=100)
    for (row, column), rate in np.ndenumerate(table.to_numpy(float)):
        if not np.isnan(rate):
            ink = "white" if rate > 60 else "#222"
            panel.text(column, row, f"{rate:.0f}", ha="center", va="center", fontsize=7.5, color=ink)
    panel.set(xlabel="verb of the text preferred", ylabel="verb of the image")
    panel.set_xticks(range(len(verbs)), verbs, rotation=60, ha="right")
    panel.set_yticks(range(len(verbs)), verbs)
    figure.colorbar(shown, label="% taken for it", shrink=0.7)
    return svg(figure)


@matplotlib.rc_context(STYLE)
def retention_lines(scores: pd.DataFrame, interpolation: pd.DataFrame, colours: dict[str, str]) -> str:
    """Relation accuracy against retrieval, a point for each model; up and to the right is better.

    A line for each method through its interpolations with base. `scores` has model, relation and retention in percent,
    `interpolation` also alpha.
    """
    figure = canvas(4.4)
    panel = figure.subplots()
    for model, rows in interpolation.sort_values("alpha").groupby("model"):
        panel.plot(rows["retention"], rows["relation"], color=colours[model], lw=1.4, marker="o", ms=3.5, zorder=2)
    for place, row in enumerate(scores.sort_values("retention").itertuples()):
        at = row.retention, row.relation
        panel.scatter(*at, s=90, color=colours[row.model], edgecolor="white", zorder=3)
        offset = 8, 5 if place % 2 else -14  # above and below in turn, so that neighbours do not overlap
        panel.annotate(row.model, at, xytext=offset, textcoords="offset points", weight="bold", zorder=4)
    corner: dict = {"transform": panel.transAxes, "ha": "right", "va": "top", "color": "#5c6570", "style": "italic"}
    panel.text(0.99, 0.98, "better ↗", **corner)
    panel.margins(0.12)
    panel.grid(color="#e8eaed", zorder=0)
    panel.set_xlabel("recall@1 on whole captions, mean of both ways, %")
    panel.set_ylabel("image-to-text accuracy,\nmean over the hard sets, %")
    return svg(figure)


@matplotlib.rc_context(STYLE)
def reliability_lines(reliability: pd.DataFrame, colours: dict[str, str]) -> str:
    """How often the most probable relation is right against its probability: a panel for each temperature.

    `reliability` has the probability as chance; a dot's area is its count.
    """
    names = list(reliability["set"].unique())
    figure = canvas(4.2)
    for panel, name in zip(figure.subplots(1, len(names), sharey=True, squeeze=False)[0], names):
        panel.plot([0, 100], [0, 100], color="#222", ls=":", lw=1.2)
        for model, rows in reliability[reliability["set"] == name].groupby("model", sort=False):
            x, y = 100 * rows["chance"], 100 * rows["value"]
            panel.plot(x, y, color=colours[model], lw=1.2, label=model)
            panel.scatter(x, y, s=120 * rows["count"] / rows["count"].max(), color=colours[model])
        panel.set(title=name, xlabel="probability, %", xlim=(0, 101), ylim=(0, 101))
    return svg(with_legend(figure, "right, %"))


@matplotlib.rc_context(STYLE)
def tuple_bars(anchors: pd.DataFrame, colours: dict[str, str]) -> str:
    """The number of tuples by the anchor's verb, stacked by set; `anchors` has set and relation."""
    table = pd.crosstab(anchors["relation"], anchors["set"])
    table = table.loc[table.sum(axis=1).sort_values(ascending=False, kind="stable").index[:MAX_VERBS]]
    figure, below = canvas(3.2), np.zeros(len(table))
    panel = figure.subplots()
    for name in (name for name in colours if name in table):
        panel.bar(range(len(table)), table[name], bottom=below, color=colours[name], label=name, edgecolor="white")
        below += table[name].to_numpy()
    panel.set(ylabel="tuples", xlim=(-0.6, len(table) - 0.4))
    panel.set_xticks(range(len(table)), table.index, rotation=55, ha="right")
    panel.yaxis.set_major_formatter("{x:,.0f}")
    panel.legend()
    return svg(figure)
