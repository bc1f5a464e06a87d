"""The made-up captions are well-formed trees, the same for the same seed; inflection is English."""

from hashlib import sha256

from tools.parser.caption_trees import caption_treebank
from tools.parser.caption_words import plural, verb_forms


def test_every_sentence_is_one_tree_without_crossing_arcs():
    for block in caption_treebank(300).strip().split("\n\n"):
        words = [line.split("\t") for line in block.split("\n")]
        heads = [int(word[6]) for word in words if word[0].isdigit()]  # not lines of two words, "3-4 rhino's"
        assert heads.count(0) == 1
        for at in range(1, len(heads) + 1):
            for _ in heads:
                at = heads[at - 1] if at else 0
            assert at == 0, "every word leads to the root"
        arcs = [sorted(arc) for arc in enumerate(heads, 1) if arc[1]]
        assert not any(a < c < b < d for a, b in arcs for c, d in arcs)


def test_the_captions_are_those_from_which_the_shipped_parser_learned_and_all_differ():
    text = caption_treebank(500)
    assert len({line.lower() for line in text.split("\n") if line.startswith("# text")}) == 500
    digest = sha256(text.encode()).hexdigest()
    assert digest == "a3c0a4f70b306c011e565de44977e21dddf796f9ea80df3f6d14b8262fd6edbf"


def test_inflection():
    for forms in ("ridden rode riding rides ride", "carried carried carrying carries carry"):
        expected = dict(zip(forms.split(), ("VBN", "VBD", "VBG", "VBZ", "VB")))
        assert verb_forms(forms.split()[-1]) == expected
    nouns = ("man", "sheep", "bench", "knife", "puppy", "dog")
    assert [plural(noun) for noun in nouns] == ["men", "sheep", "benches", "knives", "puppies", "dogs"]
