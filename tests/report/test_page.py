"""The report's page is one well-formed file that asks for nothing else."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from stages.report.collect import Findings
from stages.report.content import all_tables, figures, lead, page, tiles


def names(table):
    return [row["name"] for row in table["rows"]]


def text_of(html):
    """The page without markup and pictures, on one line."""
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]*>", " ", html, flags=re.S).split())


class Reader(HTMLParser):
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


@pytest.fixture(scope="module")
def html(found, folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return page(found, figures(found))


@pytest.fixture
def of(found, folder, monkeypatch):
    """The text of the page with other measures or other findings."""
    monkeypatch.chdir(folder)

    def render(**changes) -> str:
        changed: Findings = found._replace(**changes)
        return text_of(page(changed, {}))

    return render


def test_page_asks_for_nothing_outside_itself_and_runs_no_script(html):
    reader = Reader(html)
    assert all(link.startswith("data:") or link in reader.ids for link in reader.links)
    assert len(set(reader.ids)) == len(reader.ids) == 16  # a section each but the gallery
    assert "<script" not in html and "url(" not in html and "@import" not in html


def test_page_is_well_formed_and_in_order(html):
    reader = Reader(html)
    assert reader.open == []
    assert reader.titles == [
        "Accuracy",
        "Clearest gains of mine",
        "Differences on the same tuples",
        "Held-out combinations",
        "Relations against retention",
        "Retrieval of whole captions",
        "Zero-shot naming",
        "Verb probe",
        "Which verb, and who",
        "What a probability means",
        "Accuracy by verb",
        "Which verb is taken for which",
        "Controls",
        "Benchmarks",
        "Means over verbs",
        "Slices",
        "Tuples",
    ]


def test_every_picture_has_an_alternative_text(html):
    images = Reader(html).images
    assert len(images) == 7 + 2 * 2  # charts; an anchor and its negative for each of two gains
    assert all(image["alt"].strip() for image in images)
    assert images[0]["alt"].startswith("Chart accuracy: Accuracy. Percent right")
    assert any(image["alt"].startswith("Chart verbs_roles: Accuracy by verb. ") for image in images)


def test_page_states_intervals_differences_and_the_finding(html):
    assert "75.0 <small>[65.0, 85.0]</small>" in html
    text = text_of(html)
    assert "mine picks the right text for 75.0% of the hard images (clip 50.0%, base 25.0%) and finds 21.0% of" in text
    assert re.search(r"On dynamic, the hardest set for clip, mine − clip = \+25.0 \[\+0.0, \+\d+.0\] points.", text)
    assert "12 test tuples on 4 anchor images; base, clip, mine, siglip on the same data" in text
    assert "Relations: the mean over the hard sets dynamic, swapped." in text and 'class="soft note"' not in html


def test_texts_are_escaped(html):
    assert "man &lt;riding&gt; horse" in html and "&lt;Object&gt;" in html
    assert "<riding>" not in html and "<Object>" not in html


def test_long_tables_are_folded(of, found, html):
    assert "<details>" not in html
    verbs = found.measures.query("measure == 'verbs' and direction == 'i2t'").head(1)
    many = [verbs.assign(slice=f"verb {number}") for number in range(50)]
    rendered = page(found._replace(measures=pd.concat([found.measures, *many])), {})
    assert rendered.count("<details><summary>") == 1 and Reader(rendered).open == []


def test_without_the_control_the_best_is_compared_with_base(found):
    two = ["base", "siglip"]
    measures, scores = (table[table["model"].isin(two)] for table in (found.measures, found.scores))
    changed = found._replace(best="siglip", measures=measures, scores=scores)
    assert lead(changed)["others"] == ["base"] and lead(changed)["hardest"][0] == "dynamic"
    swapped = measures.assign(value=measures["value"].where(measures["set"] != "swapped", 0.0))
    assert lead(changed._replace(measures=swapped))["hardest"][0] == "swapped"
    assert lead(changed._replace(best="base")) | {"scores": {}} == {"scores": {}, "others": [], "hardest": None}


def test_without_hard_sets_the_finding_is_of_whole_captions(of, found):
    text = of(hard=[], scores=found.scores.drop(columns="relation"))
    assert "mine finds 21.0% of whole captions at rank 1 (clip 21.0%, base 21.0%). whole captions, recall@1" in text
    assert "picks the right text" not in text and "the page is about the model that finds most whole captions" in text


def test_the_first_screen_has_both_directions_and_retention(found):
    first = tiles(found)
    titles = ["relations, image to text", "relations, text to image", "whole captions, recall@1"]
    assert first["head"] == [[(title, 1) for title in titles]] and names(first) == list(found.answers)
    assert first["rows"][0]["cells"][0] == ("25.0", "") and first["rows"][3]["cells"][0] == ("100.0", "top")
    assert len(tiles(found._replace(hard=[]))["head"][0]) == 1  # no hard set, no relations


def test_no_held_out_combination_is_stated(of, found):
    note = "No test tuple is a combination that training did not see."
    assert note not in of() and note in of(measures=found.measures.query("slice != 'unseen triple'"))


def test_held_out_combinations_are_below_seen_ones_in_the_order_of_the_sets(found):
    assert names(all_tables(found)["held_out"])[:6] == [
        "dynamic, image to text, seen (2)",
        "dynamic, image to text, held out (2)",
        "dynamic, text to image, seen (2)",
        "dynamic, text to image, held out (2)",
        "swapped, image to text, seen (2)",
        "swapped, image to text, held out (2)",
    ]


def test_slices_leave_out_what_is_the_whole_set(found):
    """All tuples have a seen relation."""
    assert names(all_tables(found)["slices"]) == ["dynamic, with particle (2)"]


def test_points_of_curves_are_not_in_the_table(found):
    table = all_tables(found)["calibration"]
    assert table["head"][1] == [("most probable is right", 1), ("calibration error", 1), ("calibration error", 1)]
