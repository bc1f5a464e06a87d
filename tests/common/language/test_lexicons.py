"""Word lists are read whole or not at all."""

import pandas as pd
import pytest

from stages.common.files.errors import InputError
from stages.common.language.lexicons import read_dynamic_verbs, read_lexicon, read_rows, symmetric

LIST = "# about\nword,kind\n# more\nguy,same\n\nlady,same\n# rows: 2\n"


def test_rows_are_known_by_their_lines(tmp_path):
    path = tmp_path / "words.csv"
    path.write_text(LIST)
    assert read_rows(path, ["word", "kind"]) == {4: ["guy", "same"], 6: ["lady", "same"]}
    path.write_text(LIST, encoding="utf-16")
    assert len(read_rows(path, ["word", "kind"])) == 2


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (LIST.encode()[:-11], "2 rows, but the last line is 'lady,same'; restore it"),
        (LIST.replace("guy,same\n", "").encode(), "1 rows, but the last line is '# rows: 2'; restore it"),
        (LIST.replace("lady", "bloke,same\nlady").encode(), "an edit of your own make its last line `# rows: 3`"),
        (LIST.replace("lady,same", "lady").encode(), "line 6 is lady; write word,kind"),
        (b"word;kind\n# rows: 0", "the columns are word;kind, not word,kind"),
        (LIST.encode("utf-16-le")[:-1], "the columns are"),
        (b"\xff\x00", "cannot be read"),
        (b"", "the columns are , not word,kind"),
        (None, "is missing; restore it with `git checkout"),
    ],
)
def test_damage_is_one_line(tmp_path, content, line):
    path = tmp_path / "words.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_rows(path, ["word", "kind"])
    assert line in str(error.value) and "words.csv" in str(error.value)


def test_verbs_are_dynamic_or_stative(tmp_path):
    path = tmp_path / "verbs.csv"
    path.write_text("lemma,class\nride,dynamic\nsit,stative\n# rows: 2\n")
    assert read_dynamic_verbs(path) == {"ride": True, "sit": False}
    path.write_text("lemma,class\nride,dynamic\nsit,static\n# rows: 2\n")
    with pytest.raises(InputError, match="line 3: sit is 'static'; write sit,dynamic or sit,stative"):
        read_dynamic_verbs(path)


def test_triples_that_stay_true_when_subject_and_object_are_swapped():
    verbs = pd.DataFrame([["meet", "symmetric"], ["near", "symmetric_preposition"]], columns=["word", "kind"])
    rows = [["meet", None], ["stand", "near"], ["stand", "on"], ["near", None]]
    found = symmetric(pd.DataFrame(rows, columns=["relation", "preposition"]), verbs)
    assert found.tolist() == [True, True, False, False]


def test_an_unknown_kind_of_word_is_named(tmp_path):
    (tmp_path / "nouns.csv").write_text("word,kind,other\n# a comment\nguy,like,man\n# rows: 1\n")
    with pytest.raises(InputError, match="guy: kind 'like' is not one of animate, may_be, same"):
        read_lexicon("nouns", tmp_path)
