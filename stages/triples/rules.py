"""From a dependency tree to triples: the grammar of who does what to whom."""

from typing import NamedTuple

from stages.triples.nouns import ADVERBIAL, GARMENTS, NOMINAL, PARTS, compound_of, lemma_of, meant, of_phrase
from stages.triples.tree import Tree, dependants
from stages.triples.verbs import LIGHT, is_bare, is_passive, is_verb, verb_lemma

RELATIVE = {"that", "which", "who", "whom"}
DEPTH = 8  # verbs followed upwards for a subject; a cycle in a bad tree ends there


class Triple(NamedTuple):
    """One relation; nouns and verb in lower case, `rank` 1 for an oblique beside a direct object.

    `passive`: by its agent ("a ball kicked by a boy", the subject is boy), or with a preposition, where
    the subject undergoes the verb ("a truck parked on a street").
    """

    subject: str
    relation: str
    particle: str | None
    preposition: str | None
    object: str
    subject_compound: str
    object_compound: str
    passive: bool
    rank: int


def extract(tree: Tree, lexicon: dict[str, bool]) -> list[Triple]:
    """The distinct triples of a caption, in the order of their verbs.

    "A man riding a wave on a board" gives (man, ride, wave), and (man, ride on, board) with rank 1.
    """
    found: dict[Triple, None] = {}
    for verb in range(len(tree.words)):
        if is_verb(tree, verb):
            found.update(dict.fromkeys(_of_verb(tree, verb, lexicon)))
    return list(found)


def _of_verb(tree: Tree, verb: int, lexicon: dict[str, bool]) -> list[Triple]:
    relation = verb_lemma(tree.words[verb], lexicon)
    if relation in LIGHT and dependants(tree, verb, "xcomp"):
        return []
    if relation == "be" or relation not in lexicon and is_bare(tree, verb):
        return []
    particles = [tree.words[i].text.lower() for i in dependants(tree, verb, "compound:prt")]
    particle = " ".join(particles) or None
    passive = is_passive(tree, verb)
    if passive:
        patients = subjects(tree, verb)
        pairs = [(a, None, p, 0) for a in agents(tree, verb) for p in patients]
        # "a train parked on a street": no agent, the patient stands in a place
        pairs += [(p, prep, o, 0) for p in patients for prep, o in obliques(tree, verb)] if not pairs else []
    else:
        doers = subjects(tree, verb)
        direct = objects(tree, verb)
        pairs = [(s, None, o, 0) for s in doers for o in direct]
        rank = 1 if direct else 0
        pairs += [(s, prep, o, rank) for s in doers for prep, o in obliques(tree, verb)]
    return [
        Triple(
            lemma_of(tree, subject),
            relation,
            particle,
            preposition,
            lemma_of(tree, object),
            compound_of(tree, subject),
            compound_of(tree, object),
            passive,
            rank,
        )
        for subject, preposition, object, rank in pairs
        if subject != object and not adverbial(tree, subject)
    ]


def subjects(tree: Tree, verb: int, depth: int = 0) -> list[int]:
    """The nouns that do (in a passive, undergo) the verb: its own subject, or the one it shares."""
    word = tree.words[verb]
    own = dependants(tree, verb, "nsubj", "nsubj:pass")
    own = [i for i in own if not dependants(tree, i, "case")] or own  # no subject has a preposition
    if own:
        relative = word.deprel == "acl:relcl" and tree.words[own[0]].lemma.lower() in RELATIVE
        if not relative:
            return [noun for subject in own for noun in meant(tree, subject)]
    if word.head == 0 or depth > DEPTH:
        return []
    head = word.head - 1
    if word.deprel in ("acl", "acl:relcl"):
        return _modified(tree, head, verb)
    if word.deprel in ("conj", "advcl", "xcomp", "parataxis", "ccomp", "dep", "advcl:relcl"):
        governed = objects(tree, head) if word.deprel == "xcomp" else []
        if governed:  # "watching a dog run"
            return governed
        if tree.words[head].upos in NOMINAL:
            return _modified(tree, head, verb)
        return subjects(tree, head, depth + 1)
    return []


