"""The report's page is one well-formed file that asks for nothing else."""

import functools
import re
from html.parser import HTMLParser

import pandas as pd

from stages.report.__main__ import page_content
from stages.report.cells import BLIND, calibration_table, inference_table
from stages.report.collect import held_out, labelled, results, score_table, with_ends
from stages.report.content import figures, finding, lacking, missing_images, striking_pairs, tiles
from stages.report.page import gallery_cards, render
from stages.report.plots import set_bars

WHOLE = pd.DataFrame(
    [
        (method, "all", name, direction, accuracy, accuracy - 0.1, accuracy + 0.1, 40, 0.5)
        for method, accuracy in (("base", 0.5), ("drive", 0.75))
        for name in ("dynamic", "swapped")
        for direction in ("i2t", "t2i", "group")
    ],
    columns=["model", "slice", "set", "direction", "accuracy", "low", "high", "count", "chance"],
)
HARD = ["dynamic", "swapped"]
COLOURS = {"base": "#aaaaaa", "drive": "#c43c4e", "dynamic": "#0b4a52", "swapped": "#8ccabb"}
SUMMARIES = {
    "models": {
        method: {
            "overall": {"relation": relation, "retention": 25.0},
            "retention": {"i2t_recall@1": 30.0, "t2i_recall@1": 20.0},
            "controls": {"swapped": {"language_prior": 49.5, "shuffled_i2t": 50.5}},
            "probe": {},
            "inference": {"verb@1": 60.0, "mean_rank": 1.2},
            "calibration": {"relation@1": 40.0, "expected_calibration_error": {"CLIP's own": 20.0, "fitted": 4.0}},
        }
        for method, relation in (("base", 50.0), ("drive", 75.0))
    },
    "benchmarks": {},
    "negatives": {
        "sets": {"swapped": {"tuples": {"train": 9, "val": 0, "test": 3}, "blind_classifier": 0.5, "differs": "roles"}}
    },
}
TABLES = {
    "accuracy": WHOLE,
    "whole": WHOLE,
    "macro": WHOLE,
    "verbs": WHOLE[WHOLE["set"] == "dynamic"].assign(relation="ride", differs="verb"),
    "confusions": pd.DataFrame(
        {"model": ["drive"], "relation": ["ride"], "taken_for": ["feed"], "count": [4], "mistaken": [1]}
    ),
    "held_out": held_out(WHOLE.assign(slice="unseen triple")),
    "sets": {"dynamic": "verb", "swapped": "roles"},
    "differences": pd.DataFrame(
        [("drive", "base", name, "i2t", 0.25, 0.1, 0.4) for name in ("dynamic", "swapped")],
        columns=["model", "minus", "set", "direction", "difference", "low", "high"],
    ),
    "scores": score_table(SUMMARIES["models"]),
    "interpolation": pd.DataFrame(
        [("drive", 0, 0.5, 0.25), ("drive", 0.5, 0.7, 0.3), ("drive", 1, 0.75, 0.25)],
        columns=["model", "alpha", "relation", "retention"],
    ),
    "benchmarks": pd.DataFrame(
        columns=["model", "benchmark", "category", "direction", "accuracy", "low", "high", "count"]
    ),
    "inference": pd.DataFrame(
        [("base", "model", 0.6), ("drive", "model", 0.9), ("base", "commonest", 0.1), ("base", "blind", 0.5)],
        columns=["model", "by", "value"],
    ).assign(offered="all", measure="verb@1", verbs="all", low=0.0, high=1.0, count=9),
    "reliability": pd.DataFrame(
        {"model": ["base", "drive"], "temperature": "fitted", "confidence": 0.5, "accuracy": [0.4, 0.5], "count": 9}
    ),
    "anchors": pd.DataFrame({"set": ["swapped", "dynamic"], "split": "test", "relation": ["ride", "feed"]}),
    "tuples": pd.DataFrame({"model": "drive", "image_id": [1, 1, 2]}),
}


@functools.cache
def _page():
    texts = ["dog <chasing> cat", "cat chasing dog"]
    row = {"set": "swapped", "images": [1, 2], "texts": texts, "best_text": 1}
    scores = {"true_score_base": 0.1, "text_score_base": 0.2, "true_score": 0.3, "text_score": 0.1}
    cards = gallery_cards(pd.DataFrame([row | scores]), {1: b"one", 2: b"two"}, "drive")
    drawn = figures(TABLES, "drive", COLOURS)
    content = page_content(TABLES, SUMMARIES, drawn, "drive", HARD)
    return render(content | {"gallery": [("Gains", cards)], "colours": COLOURS})


