"""Noun phrases of the made-up captions, who, what and where, as trees annotated like English-EWT."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from numpy.random import Generator

from tools.parser.caption_words import ING, WORDS, Inflection, plural

T = TypeVar("T")
ACTORS = sorted({*WORDS["people"], *WORDS["animals"]})
THINGS = sorted({*WORDS["things"], *WORDS["animals"]})
CLOTHES = sorted(WORDS["things"])
PLACES = sorted(WORDS["places"])
NUMBERS = list(zip("nummod nummod nummod amod det amod".split(), "two three four several some many".split()))
SINGULAR, PLURAL = "Number=Sing", "Number=Plur"
_ROWS = csv.reader(Path(__file__).with_name("function_words.csv").read_text(encoding="utf-8").splitlines()[1:])
FUNCTION_WORDS = {(relation, form): (form, *rest) for relation, form, *rest in _ROWS}


class Node(NamedTuple):
    """A word with its dependants, pairs of a relation and a node."""

    form: str
    lemma: str
    upos: str
    xpos: str
    feats: str
    before: list[tuple[str, "Node"]]  # those to its left, in order
    after: list[tuple[str, "Node"]]


def leaf(form: str, lemma: str, upos: str, xpos: str, feats: str = "_") -> Node:
    """A word without dependants yet."""
    return Node(form, lemma, upos, xpos, feats, [], [])


def singular(noun: str) -> Node:
    """A noun in the singular."""
    return leaf(noun, noun, "NOUN", "NN", SINGULAR)


def adjective(word: str) -> Node:
    """An adjective."""
    return leaf(word, word, "ADJ", "JJ", "Degree=Pos")


def verb(lemma: str, inflection: Inflection) -> Node:
    """A verb in one of its forms."""
    return leaf(inflection.form(lemma), lemma, "VERB", inflection.tag, inflection.features)


def function_word(relation: str, form: str) -> tuple[str, Node]:
    """A dependant of function_words.csv, or a preposition."""
    return relation, leaf(*FUNCTION_WORDS.get((relation, form), (form, form, "ADP", "IN")))


def add_case(preposition: str, node: Node) -> Node:
    """The phrase with a preposition before it."""
    node.before.insert(0, function_word("case", preposition))
    return node


def add_mark(mark: str, node: Node) -> Node:
    """The phrase or clause with "and", a comma, "to" or a word such as "while" before it."""
    node.before.insert(0, function_word({"and": "cc", ",": "punct"}.get(mark, "mark"), mark))
    return node


def add_after(node: Node, relation: str, dependant: Node) -> Node:
    """The phrase or clause with a dependant at its end."""
    node.after.append((relation, dependant))
    return node


def pick(rng: Generator, values: Sequence[T]) -> T:
    """One of the values."""
    return values[rng.integers(len(values))]


def article(rng: Generator) -> tuple[str, Node]:
    """One of the articles, mostly the indefinite one; `with_an` changes its form."""
    return function_word("det", "the" if rng.random() < 0.25 else "a")


def with_an(node: Node) -> Node:
    """The phrase with "an" in place of "a" before a vowel."""
    if node.before and node.before[0][1].form == "a" and rows(node)[1][0].form[0] in "aeiou":
        node.before[0] = "det", node.before[0][1]._replace(form="an")
    return node


def modifier(rng: Generator) -> Node:
    """An adjective, sometimes a participle: "a floating tray"."""
    if rng.random() < 0.08:
        return verb(pick(rng, WORDS["intransitive"]), ING)
    return adjective(pick(rng, WORDS["adjectives"]))


def two_colours(rng: Generator) -> Node:
    """Coordinated colours: "black and white"."""
    first, second = rng.choice(WORDS["colours"], size=2, replace=False)
    return add_after(adjective(first), "conj", add_mark("and", adjective(second)))


def noun(rng: Generator, words: Sequence[str], many: bool = False) -> Node:
    """One of the words with a determiner or number (sometimes neither), and sometimes with modifiers."""
    word = pick(rng, words)
    node = leaf(plural(word), word, "NOUN", "NNS", PLURAL) if many else singular(word)
    if rng.random() < (0.85 if many else 0.97):
        node.before.append(function_word(*pick(rng, NUMBERS)) if many else article(rng))
    if rng.random() < 0.12:
        node.before.append(("amod", two_colours(rng)))
    elif rng.random() < 0.35:
        node.before.append(("amod", modifier(rng)))
    if rng.random() < 0.12:
        node.before.append(("compound", singular(pick(rng, WORDS["noun_modifiers"]))))
    return with_an(node)


def owned(rng: Generator) -> Node:
    """A thing with its owner: "his head", "a woman's hand"."""
    node = noun(rng, THINGS)
    if rng.random() < 0.6:
        owner = function_word("nmod:poss", pick(rng, ("his", "her", "its", "their")))
    else:
        owner = "nmod:poss", noun(rng, ACTORS)
        owner[1].after.append(function_word("case", "'s"))
    node.before[:1] = [owner]
    return node


def place(rng: Generator) -> Node:
    """A noun phrase with its preposition: "on a bench", "next to a car", "in front of the house"."""
    target = noun(rng, PLACES, rng.random() < 0.1)
    if rng.random() < 0.1:
        add_after(target, "nmod", company(rng))
    draw = rng.random()
    if draw < 0.08:
        return add_case("next", add_case("to", target))
    if draw < 0.2:
        preposition, part = pick(rng, (("in", "front"), ("on", "top")))
        return add_after(add_case(preposition, singular(part)), "nmod", add_case("of", target))
    return add_case(pick(rng, WORDS["prepositions"]), target)


def anything(rng: Generator) -> Node:
    """A thing or an actor, sometimes several."""
    return noun(rng, pick(rng, (THINGS, ACTORS)), rng.random() < 0.4)


def company(rng: Generator) -> Node:
    """What a thing has with it: "with a stop sign", "with people on it"."""
    node = add_case("with", anything(rng))
    return add_after(node, "nmod", beside(rng, "it")) if rng.random() < 0.25 else node


def beside(rng: Generator, pronoun: str) -> Node:
    """A place by a pronoun: "on it", "behind them"."""
    return add_case(pick(rng, ("on", "in", "behind", "near", "around")), function_word("obl", pronoun)[1])


def absolute(rng: Generator) -> Node:
    """A clause without a verb: "with people behind them"."""
    node = beside(rng, pick(rng, ("them", "him", "her", "it")))
    node.before.insert(0, ("nsubj", anything(rng)))
    return add_mark("with", node)


def subject(rng: Generator, many: bool) -> Node:
    """An actor, sometimes a group of them, sometimes with a phrase of its own."""
    if many and rng.random() < 0.25:
        members = noun(rng, ACTORS, True)
        members.before.clear()
        node = singular(pick(rng, ("group", "herd", "bunch", "pair")))
        node.before.append(function_word("det", "a"))
        return add_after(node, "nmod", add_case("of", members))
    node = noun(rng, ACTORS, many)
    if not many and rng.random() < 0.12:
        return add_after(node, "conj", add_mark("and", noun(rng, ACTORS)))
    if rng.random() < 0.2:
        clothes = noun(rng, CLOTHES)
        return add_after(node, "nmod", add_case(pick(rng, ("in", "with")), clothes))
    return add_after(node, "nmod", place(rng)) if rng.random() < 0.12 else node


def is_plural(node: Node) -> bool:
    """Whether a noun phrase takes "are"."""
    return node.feats == PLURAL or any(relation == "conj" for relation, _ in node.after)


def rows(root: Node) -> list[tuple[Node, str, int]]:
    """The words of a tree in order, each with its relation and the place of its head from 1, 0 for the root."""

    def flat(node: Node, relation: str, head: Node | None) -> Iterator[tuple[Node, str, Node | None]]:
        for name, child in node.before:
            yield from flat(child, name, node)
        yield node, relation, head
        for name, child in node.after:
            yield from flat(child, name, node)

    words = list(flat(root, "root", None))
    places = {id(node): place for place, (node, _, _) in enumerate(words, 1)}
    return [(node, relation, places.get(id(head), 0)) for node, relation, head in words]
