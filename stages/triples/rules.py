"""From a dependency tree to relations: the grammar of who does what to whom."""

from typing import NamedTuple

from stages.triples.kinds import Kind
from stages.triples.phrases import meant, of_phrase
from stages.triples.tree import Tree, dependants, negated

NO_VERB = {"amod", "compound", "case", "aux", "aux:pass", "cop"}  # "a parked car"
SHARING = {"conj", "advcl", "xcomp", "parataxis", "ccomp", "dep", "advcl:relcl"}
DEPTH = 8  # verbs followed upwards for a subject; a cycle in a bad tree ends there


class Relation(NamedTuple):
    """One relation by the positions of its words.

    `passive`: by its agent ("a ball kicked by a boy", the subject is boy), or with a preposition, where
    the subject undergoes the verb ("a truck parked on a street").
    """

    subject: int
    verb: int
    particle: tuple[int, ...]
    preposition: tuple[int, ...]
    object: int
    passive: bool


def extract(tree: Tree) -> list[Relation]:
    """The relations of a caption, in the order of their verbs.

    "A man riding a wave on a board" gives (man, ride, wave): an oblique beside a direct object gives none.
    """
    return [
        relation
        for verb, word in enumerate(tree.words)
        if word.verb and tree.deprels[verb] not in NO_VERB
        for relation in _of_verb(tree, verb)
    ]


def _of_verb(tree: Tree, verb: int) -> list[Relation]:
    word = tree.words[verb]
    if word.be or denied(tree, verb):
        return []
    if word.light and dependants(tree, verb, "xcomp"):
        return []
    if word.bare or word.nounish and not dependants(tree, verb, "mark", "obj", "aux", "aux:pass"):
        return []
    doers = subjects(tree, verb)
    if not doers:
        return []
    passive = is_passive(tree, verb)
    particle = tuple(dependants(tree, verb, "compound:prt"))
    if passive and (found := agents(tree, verb)):
        pairs = [(a, (), p) for a in found for p in doers]
    elif places := _after_particle(tree, verb, passive):
        pairs = [(s, particle, o) for s in doers for o in places]
        particle = ()
    elif passive:  # "a train parked on a street": no agent, the patient stands in a place
        found = [] if word.showing else _filling(tree, obliques(tree, verb))
        pairs = [(p, prep, o) for p in doers for prep, o in found]
    else:
        direct = [] if word.posture else objects(tree, verb)
        found = [((), o) for o in direct] or obliques(tree, verb)
        pairs = [(s, prep, o) for s in doers for prep, o in found]
    return [
        Relation(subject, verb, particle, preposition, object, passive)
        for subject, preposition, object in pairs
        if subject != object and _can_act(tree.words[subject], word)
    ]


def _can_act(subject: Kind, verb: Kind) -> bool:
    """No time or side of a thing does anything, and a picture hangs at most."""
    return not subject.adverbial and (verb.hanging or not subject.picture)


def denied(tree: Tree, verb: int, depth: int = 0) -> bool:
    """Whether a caption says that the verb is not done: "not riding", "without wearing", "wearing no shoes".

    So is what hangs on such a verb: "not trying to catch", "not riding or feeding"; and "failing to catch".
    """
    if negated(tree, verb) or any(negated(tree, i) for i in dependants(tree, verb, "obj")):
        return True
    deprel, head = tree.deprels[verb], tree.heads[verb]
    if head < 0 or depth > DEPTH:
        return False
    if deprel in ("xcomp", "ccomp"):
        return tree.words[head].failing or denied(tree, head, depth + 1)
    either = deprel == "conj" and any(tree.words[i].either for i in dependants(tree, verb, "other"))
    return either and denied(tree, head, depth + 1)


