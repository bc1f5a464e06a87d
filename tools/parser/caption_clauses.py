"""Made-up captions as trees: fragments, statements of one verb and, in half of them, of several.

English-EWT has few fragments such as "A man riding a wave", bare objects and compounds, and few verbs in -s whose
subject is a bare noun phrase. The captions here fill that gap; none is anybody's.
"""

from numpy.random import Generator

from tools.parser.caption_phrases import (
    ACTORS,
    PLACES,
    PLURAL,
    THINGS,
    Node,
    absolute,
    add_after,
    add_case,
    add_mark,
    adjective,
    article,
    company,
    function_word,
    is_plural,
    leaf,
    modifier,
    noun,
    owned,
    pick,
    place,
    singular,
    subject,
    verb,
    with_an,
)
from tools.parser.caption_words import INFINITIVE, INFLECTIONS, ING, OBJECTS, PASSIVE, PAST, WORDS, Inflection, present

MARKS = ("while", "as", "before", "after")
PRONOUNS = ("that", "who", "which")


def finite(rng: Generator, many: bool) -> Inflection:
    """The present tense, sometimes the past."""
    return PAST if rng.random() < 0.08 else present(many)


def be(many: bool) -> Node:
    """ "is" or "are"."""
    return leaf("are" if many else "is", "be", "AUX", *present(many)[1:])


def add_subject(clause: Node, who: Node, many: bool | None = None) -> Node:
    """The clause of a verb with a subject, and with "is" or "are" before a participle; by default as `who` takes."""
    passive = ":pass" if clause.xpos == "VBN" else ""
    clause.before.append((f"nsubj{passive}", who))
    if clause.xpos in ("VBG", "VBN"):
        clause.before.append((f"aux{passive}", be(is_plural(who) if many is None else many)))
    return clause


def relative(clause: Node, pronoun: str, head: Node) -> tuple[str, Node]:
    """A relative clause on `head`: "that is chasing a cat"."""
    return "acl:relcl", add_subject(clause, function_word("nsubj", pronoun)[1], is_plural(head))


def compound(rng: Generator, text: str, bare: bool = False) -> Node:
    """A noun with those before it, "a tennis ball"; a `bare` one has no determiner, and a plural often has none."""
    *modifiers, word = text.split()
    many = word.endswith("s") and not word.endswith(("ss", "us"))
    bare = bare or many and rng.random() < 0.7
    node = leaf(word, word[:-1], "NOUN", "NNS", PLURAL) if many else singular(word)
    if not bare:
        node.before.append(function_word("det", "the") if many else article(rng))
        if rng.random() < 0.25 and node.before[0][1].form == "the":
            node.before.append(("amod", modifier(rng)))
    node.before.extend(("compound", singular(word)) for word in modifiers)
    return with_an(node)


def setting(rng: Generator) -> Node:
    """ "in a living room", "on the beach", "near a storage shed"."""
    node = compound(rng, pick(rng, WORDS["settings"]))
    node = add_case(pick(rng, WORDS["prepositions"][:16]), node)
    return node if rng.random() < 0.7 else place(rng)


def object_of(rng: Generator, lemma: str) -> Node:
    """An object that goes with the verb: "soccer", "a trick"."""
    text = pick(rng, OBJECTS[lemma])
    return compound(rng, text.removeprefix("a "), bare=not text.startswith("a "))


def predicate(rng: Generator, inflection: Inflection) -> Node:
    """A verb with a fitting object, or with a preposition and its object, and with places."""
    if rng.random() < 0.6:
        lemma = pick(rng, sorted(OBJECTS))
        thing = object_of(rng, lemma)
        if rng.random() < 0.12:
            add_after(thing, "conj", add_mark("and", object_of(rng, lemma)))
        node = add_after(verb(lemma, inflection), "obj", thing)
        return add_after(node, "obl", setting(rng)) if rng.random() < 0.4 else node
    lemma, preposition = pick(rng, WORDS["prepositional"]).split()
    if rng.random() < 0.4:
        target = noun(rng, ACTORS, rng.random() < 0.2)
    else:
        target = compound(rng, pick(rng, WORDS["compounds"]))
    if rng.random() < 0.25:
        add_after(target, *clause_on(rng, target))
    return add_after(verb(lemma, inflection), "obl", add_case(preposition, target))


