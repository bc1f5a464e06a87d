"""The verb lexicon: shipped rows are valid, malformed ones are named."""

import pytest

from stages.common.files.errors import InputError
from stages.common.language.lexicons import read_dynamic_verbs, stems, verb_lemma


def test_the_shipped_lexicon():
    lexicon = read_lexicon("data/verbs.csv")
    assert len(lexicon) >= 600
    assert lexicon["ride"] and lexicon["throw"] and not lexicon["wear"] and not lexicon["sit"]


def test_a_malformed_row_is_named(tmp_path):
    path = tmp_path / "verbs.csv"
    path.write_text("# comment\nlemma,class\nride,dynamic\nwear,sometimes\n# rows: 2\n")
    with pytest.raises(
        InputError, match=r"verbs\.csv: line 4: wear is 'sometimes'; write wear,dynamic or wear,stative"
    ):
        read_lexicon(path)


@pytest.mark.parametrize(
    ("form", "lemma"),
    [("sitting", "sit"), ("riding", "ride"), ("carries", "carry"), ("lying", "lie"), ("ridding", "ride")],
)
def test_stems(form, lemma):
    assert lemma in stems(form)


def test_a_verb_that_ends_in_a_known_one():
    assert verb_lemma("paragliding", "paragliding", {"glide": True}) == "paraglide"
    assert verb_lemma("zorbing", "zorbing", {"glide": True, "orb": True}) == "zorbing"