def _after_particle(tree: Tree, verb: int, passive: bool) -> list[int]:
    """ "standing on a bench", "walking down a street", "cut on a board" with the preposition read as a particle.

    Who stays or moves somewhere has no object, nor has a passive.
    """
    particles = [i for i in dependants(tree, verb, "compound:prt") if tree.words[i].stranded]
    word, own = tree.words[verb], ("obl", "obl:agent") if passive else ("obj", "obl")
    if not particles or not (word.seated or word.moving or passive and not word.showing):
        return []
    bare = [i for i in dependants(tree, verb, *own) if i > particles[0] and not dependants(tree, i, "case")]
    return [noun for i in bare for noun in meant(tree, i, False) if not tree.words[noun].adverbial]


def is_passive(tree: Tree, verb: int) -> bool:
    """A passive by its auxiliary or subject, or a past participle without one: "a ball kicked by"."""
    if tree.words[verb].ing:
        return False
    if dependants(tree, verb, "aux:pass", "nsubj:pass"):
        return True
    if _has_agent(tree, verb):
        return True
    if dependants(tree, verb, "nsubj", "aux"):
        return False
    return tree.words[verb].participle and not objects_after(tree, verb)


def objects_after(tree: Tree, verb: int) -> list[int]:
    """ "a boy played guitar": a participle's form with an object of its own, so a past tense."""
    return [i for i in dependants(tree, verb, "obj") if i > verb and not dependants(tree, i, "case")]


def _filling(tree: Tree, found: list[tuple[tuple[int, ...], int]]) -> list[tuple[tuple[int, ...], int]]:
    """ "a plate filled with fruit on a table": what follows the filling is where the whole is."""
    if not found or not any(tree.words[i].filling for i in found[0][0]):
        return found
    return [phrase for phrase in found if phrase[0] == found[0][0]]


def _has_agent(tree: Tree, verb: int) -> bool:
    """Such as "a woman kicked by a boy" read as a sentence: captions tell no past, so this is a participle."""
    if not tree.words[verb].past or dependants(tree, verb, "obj", "aux"):
        return False
    return any(_is_by(tree, dependants(tree, i, "case")) for i in dependants(tree, verb, "obl"))


def subjects(tree: Tree, verb: int, depth: int = 0) -> list[int]:
    """The nouns that do (in a passive, undergo) the verb: its own subject, or the one it shares."""
    deprel, head = tree.deprels[verb], tree.heads[verb]
    own = dependants(tree, verb, "nsubj", "nsubj:pass")
    own = [i for i in own if not dependants(tree, i, "case")] or own  # no subject has a preposition
    if own and not (deprel == "acl:relcl" and tree.words[own[0]].relative):
        found = [noun for subject in own for noun in meant(tree, subject)]
        found = found if tree.words[verb].seated else _wearers(tree, found)  # skis and boots do sit on a floor
        return found or _antecedent(tree, own[0], head, depth) if deprel == "advcl" else found
    if head < 0 or depth > DEPTH:
        return []
    if deprel in ("acl", "acl:relcl") or deprel == "amod" and depth:  # "a man ready to hit a ball"
        return _modified(tree, _nearer(tree, head, verb), verb)
    if deprel in SHARING:
        controls = deprel == "xcomp" and not tree.words[head].using or tree.words[head].teaching
        governed = objects(tree, head) if controls else []
        if governed:  # "watching a dog run", "teaching a boy how to ride"
            return governed
        is_one = deprel == "conj" and dependants(tree, head, "cop", "nsubj")  # "a boy is a rider and is jumping"
        if tree.words[head].tagged_noun and not is_one:
            return _modified(tree, head, verb)
        return subjects(tree, head, depth + 1)
    return []


def _antecedent(tree: Tree, pronoun: int, main: int, depth: int) -> list[int]:
    """ "a girl smiles while she pets a goat": the girl, where the clause around has no other noun that may be meant."""
    word = tree.words[pronoun]
    if not word.personal or main < 0 or depth > DEPTH or dependants(tree, main, "obj", "obl", "obl:agent"):
        return []
    found = subjects(tree, main, depth + 1)
    fits = [i for i in found if not (word.feminine and tree.words[i].masculine)]
    fits = [i for i in fits if not (word.masculine and tree.words[i].feminine)]
    return fits if len(found) == 1 else []