def short(rng: Generator, inflection: Inflection) -> Node:
    """A verb with an object alone, often "wearing" something."""
    lemma = "wear" if rng.random() < 0.35 else pick(rng, sorted(OBJECTS))
    thing = compound(rng, pick(rng, WORDS["garments"])) if lemma == "wear" else object_of(rng, lemma)
    return add_after(verb(lemma, inflection), "obj", thing)


def participle(rng: Generator) -> Node:
    """A short participle clause: "holding a tennis racket", "dressed in a suit", "held by a woman"."""
    if rng.random() < 0.75:
        return short(rng, ING)
    lemma = pick(rng, ("dress", "cover", "surround", "hold", "pull", "string", "make", "fill"))
    node = verb(lemma, PASSIVE)
    if rng.random() < 0.5:
        return add_after(node, "obl:agent", add_case("by", noun(rng, ACTORS)))
    other = compound(rng, pick(rng, WORDS["garments" if lemma == "dress" else "compounds"]))
    return add_after(node, "obl", add_case(pick(rng, ("in", "with", "between", "of")), other))


def clause_on(rng: Generator, head: Node) -> tuple[str, Node]:
    """What a noun does, as a participle or a relative clause."""
    if rng.random() < 0.45:
        return "acl", participle(rng)
    pronoun = pick(rng, PRONOUNS)
    return relative(short(rng, ING if rng.random() < 0.5 else finite(rng, is_plural(head))), pronoun, head)


def actor(rng: Generator) -> Node:
    """A subject, often with clothes or a clause of its own: "a man wearing a hat"."""
    who = subject(rng, rng.random() < 0.3)
    if rng.random() < 0.3:
        clothes = compound(rng, pick(rng, WORDS["garments"]), bare=rng.random() < 0.2)
        add_case(pick(rng, ("in", "with")), clothes)
        if rng.random() < 0.3:
            other = compound(rng, pick(rng, WORDS["garments"]), bare=True)
            add_after(clothes, "conj", add_mark("and", other))
        return add_after(who, "nmod", clothes)
    return add_after(who, *clause_on(rng, who)) if rng.random() < 0.35 else who


def statement(rng: Generator, who: Node) -> Node:
    """A finite or progressive sentence about `who`."""
    return add_subject(predicate(rng, ING if rng.random() < 0.45 else finite(rng, is_plural(who))), who)


def governed_clause(rng: Generator, who: Node) -> Node:
    """ "looks content sitting on", "watches a man ride", "tries to show"."""
    draw, inflection = rng.random(), finite(rng, is_plural(who))
    if draw < 0.3:
        root = verb(pick(rng, ("look", "seem", "appear")), inflection)
        add_after(root, "xcomp", adjective(pick(rng, WORDS["feelings"])))
        add_after(root, "advcl", predicate(rng, ING))
    elif draw < 0.7:
        root = verb(pick(rng, ("watch", "watch", "see", "help", "let")), inflection)
        add_after(root, "obj", noun(rng, ACTORS, rng.random() < 0.3))
        add_after(root, "xcomp", predicate(rng, ING if rng.random() < 0.4 else INFINITIVE))
    else:
        root = verb(pick(rng, ("try", "attempt", "prepare", "bend", "wait", "reach")), inflection)
        add_after(root, "xcomp", add_mark("to", predicate(rng, INFINITIVE)))
    return add_subject(root, who)


