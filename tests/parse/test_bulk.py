"""Captions parsed in one document come back one by one, as the shipped models parse them."""

import pytest

from stages.parse.bulk import parse_captions
from stages.parse.pipeline import PIPELINES, compact_pipeline

CAPTIONS = [
    "A bathroom with a toilet and sink",
    "A ball is kicked by a boy.  It rolls.",
    "A man riding a wave on a surfboard.",
]


@pytest.fixture(scope="module")
def pipeline():
    return compact_pipeline()


def test_offsets_point_into_the_caption(pipeline):
    for caption, words in zip(CAPTIONS, parse_captions(pipeline, CAPTIONS), strict=True):
        assert [caption[w["start"] : w["end"]] for w in words] == [w["text"] for w in words]


def test_markup_of_the_web_changes_no_tree_and_offsets_point_into_the_caption_as_it_is(pipeline):
    web = "  <p>A man rid\u00ading a\u200b wave&nbsp;<b>on</b> a\nsurf&shy;board&#46;</p>"
    plain, found = parse_captions(pipeline, [CAPTIONS[2], web])
    own = ("text", "lemma", "upos", "head", "deprel")
    assert [[w[name] for name in own] for w in found] == [[w[name] for name in own] for w in plain]
    places = [web[w["start"] : w["end"]] for w in found]
    assert places == ["A", "man", "rid\u00ading", "a", "wave", "on", "a", "surf&shy;board", "&#46;"]


def test_a_caption_of_markup_alone_has_no_words(pipeline):
    empty, found = parse_captions(pipeline, ["<br>&nbsp;", CAPTIONS[0]])
    assert empty == [] and found == parse_captions(pipeline, CAPTIONS[:1])[0]


def test_heads_stay_inside_the_caption(pipeline):
    trees = parse_captions(pipeline, CAPTIONS)
    for words in trees:
        assert all(0 <= w["head"] <= len(words) for w in words)
    assert any(w["head"] == 0 for w in trees[1])


def test_tree_of_a_noun_phrase(pipeline):
    [words] = parse_captions(pipeline, CAPTIONS[:1])
    assert [(w["text"], w["upos"], w["head"], w["deprel"]) for w in words] == [
        ("A", "DET", 2, "det"),
        ("bathroom", "NOUN", 0, "root"),
        ("with", "ADP", 5, "case"),
        ("a", "DET", 5, "det"),
        ("toilet", "NOUN", 2, "nmod"),
        ("and", "CCONJ", 7, "cc"),
        ("sink", "NOUN", 5, "conj"),
    ]


def test_order_and_company_change_nothing(pipeline):
    alone = [parse_captions(pipeline, [caption])[0] for caption in CAPTIONS]
    together = parse_captions(pipeline, CAPTIONS[::-1])[::-1]
    assert together == alone


def test_default_models_offline_name_the_remedy(tmp_path, monkeypatch):
    from stages.common.files.errors import InputError

    def offline(*_, **__):
        raise ConnectionError("no network")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("stanza.download", offline)
    with pytest.raises(InputError, match="parse.models to compact"):
        PIPELINES["default"]()
