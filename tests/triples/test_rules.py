"""One test a construction, from captions: tree -> triples."""

import pytest

from stages.triples.table import caption_triples, new_memory
from tests.triples.trees import parses_of, words_of

LEXICON = dict.fromkeys("ride eat kick chase catch drive stand look pick".split(), True) | {
    "wear": False, "sit": False, "park": False, "hold": False,
}  # fmt: skip
PAST = "/Tense=Past|VerbForm=Part"

CAPTIONS = {
    "participle on a noun": (
        "A/DET/2/det man/NOUN/0/root riding:ride/VERB/2/acl a/DET/5/det wave/NOUN/3/obj",
        ["man ride wave"],
    ),
    "finite verb with an oblique": (
        "A/DET/2/det cat/NOUN/3/nsubj sits:sit/VERB/0/root on/ADP/6/case a/DET/6/det bench/NOUN/3/obl",
        ["cat sit on bench"],
    ),
    "relative clause": (
        "a/DET/2/det dog/NOUN/0/root that/PRON/5/nsubj is:be/AUX/5/aux chasing:chase/VERB/2/acl:relcl "
        "a/DET/7/det cat/NOUN/5/obj",
        ["dog chase cat"],
    ),
    "relative clause on the object": (
        "the/DET/2/det hat/NOUN/0/root that/PRON/6/obj a/DET/5/det man/NOUN/6/nsubj wears:wear/VERB/2/acl:relcl",
        ["man wear hat"],
    ),
    "passive with agent": (
        f"a/DET/2/det ball/NOUN/0/root kicked:kick/VERB/2/acl{PAST} by/ADP/6/case a/DET/6/det boy/NOUN/3/obl",
        ["boy kick ball"],
    ),
    "passive without agent": (
        f"a/DET/2/det truck/NOUN/0/root parked:park/VERB/2/acl{PAST} on/ADP/6/case a/DET/6/det street/NOUN/3/obl",
        ["truck park on street"],
    ),
    "coordinated objects": (
        "man/NOUN/0/root wearing:wear/VERB/1/acl a/DET/4/det suit/NOUN/2/obj and/CCONJ/6/cc tie/NOUN/4/conj",
        ["man wear suit", "man wear tie"],
    ),
    "coordinated subjects": (
        "A/DET/2/det woman/NOUN/0/root and/CCONJ/5/cc a/DET/5/det man/NOUN/2/conj eating:eat/VERB/5/acl "
        "pizza/NOUN/6/obj",
        ["woman eat pizza", "man eat pizza"],
    ),
    "conjoined verbs share the subject": (
        "cow/NOUN/2/nsubj standing:stand/VERB/0/root and/CCONJ/4/cc eating:eat/VERB/2/conj hay/NOUN/4/obj",
        ["cow eat hay"],
    ),
    "particle": (
        "man/NOUN/2/nsubj picks:pick/VERB/0/root up/ADP/2/compound:prt a/DET/5/det phone/NOUN/2/obj",
        ["man pick up phone"],
    ),
    "complex preposition": (
        "cat/NOUN/0/root sitting:sit/VERB/1/acl on/ADP/4/case top/NOUN/2/obl of/ADP/7/case a/DET/7/det "
        "car/NOUN/4/nmod",
        ["cat sit on top of car"],
    ),
    "quantity noun": (
        "A/DET/2/det group/NOUN/0/root of/ADP/4/case people/NOUN/2/nmod eating:eat/VERB/2/acl cake/NOUN/5/obj",
        ["people eat cake"],
    ),
    "control": (
        "dog/NOUN/2/nsubj trying:try/VERB/0/root to/PART/4/mark catch/VERB/2/xcomp a/DET/6/det frisbee/NOUN/4/obj",
        ["dog catch frisbee"],
    ),
    "raising from a passive": (
        f"man/NOUN/3/nsubj:pass is:be/AUX/3/aux:pass seen:see/VERB/0/root{PAST} riding:ride/VERB/3/xcomp "
        "a/DET/6/det horse/NOUN/4/obj",
        ["man ride horse"],
    ),
    "there is": (
        "there/PRON/2/expl is:be/VERB/0/root a/DET/4/det man/NOUN/2/nsubj riding:ride/VERB/4/acl "
        "horses:horse/NOUN/5/obj",
        ["man ride horse"],
    ),
    "adverbial clause after a predicate": (
        "People:people/NOUN/5/nsubj are:be/AUX/5/cop at/ADP/5/case a/DET/5/det table/NOUN/0/root "
        "looking:look/VERB/5/acl at/ADP/9/case a/DET/9/det woman/NOUN/6/obl",
        ["people look at woman"],
    ),
    "compound": (
        "man/NOUN/0/root holding:hold/VERB/1/acl a/DET/5/det tennis/NOUN/5/compound racket/NOUN/2/obj",
        ["man hold racket"],
    ),
    "plurals that have no singular": (
        "man/NOUN/0/root holding:hold/VERB/1/acl scissors:scissor/NOUN/2/obj",
        ["man hold scissors"],
    ),
    "pronouns": (
        "she/PRON/2/nsubj holds:hold/VERB/0/root it/PRON/2/obj",
        [],
    ),
    "copula": (
        "A/DET/2/det cup/NOUN/6/nsubj is:be/AUX/6/cop on/ADP/6/case the/DET/6/det table/NOUN/0/root",
        [],
    ),
    "time": (
        "tower/NOUN/0/root standing:stand/VERB/1/acl on/ADP/6/case a/DET/6/det sunny/ADJ/6/amod day/NOUN/2/obl",
        [],
    ),
    "place without its whole": (
        "man/NOUN/0/root standing:stand/VERB/1/acl in/ADP/5/case the/DET/5/det background/NOUN/2/obl",
        [],
    ),
    "oblique beside an object has rank 1": (
        "boy/NOUN/0/root eating:eat/VERB/1/acl cake/NOUN/2/obj with/ADP/6/case a/DET/6/det fork/NOUN/2/obl",
        ["boy eat cake", "boy eat with fork (1)"],
    ),
    "a participle read as a noun": (
        "A/DET/3/det truck/NOUN/3/compound driving/NOUN/0/root down/ADP/6/case a/DET/6/det street/NOUN/3/nmod",
        ["truck drive down street"],
    ),
    "no plural after a": (
        "A/DET/3/det person/NOUN/3/compound stands:stand/NOUN/0/root under/ADP/6/case a/DET/6/det tree/NOUN/3/nmod",
        ["person stand under tree"],
    ),
    "verbless": ("a/DET/2/det table/NOUN/0/root with/ADP/4/case food/NOUN/2/nmod", []),
    "imperative": ("ride/VERB/0/root the/DET/3/det horse/NOUN/1/obj", []),
}


def triples_of(line: str) -> list[dict]:
    return caption_triples(parses_of([words_of(line)]), new_memory(LEXICON)).to_pylist()


def found(line: str) -> list[str]:
    fields = ("subject", "relation", "particle", "preposition", "object")
    return [" ".join(t[f] for f in fields if t[f]) + (" (1)" if t["rank"] else "") for t in triples_of(line)]


@pytest.mark.parametrize("name", CAPTIONS)
def test_construction(name):
    line, expected = CAPTIONS[name]
    assert sorted(found(line)) == sorted(expected)


def test_compounds_are_kept_beside_the_head_noun():
    line, _ = CAPTIONS["compound"]
    [triple] = triples_of(line)
    assert (triple["object"], triple["object_compound"]) == ("racket", "tennis racket")


def test_a_cycle_ends():
    assert found("a/NOUN/2/conj riding:ride/VERB/3/conj eating:eat/VERB/2/conj cake/NOUN/3/obj") == []