def longer(rng: Generator, root: Node) -> Node:
    """The sentence with a second clause: "reading a book", "while talking", "as a dog watches", "and another holds"."""
    draw = rng.random()
    if draw < 0.3:
        extra = "advcl", short(rng, ING) if rng.random() < 0.6 else predicate(rng, ING)
    elif draw < 0.42:
        extra = "advcl", add_mark(pick(rng, MARKS), short(rng, ING))
    elif draw < 0.6:
        clause = statement(rng, noun(rng, ACTORS, rng.random() < 0.3))
        extra = "advcl", add_mark(pick(rng, MARKS[:2]), clause)
    elif draw < 0.75:
        extra = "conj", add_mark("and", statement(rng, noun(rng, ACTORS)))
    elif draw < 0.85:
        extra = "conj", add_mark("and", predicate(rng, INFLECTIONS[root.xpos]))
    elif draw < 0.93:
        extra = "advcl", add_mark("to", predicate(rng, INFINITIVE))
    else:
        extra = "obl", held(rng)
    return add_after(root, *extra)


def held(rng: Generator) -> Node:
    """ "with a stick in its mouth"."""
    node = add_case("with", compound(rng, pick(rng, WORDS["compounds"])))
    part = singular(pick(rng, ("mouth", "hand", "back", "lap", "head")))
    part.before.append(function_word("nmod:poss", "its"))
    return add_after(node, "nmod", add_case(pick(rng, ("in", "on")), part))


def verbless(rng: Generator) -> Node:
    """ "a storage shed next to a glass building", "a room that has photographs on the wall"."""
    head = compound(rng, pick(rng, WORDS["settings"] + WORDS["compounds"]))
    if rng.random() >= 0.4:
        return add_after(head, "nmod", setting(rng))
    clause = verb("have", present(many=False))._replace(form="has")
    add_after(clause, "obj", compound(rng, pick(rng, WORDS["compounds"])))
    if rng.random() < 0.6:
        add_after(clause, "obl", setting(rng))
    return add_after(head, *relative(clause, "that", head))


def clauses(rng: Generator) -> Node:
    """One such caption; one in eight as people write in haste, without articles."""
    draw = rng.random()
    if draw < 0.12:
        root = verbless(rng)
    else:
        root = actor(rng)
        if draw < 0.2:
            add_after(root, "acl", longer(rng, predicate(rng, ING)))
        elif draw < 0.32:
            root = governed_clause(rng, root)
        else:
            root = statement(rng, root)
            root = longer(rng, root) if draw < 0.65 else root
    return without_articles(root) if rng.random() < 0.12 else root


def without_articles(node: Node) -> Node:
    """The caption without any determiner."""
    for side in (node.before, node.after):
        side[:] = [(relation, without_articles(child)) for relation, child in side if relation != "det"]
    return node


def simple_predicate(rng: Generator, inflection: Inflection) -> Node:
    """A verb with any object, particle or place, and sometimes another clause."""
    kind = rng.random()
    transitive = kind < 0.5
    group = "transitive" if transitive else "intransitive"
    lemma, *particle = pick(rng, WORDS[f"phrasal_{group}" if kind < 0.1 or kind > 0.9 else group]).split()
    node = verb(lemma, inflection)
    node.after.extend(("compound:prt", leaf(part, part, "ADP", "RP")) for part in particle)
    if transitive:
        add_after(node, "obj", thing(rng))
    elif rng.random() < 0.08:
        node.after.append(function_word("advmod", "together"))
    if rng.random() < (0.4 if transitive else 0.9):
        with_actor = not transitive and rng.random() >= 0.9
        where = add_case("with", noun(rng, ACTORS, rng.random() < 0.3)) if with_actor else place(rng)
        add_after(node, "obl", where)
    if rng.random() < 0.04:
        add_after(node, "advcl", absolute(rng))
    if rng.random() < 0.06:
        add_after(node, "advcl", add_mark("to", act(rng, INFINITIVE)))
    if rng.random() < 0.15:
        return add_after(node, "conj", add_mark("and", act(rng, inflection)))
    return add_after(node, "advcl", add_mark("while", act(rng, ING))) if rng.random() < 0.1 else node


def thing(rng: Generator) -> Node:
    """An object, sometimes with its owner, another object or something that it has with it."""
    node = owned(rng) if rng.random() < 0.12 else noun(rng, THINGS, rng.random() < 0.15)
    if rng.random() < 0.15:
        return add_after(node, "conj", add_mark("and", noun(rng, THINGS)))
    return add_after(node, "nmod", company(rng)) if rng.random() < 0.15 else node


