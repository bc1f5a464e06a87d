"""Which noun of a phrase is meant: "a group of people" is people, "on top of a car" is the car."""

from stages.triples.tree import Tree, dependants, with_conjuncts
from stages.triples.verbs import CLOSED

NOMINAL = {"NOUN", "PROPN"}
# the noun after "of" is what is seen; these only count, show or portion it
QUANTITY = set(
    "group pair couple bunch lot number set row line herd flock crowd pack team variety array "
    "assortment collection stack pile piece slice cup glass bowl plate bottle kind type sort "
    "picture photo photograph image view shot close-up closeup close painting drawing portion half "
    "dozen mass cluster series string lots dozens hundreds bit handful part school litter".split()
)
# parts of a place: "on top of X", "in front of X", "on the back of X" relate to X
PARTS = set(
    "top front back side middle edge end bottom center centre inside rear corner surface "
    "midst shore foot base tip bank".split()
)
# time and manner are no objects
ADVERBIAL = set(
    "day night morning afternoon evening time moment sunset sunrise dusk dawn noon winter summer "
    "spring fall autumn year season weather distance background foreground way manner style unison "
    "motion line row formation order air rain position direction action preparation fun front middle "
    "together place pose daytime nighttime daylight course while turn".split()
) - {"air"}
# "a boy in a shirt": what is worn describes its wearer, whichever verb the parser hangs it on
GARMENTS = set(
    "shirt dress suit hat cap jacket coat sweater uniform short skirt jean pants blouse tie top vest hoodie "
    "outfit costume clothes clothing helmet sunglasses glasses wetsuit bikini apron robe gown".split()
)
UNCHANGED = set(
    "scissors pants jeans glasses shorts clothes people sunglasses trousers goggles tongs "
    "bus glass grass dress tennis gas lens canvas cactus moss mattress harness fireplace christmas".split()
)


def lemma_of(tree: Tree, noun: int) -> str:
    """The noun's lemma in lower case; a plural that the parser left as it is loses its ending."""
    word = tree.words[noun]
    form, lemma = word.text.lower(), word.lemma.lower()
    if form in UNCHANGED or lemma in UNCHANGED:
        return form if form in UNCHANGED else lemma
    if lemma != form or not form.endswith("s") or form.endswith(("ss", "us", "is")):
        return lemma
    if form.endswith("ies") and len(form) > 4:
        return form[:-3] + "y"
    if form.endswith(("ches", "shes", "xes", "sses")):
        return form[:-2]
    return form[:-1] if len(form) > 3 and word.upos in NOMINAL else lemma


def compound_of(tree: Tree, noun: int) -> str:
    """The noun with the compound nouns before it: "tennis racket"."""
    parts = [tree.words[i].text.lower() for i in dependants(tree, noun, "compound") if i < noun]
    return " ".join([*parts, lemma_of(tree, noun)])


def of_phrase(tree: Tree, noun: int) -> list[int]:
    """The nouns joined to `noun` by "of"."""
    return [
        target
        for child in dependants(tree, noun, "nmod")
        if any(tree.words[i].lemma.lower() == "of" for i in dependants(tree, child, "case"))
        for target in with_conjuncts(tree, child)
    ]


def meant(tree: Tree, noun: int) -> list[int]:
    """The nouns that `noun` and its conjuncts stand for: quantities resolved, pronouns dropped."""
    found: list[int] = []
    for head in with_conjuncts(tree, noun):
        inner = of_phrase(tree, head) if tree.words[head].lemma.lower() in QUANTITY else []
        for target in inner or [head]:
            # "a close up of a group of people": one level more
            deeper = of_phrase(tree, target) if tree.words[target].lemma.lower() in QUANTITY else []
            found += deeper or [target]
    words = tree.words
    return [i for i in dict.fromkeys(found) if words[i].upos in NOMINAL and words[i].text.lower() not in CLOSED]