def _nearer(tree: Tree, noun: int, verb: int) -> int:
    """ "a boy is talking to a man who holds": no relative clause reaches back over its noun's own verb."""
    above = tree.heads[noun]
    if tree.deprels[verb] != "acl:relcl" or not noun < above < verb:
        return noun
    after = [i for i in dependants(tree, above, "obj", "obl") if above < i < verb and tree.words[i].noun]
    return after[-1] if after else noun


def _modified(tree: Tree, noun: int, verb: int) -> list[int]:
    """The nouns that a participle or relative clause describes.

    A clause hung on the second part of a coordination describes both: "a man and a dog sitting".
    Hung on the noun of a phrase that names its dress, it still describes that noun: no guess here.
    """
    if dependants(tree, noun, "case") and dependants(tree, noun, "cop", "nsubj"):
        # "people are at a table looking at": the people; but "this is a man riding": the man
        return [i for subject in dependants(tree, noun, "nsubj") for i in meant(tree, subject)]
    deprel, head, word = tree.deprels[noun], tree.heads[noun], tree.words[noun]
    placed = word.part and dependants(tree, noun, "case")  # "standing in front of a house looking": who stands
    if (word.stage or placed) and deprel in ("nmod", "obl") and head >= 0:
        return _modified(tree, head, verb) if tree.words[head].tagged_noun else subjects(tree, head, DEPTH)
    if deprel == "conj" and 0 <= head < verb and tree.words[head].tagged_noun:
        noun = head
    elif deprel == "nmod" and head >= 0 and tree.words[head].group:
        noun = head
    before = [i for i in meant(tree, noun) if i < verb]
    return _wearers(tree, before or meant(tree, noun))


def _wearers(tree: Tree, nouns: list[int]) -> list[int]:
    """ "a man in a shirt and pants running": pants, coordinated with the man by mistake, do not run."""
    return [i for i in nouns if not tree.words[i].garment] or nouns


def objects(tree: Tree, verb: int) -> list[int]:
    """Direct objects, coordination distributed; of a relative clause without its own, the noun it modifies."""
    deprel, head = tree.deprels[verb], tree.heads[verb]
    marked = dependants(tree, verb, "obj")
    if tree.words[verb].giving and len(marked) > 1:
        marked = marked[1:]
    own = [
        noun
        for child in marked
        if not _caused(tree, verb, child)
        and not dependants(tree, child, "case")  # "sitting on a table" is oblique, whatever its label
        for noun in meant(tree, child, pictures=False)
    ]
    if not marked and deprel == "conj" and head >= 0:
        own = _shared_object(tree, head, verb)
    if own or deprel != "acl:relcl" or head < 0 or is_passive(tree, verb):
        return own
    by_another = [i for i in dependants(tree, verb, "nsubj") if not tree.words[i].relative]
    gap = marked or not dependants(tree, verb, "obl")
    return _modified(tree, head, verb) if by_another and gap else own


def _caused(tree: Tree, verb: int, noun: int) -> bool:
    """ "getting her face painted", "having his hair cut by": what another does is no object of get and have."""
    word, clauses = tree.words[verb], [i for i in dependants(tree, noun, "acl") if is_passive(tree, i)]
    return bool(clauses) and (word.getting or word.having and any(agents(tree, i) for i in clauses))


def _shared_object(tree: Tree, first: int, second: int) -> list[int]:
    """ "standing and eating hay": no; "holding and petting a cat": an object after both serves both."""
    return [noun for child in dependants(tree, first, "obj") if child > second for noun in meant(tree, child, False)]


def agents(tree: Tree, verb: int) -> list[int]:
    """Who does a passive verb: "kicked by a boy"."""
    if tree.words[verb].seated:
        return []
    found = [i for i in dependants(tree, verb, "obl:agent", "obl") if _is_by(tree, _preposition(tree, i))]
    return [noun for child in found for noun in meant(tree, child) if not tree.words[noun].adverbial]


