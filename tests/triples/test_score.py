"""The scorer of triples against captions annotated by hand."""

from tests.triples.score import score


def test_alternatives_count_once_and_acceptable_ones_not_at_all():
    gold = [{"caption": "c", "required": ["man/boy|ride|bike", "man|wear|hat"], "acceptable": ["man|hold|cup"]}]
    result = score(gold, [["boy|ride|bike", "man|hold|cup", "dog|eat|hat"]])
    assert (result.found, result.required) == (1, 2)
    assert result.missed == [("c", "man|wear|hat")]
    assert result.wrong == [("c", "dog|eat|hat")]
    assert (result.precision, result.recall, result.f1) == (0.5, 0.5, 0.5)