class _Reader(HTMLParser):
    """Pictures, links and headings; every opened element must be closed in its turn."""

    VOID = {"img", "meta", "link", "br"}

    def __init__(self, page):
        super().__init__()
        self.images, self.links, self.titles, self.ids, self.open = [], [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.images += [attributes] if tag == "img" else []
        self.links += [value for name, value in attributes.items() if name in ("src", "href")]
        self.ids += [f"#{attributes['id']}"] if "id" in attributes else []
        self.open += [] if tag in self.VOID else [tag]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.titles += [data] if self.open[-1:] == ["h2"] else []


def test_page_asks_for_nothing_outside_itself_and_runs_no_script():
    page = _page()
    reader = _Reader(page)
    assert all(link.startswith("data:") or link in reader.ids for link in reader.links)
    assert len(set(reader.ids)) == len(reader.ids) == 11  # a section each but the gallery
    assert "<script" not in page and "url(" not in page and "@import" not in page


def test_page_is_well_formed_and_in_order():
    reader = _Reader(_page())
    assert reader.open == []
    assert reader.titles == [
        "Accuracy",
        "Gains",
        "Differences on the same tuples",
        "Held-out combinations",
        "Relations against retention",
        "Which verb, and who",
        "What a probability means",
        "Accuracy by verb, negatives differing in verb",
        "Which verb is taken for which",
        "Controls",
        "Means over verbs, and both at once",
        "Tuples",
    ]


def test_every_picture_has_an_alternative_text():
    images = _Reader(_page()).images
    assert len(images) == 8  # six charts, an anchor and its negative
    assert all(image["alt"].strip() for image in images)


def test_page_states_intervals_differences_and_the_finding():
    page = _page()
    assert "75.0 <small>[65.0, 85.0]</small>" in page
    assert "+25.0 <small>[+10.0, +40.0]</small>" in page
    assert "drive picks the right text for 75.0% of the hard images (base 50.0%)" in page
    assert "finds 25.0% of whole captions at rank 1 (base 25.0%)." in page
    assert "On dynamic, the hardest set for base, drive − base = +25.0 [+10.0, +40.0] points." in page
    assert "3 test tuples on 2 anchor images" in page
    assert "no image: how frequent the text is in training" in page


def test_texts_are_escaped():
    assert "dog &lt;chasing&gt; cat" in _page()
    assert "<chasing>" not in _page()


def test_the_same_tables_draw_the_same_bytes():
    shades = {name: COLOURS[name] for name in ("base", "drive")}
    assert set_bars(WHOLE, shades) == set_bars(WHOLE, shades)
    assert not re.search(r"<dc:date>", set_bars(WHOLE, shades))


def test_the_control_stands_between_the_best_model_and_base():
    scores = pd.DataFrame({"model": ["base", "clip", "ours"], "relation": [60.0, 70, 80], "retention": 20.0})
    asked = [("clip", "swapped", "i2t", 0.6), ("clip", "dynamic", "i2t", 0.8)]
    whole = pd.DataFrame(asked, columns=["model", "set", "direction", "accuracy"])
    row = ("ours", "clip", "swapped", "i2t", 0.05, -0.01, 0.1)
    differences = pd.DataFrame([row], columns=TABLES["differences"].columns)
    text = finding({"scores": scores, "whole": whole, "differences": differences}, "ours", HARD)
    assert "80.0% of the hard images (clip 70.0%, base 60.0%)" in text
    assert "On swapped, the hardest set for clip, ours − clip = +5.0 [-1.0, +10.0] points." in text


def test_without_hard_sets_the_finding_is_of_whole_captions():
    scores = pd.DataFrame({"model": ["base", "mine"], "retention": [20.0, 30.0]})
    tables = {"scores": scores, "whole": WHOLE.assign(set="random"), "differences": TABLES["differences"]}
    assert finding(tables, "mine", HARD) == "mine finds 30.0% of whole captions at rank 1 (base 20.0%)."
    assert finding(tables, "base", HARD) == ""


def test_the_first_screen_has_both_directions_and_retention():
    first = tiles(TABLES, HARD)
    assert [tile["title"] for tile in first][::2] == ["relations, image to text", "whole captions, recall@1"]
    assert first[0]["rows"] == [("base", "50.0", ""), ("drive", "75.0", "top")]
    assert len(tiles(TABLES, [])) == 1  # no hard set, no relations


def test_what_is_missing_is_said():
    seen = TABLES | {"held_out": held_out(WHOLE.assign(slice="seen triple")), "sets": {"stative": "verb"}}
    assert lacking(seen, ["stative"], 2) == [
        "No question of the sets stative: the test split has no such tuple.",
        "No question is of a hard set, so relations have no accuracy here, and the page is about the model that finds "
        "most whole captions.",
        "All questions are on 2 images: no interval tells anything.",
        "No test tuple is a combination that training did not see.",
        "No verb probe: the test split has too few images of a verb.",
    ]
    whole = TABLES | {"scores": TABLES["scores"].assign(verb_probe_accuracy=1.0)}
    assert lacking(whole, HARD, 3) == []


def test_results_are_a_file_a_method_and_direction():
    cells = {"relation": 50.0, "dynamic": 50.0, "swapped": 50.0}
    base = WHOLE[WHOLE["model"] == "base"]
    unseen = held_out(base.assign(slice="unseen triple", accuracy=0.25))
    assert results({"whole": base, "held_out": unseen, "scores": TABLES["scores"][:1]}, HARD) == {
        "base/i2t": cells | {"held_out": 25.0, "recall@1": 30.0, "verb@1": 60.0, "mean_rank": 1.2},
        "base/t2i": cells | {"held_out": 25.0, "recall@1": 20.0},
        "chance/i2t": cells,
        "chance/t2i": cells,
    }


def test_inference_has_a_row_a_model_and_two_that_see_no_image():
    table = inference_table(TABLES["inference"])
    assert table["head"] == [[("which verb, of all", 1)], [("first", 1)]]
    assert [row["name"] for row in table["rows"]] == ["base", "drive", *BLIND.values()]
    assert [mark for row in table["rows"] for _, mark in row["cells"]] == ["", "top", "", ""]
    assert table["rows"][1]["cells"][0][0] == "90.0 <small>[0.0, 100.0]</small>"


def test_the_least_mean_rank_is_the_best():
    ranks = TABLES["inference"].assign(measure="mean rank", value=[1.5, 1.25, 5.0, 4.0], low=1.0, high=2.0)
    rows = inference_table(ranks)["rows"]
    assert [row["cells"][0][1] for row in rows] == ["", "top", "", ""]
    assert rows[0]["cells"][0][0] == "1.50 <small>[1.00, 2.00]</small>"


def test_a_model_that_is_not_calibrated_has_empty_cells():
    found = {"mine": {"relation@1": 40.0, "expected_calibration_error": {"CLIP's own": 20.0}}, "other": {}}
    (row,) = calibration_table(found)["rows"]
    assert [text for text, _ in row["cells"]] == ["40.0", "20.0", "", "", ""]


def test_interpolations_reach_from_base_to_the_method():
    between = pd.DataFrame({"model": ["drive"], "alpha": [0.5], "relation": [0.7], "retention": [0.3]})
    table = with_ends(between, TABLES["scores"], "base")
    assert table.values.tolist() == [["drive", 0, 0.5, 0.25], ["drive", 0.5, 0.7, 0.3], ["drive", 1, 0.75, 0.25]]


def test_the_differences_shown_are_those_of_the_best_and_of_the_control():
    """The best model comes first, whatever its place among the others."""
    models = ("base", "clip", "drive", "ours")
    pairs = [(later, earlier) for place, later in enumerate(models) for earlier in models[:place]]
    rows = [(*pair, way, 0.1, 0.0, 0.3) for pair in pairs for way in ("i2t", "t2i", "group")]
    table = pd.DataFrame(rows, columns=["model", "minus", "direction", "difference", "low", "high"])
    shown = striking_pairs(table, "drive")
    assert list(zip(shown["model"], shown["minus"]))[::2] == [*pairs[:3], pairs[4], ("drive", "ours")]
    assert shown.iloc[-1].tolist() == ["drive", "ours", "t2i", -0.1, -0.3, -0.0]
    assert set(shown["direction"]) == {"i2t", "t2i"}


def test_bars_for_dvc_are_labelled():
    assert labelled(WHOLE).iloc[-1][["label", "accuracy"]].tolist() == ["swapped group drive", 75.0]


def test_missing_images_of_benchmarks_are_counted():
    found = {
        "valse": {"questions": 9, "answered": 4, "missing": 3},
        "aro_relation": {"questions": 1, "answered": 1, "missing": 0},
    }
    assert missing_images(found).startswith(" valse: 4 of 9 questions have their images; the missing files")
    assert missing_images({}) == ""