def obliques(tree: Tree, verb: int) -> list[tuple[tuple[int, ...], int]]:
    """Prepositions and their nouns, "on top of X" as one preposition; no time or manner."""
    found = _own_obliques(tree, verb)
    if found:
        return found
    head = tree.heads[verb]
    if tree.deprels[verb] == "conj" and head >= 0 and tree.words[head].verb:
        # "standing and looking at a dog" hung on the first verb: what follows both serves both
        return [(preposition, i) for preposition, i in _own_obliques(tree, head) if preposition[0] > verb]
    second = verb + 1
    if second in dependants(tree, verb, "conj") and not dependants(tree, verb, "obj", "obl", "compound:prt"):
        # hung on the second verb: a place serves both, "looking at" is of the second alone
        shared = [] if dependants(tree, second, "obj") else _own_obliques(tree, second)
        return [(preposition, i) for preposition, i in shared if tree.words[preposition[0]].place]
    return []


def _own_obliques(tree: Tree, verb: int) -> list[tuple[tuple[int, ...], int]]:
    found: list[tuple[tuple[int, ...], int]] = []
    for child in _phrases(tree, verb):
        noun, preposition = tree.words[child], _preposition(tree, child)
        if tree.deprels[verb] == "acl:relcl" and (noun.stranded or noun.relative and preposition):
            # "the bench that a man sits on", "on which a man sits"
            found += [(preposition or (child,), i) for i in _modified(tree, tree.heads[verb], verb)]
            continue
        worn = bool(preposition) and tree.words[preposition[-1]].within  # "runs outside in a coat"
        worn = worn and noun.garment and not tree.words[verb].dress
        if not preposition or worn or tree.words[preposition[0]].apart or _beyond(tree, verb, child):
            continue
        whole = of_phrase(tree, child) if noun.part else []
        if whole:
            preposition = (*preposition, *_the(tree, child), child, *_of(tree, child))
        for target in whole or [child]:
            found += [(preposition, i) for i in meant(tree, target, False) if not _adverbial(tree, i)]
    return list(dict.fromkeys(found))


def _adverbial(tree: Tree, noun: int) -> bool:
    """Time, manner and sides; but "on a man's back" is a place."""
    word = tree.words[noun]
    return word.adverbial and not (word.side and dependants(tree, noun, "nmod:poss"))


def _beyond(tree: Tree, verb: int, phrase: int) -> bool:
    """ "holding a stick talking to a woman in a hall": a phrase after another clause is no longer the first verb's."""
    return any(verb < i < phrase and tree.words[i].ing for i in dependants(tree, verb, "advcl", "xcomp"))


def _phrases(tree: Tree, verb: int) -> list[int]:
    """The phrases of a verb, and of "next" beside it: "standing next to a bicycle"."""
    adverbs = [i for i in dependants(tree, verb, "advmod", "xcomp") if tree.words[i].beside]
    own = dependants(tree, verb, "obl", "obl:agent", "obj", "nmod")
    return [*own, *(i for adverb in adverbs for i in dependants(tree, adverb, "obl", "nmod"))]


def _the(tree: Tree, noun: int) -> list[int]:
    return [i for i in dependants(tree, noun, "det") if tree.words[i].the][:1]


def _of(tree: Tree, noun: int) -> list[int]:
    inner = [i for child in dependants(tree, noun, "nmod") for i in dependants(tree, child, "case")]
    return [i for i in inner if tree.words[i].of][:1]


def _preposition(tree: Tree, noun: int) -> tuple[int, ...]:
    """The case words of a noun, with their fixed parts and an adverb just before: "next to"."""
    cases = dependants(tree, noun, "case")
    if not cases:
        return ()
    words = sorted(i for case in cases for i in (case, *dependants(tree, case, "fixed", "advmod")))
    before = words[0] - 1
    return (before, *words) if before >= 0 and tree.words[before].beside else tuple(words)


def _is_by(tree: Tree, preposition: list[int] | tuple[int, ...]) -> bool:
    return len(preposition) == 1 and tree.words[preposition[0]].by
