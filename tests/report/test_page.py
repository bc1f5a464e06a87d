"""The report's page is one well-formed file that asks for nothing else."""

import re
from html.parser import HTMLParser

import pandas as pd

from stages.report.collect import labelled, results, retention_table
from stages.report.content import page_content
from stages.report.page import gallery_cards, render
from stages.report.plots import set_bars

WHOLE = pd.DataFrame(
    [
        (method, "all", "swapped", direction, accuracy, accuracy - 0.1, accuracy + 0.1, 40, 0.5)
        for method, accuracy in (("base", 0.5), ("drive", 0.75))
        for direction in ("i2t", "t2i")
    ],
    columns=["method", "slice", "set", "direction", "accuracy", "low", "high", "count", "chance"],
)
VERBS = WHOLE.assign(relation="ride").drop(columns=["slice", "set"])
CONFUSIONS = pd.DataFrame(
    {"method": ["drive"], "relation": ["ride"], "taken_for": ["feed"], "count": [4], "mistaken": [1]}
)

SUMMARIES = {
    method: {
        "accuracy": {"swapped": {"i2t": 60.0}, "dynamic": {"i2t": 80.0}, "random": {"i2t": 100.0}},
        "retention": {"i2t_recall@1": 30.0, "t2i_recall@1": 20.0},
        "probe": {},
    }
    for method in ("base", "drive")
}


def _page():
    row = {"set": "swapped", "images": [1, 2], "texts": ["dog <chasing> cat", "cat chasing dog"], "best_text": 1}
    scores = {"true_score_base": 0.1, "text_score_base": 0.2, "true_score": 0.3, "text_score": 0.1}
    cards = gallery_cards(pd.DataFrame([row | scores]), {1: b"one", 2: b"two"})
    tables = {
        "whole": WHOLE,
        "verbs": VERBS,
        "confusions": CONFUSIONS,
        "history": pd.DataFrame({"step": [10, 20], "drive": [1.0, 0.5]}),
        "differences": pd.DataFrame(
            [("drive", "base", "swapped", "i2t", 0.25, 0.1, 0.4)],
            columns=["method", "minus", "set", "direction", "difference", "low", "high"],
        ),
        "retention": retention_table(SUMMARIES),
        "answered": pd.DataFrame({"image_id": [1, 1, 2]}),
    }
    controls = {"swapped": {"language_prior": 49.5, "shuffled_i2t": 50.5}}
    return render(page_content(tables, controls, [("Gains", cards)], "drive", 1000))


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.images, self.links = [], []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "img":
            self.images.append(attributes)
        self.links += [value for name, value in attributes.items() if name in ("src", "href")]


def test_page_asks_for_nothing_outside_itself_and_runs_no_script():
    reader, page = _Reader(), _page()
    reader.feed(page)
    assert reader.links and all(link.startswith("data:") for link in reader.links)
    assert "<script" not in page and "url(" not in page and "@import" not in page


def test_every_picture_has_an_alternative_text():
    reader = _Reader()
    reader.feed(_page())
    assert len(reader.images) == 7  # five charts, an anchor and its negative
    assert all(image["alt"].strip() for image in reader.images)


def test_page_states_intervals_differences_and_the_finding():
    page = _page()
    assert "75.0 <small>[65.0, 85.0]</small>" in page
    assert "+25.0 <small>[+10.0, +40.0]</small>" in page
    assert "base picks the right text 50.0% of the time and drive 75.0%" in page
    assert "3 test tuples on 2 anchor images" in page


def test_texts_are_escaped():
    assert "dog &lt;chasing&gt; cat" in _page()
    assert "<chasing>" not in _page()


def test_the_same_tables_draw_the_same_bytes():
    assert set_bars(WHOLE) == set_bars(WHOLE)
    assert not re.search(r"<dc:date>", set_bars(WHOLE))


def test_relation_leaves_out_random_and_retention_is_the_mean_of_both_ways():
    row = retention_table(SUMMARIES).iloc[0]
    assert (row["relation"], row["retention"]) == (70.0, 25.0)


def test_controls_are_named_in_words():
    assert "no image: how frequent the text is in training" in _page()
    assert "<td>49.5</td>" in _page()


def test_results_are_rounded_percents_beside_chance():
    assert results(WHOLE) == {
        "base": {"swapped": {"i2t": 50.0, "t2i": 50.0}},
        "chance": {"swapped": {"i2t": 50.0, "t2i": 50.0}},
        "drive": {"swapped": {"i2t": 75.0, "t2i": 75.0}},
    }


def test_bars_for_dvc_are_labelled():
    assert labelled(WHOLE)["label"].tolist()[-1] == "drive swapped t2i"