def _modified(tree: Tree, noun: int, verb: int) -> list[int]:
    """The nouns that a participle or relative clause describes.

    A clause hung on the second part of a coordination describes both: "a man and a dog sitting".
    Hung on the noun of a phrase that names its dress, it still describes that noun: no guess here.
    """
    word = tree.words[noun]
    if dependants(tree, noun, "cop", "nsubj"):  # "people are at a table looking at": the people
        return [i for subject in dependants(tree, noun, "nsubj") for i in meant(tree, subject)]
    if word.deprel == "conj" and tree.words[word.head - 1].upos in NOMINAL and word.head - 1 < verb:
        noun = word.head - 1
    elif word.deprel == "nmod" and word.head and tree.words[word.head - 1].lemma.lower() in ("group", "pair", "couple"):
        noun = word.head - 1
    before = [i for i in meant(tree, noun) if i < verb]
    return before or meant(tree, noun)


def objects(tree: Tree, verb: int) -> list[int]:
    """Direct objects, coordination distributed; of a relative clause without its own, the noun it modifies."""
    word = tree.words[verb]
    own = [
        noun
        for child in dependants(tree, verb, "obj")
        if not dependants(tree, child, "case")  # "sitting on a table" is oblique, whatever its label
        for noun in meant(tree, child)
    ]
    if not own and not dependants(tree, verb, "obj") and word.deprel == "conj" and word.head:
        own = _shared_object(tree, word.head - 1, verb)
    if own or word.deprel != "acl:relcl" or not word.head or is_passive(tree, verb):
        return own
    by_another = [i for i in dependants(tree, verb, "nsubj") if tree.words[i].lemma.lower() not in RELATIVE]
    gap = dependants(tree, verb, "obj") or not dependants(tree, verb, "obl")
    return _modified(tree, word.head - 1, verb) if by_another and gap else own


def _shared_object(tree: Tree, first: int, second: int) -> list[int]:
    """"standing and eating hay": no; "holding and petting a cat": an object after both serves both."""
    return [noun for child in dependants(tree, first, "obj") if child > second for noun in meant(tree, child)]


def agents(tree: Tree, verb: int) -> list[int]:
    """Who does a passive verb: "kicked by a boy"."""
    found = dependants(tree, verb, "obl:agent")
    found += [i for i in dependants(tree, verb, "obl") if _preposition(tree, i) == "by"]
    return [noun for child in found for noun in meant(tree, child) if not adverbial(tree, noun)]


def obliques(tree: Tree, verb: int) -> list[tuple[str, int]]:
    """Prepositions and their nouns, "on top of X" as one preposition; no time or manner."""
    found = []
    for child in dependants(tree, verb, "obl", "obj", "nmod"):
        preposition = _preposition(tree, child)
        dressed = tree.words[verb].lemma.lower() in ("dress", "clothe")
        worn = preposition == "in" and lemma_of(tree, child) in GARMENTS and not dressed
        if not preposition or worn:
            continue
        whole = of_phrase(tree, child) if tree.words[child].lemma.lower() in PARTS else []
        if whole:
            article = "the " if any(tree.words[i].lemma.lower() == "the" for i in tree.children[child]) else ""
            preposition = f"{preposition} {article}{tree.words[child].text.lower()} of"
        for target in whole or [child]:
            found += [(preposition, noun) for noun in meant(tree, target) if not adverbial(tree, noun)]
    return list(dict.fromkeys(found))


def adverbial(tree: Tree, noun: int) -> bool:
    """A noun of time or manner, a name of a place's part without its whole."""
    lemma = tree.words[noun].lemma.lower()
    return lemma in ADVERBIAL or lemma in PARTS


def _preposition(tree: Tree, noun: int) -> str:
    """The case words of a noun, with their fixed parts and an adverb just before: "next to"."""
    cases = dependants(tree, noun, "case")
    if not cases:
        return ""
    words = sorted(i for case in cases for i in (case, *dependants(tree, case, "fixed", "advmod")))
    before = words[0] - 1
    if before >= 0 and tree.words[before].text.lower() in ("next", "close"):
        words.insert(0, before)
    return " ".join(tree.words[i].text.lower() for i in words)