def act(rng: Generator, inflection: Inflection) -> Node:
    """A verb and its object alone."""
    return add_after(verb(pick(rng, WORDS["transitive"]), inflection), "obj", noun(rng, THINGS))


def passive(rng: Generator) -> Node:
    """ "kicked by a boy", "filled with apples", "grouped together on a table"."""
    if rng.random() < 0.25:
        node = verb(pick(rng, WORDS["filling"]), PASSIVE)
        filling = noun(rng, THINGS, rng.random() < 0.5)
        add_case("in" if rng.random() < 0.3 else "with", filling)
        if rng.random() < 0.3:
            return add_after(add_after(node, *function_word("advmod", "together")), "obl", place(rng))
        return add_after(node, "obl", filling)
    node = verb(pick(rng, WORDS["transitive"]), PASSIVE)
    if rng.random() < 0.6:
        return add_after(node, "obl:agent", add_case("by", noun(rng, ACTORS)))
    return add_after(node, "obl", place(rng))


def governed(rng: Generator, who: Node) -> Node:
    """A verb under another: "is seen riding", "is trying to ride", "prepares to ride"."""
    if rng.random() < 0.4:
        return add_subject(add_after(verb("see", PASSIVE), "xcomp", simple_predicate(rng, ING)), who)
    lemma = pick(rng, WORDS["control"])
    root = verb(lemma, ING if rng.random() < 0.5 else present(is_plural(who)))
    return add_subject(add_after(root, "xcomp", add_mark("to", simple_predicate(rng, INFINITIVE))), who)


def sentence(rng: Generator) -> Node:
    """The tree of one caption."""
    if rng.random() < 0.5:
        return clauses(rng)
    many, kind = rng.random() < 0.25, rng.random()
    who = subject(rng, many)
    if kind < 0.32:  # a man riding a wave
        return add_after(who, "acl", simple_predicate(rng, ING))
    if kind < 0.56:  # a dog curls up on a bed
        return add_subject(simple_predicate(rng, present(is_plural(who))), who)
    if kind < 0.59:  # a man is seen riding a wave, tries to ride it
        return governed(rng, who)
    if kind < 0.70:  # a man is riding a wave
        return add_subject(simple_predicate(rng, ING), who)
    return rarer_sentence(rng, kind, who, noun(rng, THINGS, many))


def rarer_sentence(rng: Generator, kind: float, who: Node, what: Node) -> Node:
    """Captions about a thing or an actor, by a `kind` from 0.7 to 1."""
    if kind < 0.77:  # a ball is kicked by a boy
        return add_subject(passive(rng), what)
    if kind < 0.83:  # a ball kicked by a boy
        return add_after(what, "acl", passive(rng))
    if kind < 0.90:  # a dog that is chasing a cat
        return add_after(who, *relative(simple_predicate(rng, ING), pick(rng, PRONOUNS), who))
    if kind < 0.93:  # two dogs, a cat and a ball
        return several(rng, who)
    if kind < 0.96:  # there is a man riding a wave
        root = be(is_plural(who))._replace(upos="VERB")
        root.before.append(function_word("expl", "there"))
        return add_after(root, "nsubj", add_after(who, "acl", simple_predicate(rng, ING)))
    if kind < 0.98:  # a kitchen with a stove and a sink
        return add_after(noun(rng, PLACES), "nmod", several(rng, company(rng)))
    return add_after(who, "nmod", place(rng))  # a dog near a door


def several(rng: Generator, first: Node) -> Node:
    """A list, with or without commas: "two dogs, a cat and a ball"."""
    count, commas = rng.integers(1, 4), rng.random() < 0.6
    for left in reversed(range(count)):
        other = noun(rng, pick(rng, (THINGS, ACTORS)), rng.random() < 0.3)
        mark = "and" if left == 0 else "," if commas else ""
        add_after(first, "conj", add_mark(mark, other) if mark else other)
    return first
