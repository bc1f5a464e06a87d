"""Noun phrases of the caption treebank: who, what and where, as trees.

A node is (form, lemma, UPOS, XPOS, feats, dependants before it, dependants after it); a dependant is
(deprel, node).
"""

from stages.common.language.inflection import present_participle
from tools.parser.caption_words import (
    ADJECTIVES,
    ANIMALS,
    INTRANSITIVE,
    NOUN_MODIFIERS,
    PEOPLE,
    PLACES,
    PREPOSITIONS,
    THINGS,
    plural,
)  # fmt: skip

SINGULAR, PLURAL = "Number=Sing", "Number=Plur"
GOING = "Tense=Pres|VerbForm=Part"
ACTORS = sorted(PEOPLE | ANIMALS)
OBJECTS = sorted(THINGS | ANIMALS)
SCENERY = sorted(PLACES)
COLOURS = ("black", "white", "brown", "red", "blue", "green", "yellow", "gray", "orange", "tan", "pink")
POSSESSIVE = "Case=Gen|Number=Sing|Person=3|Poss=Yes|PronType=Prs"
OWNERS = (
    ("his", "his", f"{POSSESSIVE[:8]}|Gender=Masc{POSSESSIVE[8:]}"),
    ("her", "her", f"{POSSESSIVE[:8]}|Gender=Fem{POSSESSIVE[8:]}"),
    ("its", "its", f"{POSSESSIVE[:8]}|Gender=Neut{POSSESSIVE[8:]}"),
    ("their", "their", POSSESSIVE.replace("Sing", "Plur")),
)
IT = ("it", "it", "PRON", "PRP", "Case=Acc|Gender=Neut|Number=Sing|Person=3|PronType=Prs")
OTHERS = (
    ("them", "they", "PRON", "PRP", "Case=Acc|Number=Plur|Person=3|PronType=Prs"),
    ("him", "he", "PRON", "PRP", "Case=Acc|Gender=Masc|Number=Sing|Person=3|PronType=Prs"),
    ("her", "she", "PRON", "PRP", "Case=Acc|Gender=Fem|Number=Sing|Person=3|PronType=Prs"),
    IT,
)
NUMBERS = ("two", "three", "four", "several", "some", "many")


def leaf(form, lemma, upos, xpos, feats="_"):
    return (form, lemma, upos, xpos, feats, [], [])


def adposition(form):
    return leaf(form, form, "ADP", "IN")


def noun(rng, words, many=False):
    """A noun phrase: determiner or number (sometimes neither), sometimes modifiers."""
    word = words[rng.integers(len(words))]
    form = (plural(word), word, "NOUN", "NNS", PLURAL) if many else (word, word, "NOUN", "NN", SINGULAR)
    node = leaf(*form)
    if rng.random() < (0.85 if many else 0.97):
        node[5].append(number(rng) if many else article(rng))
    if rng.random() < 0.12:
        node[5].append(("amod", two_colours(rng)))
    elif rng.random() < 0.35:
        node[5].append(("amod", adjective(rng)))
    if rng.random() < 0.12:
        kind = NOUN_MODIFIERS[rng.integers(len(NOUN_MODIFIERS))]
        node[5].append(("compound", leaf(kind, kind, "NOUN", "NN", SINGULAR)))
    first, following = node[5][:1], rows(node)[1][0][0] if node[5] else ""
    if first and first[0][1][0] == "a" and following[0] in "aeiou":
        node[5][0] = ("det", leaf("an", "a", *first[0][1][2:5]))
    return node


def article(rng):
    if rng.random() < 0.25:
        return the()
    return ("det", leaf("a", "a", "DET", "DT", "Definite=Ind|PronType=Art"))


def the():
    return ("det", leaf("the", "the", "DET", "DT", "Definite=Def|PronType=Art"))


def number(rng):
    word = NUMBERS[rng.integers(len(NUMBERS))]
    if word in NUMBERS[:3]:
        return ("nummod", leaf(word, word, "NUM", "CD", "NumForm=Word|NumType=Card"))
    if word == "some":
        return ("det", leaf("some", "some", "DET", "DT", "PronType=Ind"))
    return ("amod", leaf(word, word, "ADJ", "JJ", "Degree=Pos"))


def adjective(rng):
    """An adjective, sometimes a participle: "a floating tray"."""
    if rng.random() < 0.08:
        lemma = INTRANSITIVE[rng.integers(len(INTRANSITIVE))]
        return leaf(present_participle(lemma), lemma, "VERB", "VBG", GOING)
    word = ADJECTIVES[rng.integers(len(ADJECTIVES))]
    return leaf(word, word, "ADJ", "JJ", "Degree=Pos")


