"""Word lists are read whole or not at all."""

import pytest

from stages.common.files.errors import InputError
from stages.common.language.lexicons import read_rows

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
        (LIST.encode()[:-11], "has 2 rows and its last line does not tell the number of rows; restore it"),
        (LIST.replace("guy,same\n", "").encode(), "has 1 rows and its last line tells 2 rows; restore it"),
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


def test_an_edit_of_ones_own_is_reported_what_to_write(tmp_path):
    path = tmp_path / "words.csv"
    path.write_text(LIST.replace("guy,same", "guy,same\nbloke,same"))
    with pytest.raises(InputError, match="or after an edit of your own make its last line `# rows: 3`"):
        read_rows(path, ["word", "kind"])