def two_colours(rng):
    """Coordinated colours: "black and white"."""
    first, second = rng.choice(COLOURS, size=2, replace=False)
    other = leaf(second, second, "ADJ", "JJ", "Degree=Pos")
    other[5].append(("cc", leaf("and", "and", "CCONJ", "CC")))
    node = leaf(first, first, "ADJ", "JJ", "Degree=Pos")
    node[6].append(("conj", other))
    return node


def owned(rng):
    """A thing with its owner: "his head", "a woman's hand"."""
    node = noun(rng, OBJECTS)
    if rng.random() < 0.6:
        form, lemma, feats = OWNERS[rng.integers(len(OWNERS))]
        node[5][:1] = [("nmod:poss", leaf(form, lemma, "PRON", "PRP$", feats))]
        return node
    owner = noun(rng, ACTORS)
    owner[6].append(("case", leaf("'s", "'s", "PART", "POS")))
    node[5][:1] = [("nmod:poss", owner)]
    return node


def place(rng):
    """A noun phrase with its preposition: "on a bench", "next to a car", "in front of the house"."""
    target = noun(rng, SCENERY, rng.random() < 0.1)
    if rng.random() < 0.1:
        target[6].append(company(rng))
    draw = rng.random()
    if draw < 0.08:
        target[5][:0] = [("case", leaf(word, word, "ADP", "IN")) for word in ("next", "to")]
    elif draw < 0.2:
        case, part = (("in", "front"), ("on", "top"))[rng.integers(2)]
        target[5].insert(0, ("case", adposition("of")))
        whole = leaf(part, part, "NOUN", "NN", SINGULAR)
        whole[5].append(("case", adposition(case)))
        whole[6].append(("nmod", target))
        return whole
    else:
        word = PREPOSITIONS[rng.integers(len(PREPOSITIONS))]
        target[5].insert(0, ("case", adposition(word)))
    return target


def company(rng):
    """What a thing has with it: "with a stop sign", "with people on it"."""
    other = noun(rng, (OBJECTS, ACTORS)[rng.integers(2)], rng.random() < 0.4)
    other[5].insert(0, ("case", adposition("with")))
    if rng.random() < 0.25:
        other[6].append(("nmod", beside(rng, IT)))
    return ("nmod", other)


def beside(rng, pronoun):
    """A place by pronoun: "on it", "behind them"."""
    node = leaf(*pronoun)
    node[5].append(("case", adposition(("on", "in", "behind", "near", "around")[rng.integers(5)])))
    return node


def absolute(rng):
    """A clause without a verb: "with people behind them"."""
    node = beside(rng, OTHERS[rng.integers(len(OTHERS))])
    who = noun(rng, (OBJECTS, ACTORS)[rng.integers(2)], rng.random() < 0.4)
    node[5][:0] = [("mark", leaf("with", "with", "SCONJ", "IN")), ("nsubj", who)]
    return ("advcl", node)


def subject(rng, many):
    """An actor, sometimes a group of them, sometimes with a phrase of its own."""
    if many and rng.random() < 0.25:
        members = noun(rng, ACTORS, True)
        members[5][:] = [("case", adposition("of"))]
        word = ("group", "herd", "bunch", "pair")[rng.integers(4)]
        node = leaf(word, word, "NOUN", "NN", SINGULAR)
        node[5].append(("det", leaf("a", "a", "DET", "DT", "Definite=Ind|PronType=Art")))
        node[6].append(("nmod", members))
        return node
    node = noun(rng, ACTORS, many)
    if not many and rng.random() < 0.12:
        other = noun(rng, ACTORS)
        other[5].insert(0, ("cc", leaf("and", "and", "CCONJ", "CC")))
        node[6].append(("conj", other))
    elif rng.random() < 0.2:
        dress = noun(rng, sorted(THINGS))
        dress[5].insert(0, ("case", adposition(("in", "with")[rng.integers(2)])))
        node[6].append(("nmod", dress))
    elif rng.random() < 0.12:
        node[6].append(("nmod", place(rng)))
    return node


def rows(node, deprel="root"):
    """The words of a tree in order, as [node, deprel, index of the head within the list]."""
    found, position = [], None
    for relation, child in [*node[5], (None, None), *node[6]]:
        if child is None:
            position = len(found)
            found.append([node, deprel, -1])
            continue
        part, offset = rows(child, relation), len(found)
        for row in part:
            found.append([row[0], row[1], row[2] + offset if row[2] >= 0 else -2])
    return [[n, d, position if head == -2 else head] for n, d, head in found]
