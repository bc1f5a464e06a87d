"""A treebank of caption-like sentences: trees drawn from a small grammar, annotated as EWT is.

EWT has few fragments such as "A man riding a wave", and few verbs in -s whose subject is a bare
noun phrase. The sentences here fill that gap; they are made up, none is anybody's caption.
"""

import numpy as np

from stages.common.language.inflection import past_participle, present_participle
from tools.parser.caption_clauses import PASSIVE, PLAIN, THIRD, be, clauses, is_plural
from tools.parser.caption_phrases import (
    ACTORS,
    GOING,
    OBJECTS,
    SCENERY,
    absolute,
    adposition,
    company,
    leaf,
    noun,
    owned,
    place,
    rows,
    subject,
)  # fmt: skip
from tools.parser.caption_words import FILLING, INTRANSITIVE, PARTICLES, TRANSITIVE, ending_s

CONTROL = ("try", "attempt", "prepare", "start", "begin", "wait", "want", "learn", "stop", "continue")


def verb(rng, form, tag, feats):
    """A verb with its object, particle or place; `form` inflects the lemma."""
    kind = rng.random()
    particles = PARTICLES[kind > 0.5] if kind < 0.1 or kind > 0.9 else ()
    lemmas = TRANSITIVE if kind < 0.5 else INTRANSITIVE
    chosen = (particles or lemmas)[rng.integers(len(particles or lemmas))]
    lemma, *particle = chosen.split()
    node = leaf(form(lemma), lemma, "VERB", tag, feats)
    node[6].extend(("compound:prt", leaf(part, part, "ADP", "RP")) for part in particle)
    if kind < 0.5:
        thing = owned(rng) if rng.random() < 0.12 else noun(rng, OBJECTS, rng.random() < 0.15)
        if rng.random() < 0.15:
            other = noun(rng, OBJECTS)
            other[5].insert(0, ("cc", leaf("and", "and", "CCONJ", "CC")))
            thing[6].append(("conj", other))
        elif rng.random() < 0.15:
            thing[6].append(company(rng))
        node[6].append(("obj", thing))
    elif rng.random() < 0.08:
        node[6].append(("advmod", leaf("together", "together", "ADV", "RB")))
    if rng.random() < (0.4 if kind < 0.5 else 0.9):
        node[6].append(("obl", place(rng) if kind < 0.5 or rng.random() < 0.9 else among(rng)))
    if rng.random() < 0.04:
        node[6].append(absolute(rng))
    if rng.random() < 0.06:
        goal = verb_word(rng, str, "VB", "VerbForm=Inf")
        goal[5].insert(0, ("mark", leaf("to", "to", "PART", "TO")))
        node[6].append(("advcl", goal))
    if rng.random() < 0.15:
        extra = verb_word(rng, form, tag, feats)
        extra[5].insert(0, ("cc", leaf("and", "and", "CCONJ", "CC")))
        node[6].append(("conj", extra))
    elif rng.random() < 0.1:
        extra = verb_word(rng, present_participle, "VBG", GOING)
        extra[5].insert(0, ("mark", leaf("while", "while", "SCONJ", "IN")))
        node[6].append(("advcl", extra))
    return node


def among(rng):
    """Another actor with whom something is done: "playing with a dog"."""
    other = noun(rng, ACTORS, rng.random() < 0.3)
    other[5].insert(0, ("case", adposition("with")))
    return other


def verb_word(rng, form, tag, feats):
    lemma = TRANSITIVE[rng.integers(len(TRANSITIVE))]
    node = leaf(form(lemma), lemma, "VERB", tag, feats)
    node[6].append(("obj", noun(rng, OBJECTS)))
    return node


def passive(rng):
    if rng.random() < 0.25:  # filled with apples, grouped together on a table
        lemma = FILLING[rng.integers(len(FILLING))]
        node = leaf(past_participle(lemma), lemma, "VERB", "VBN", PASSIVE)
        filling = noun(rng, OBJECTS, rng.random() < 0.5)
        filling[5].insert(0, ("case", adposition(("with", "in")[rng.random() < 0.3])))
        together = ("advmod", leaf("together", "together", "ADV", "RB"))
        node[6].extend([together, ("obl", place(rng))] if rng.random() < 0.3 else [("obl", filling)])
        return node
    lemma = TRANSITIVE[rng.integers(len(TRANSITIVE))]
    node = leaf(past_participle(lemma), lemma, "VERB", "VBN", PASSIVE)
    if rng.random() < 0.6:
        agent = noun(rng, ACTORS)
        agent[5].insert(0, ("case", adposition("by")))
        node[6].append(("obl:agent", agent))
    else:
        node[6].append(("obl", place(rng)))
    return node


def governed(rng, who):
    """A verb under another: "is seen riding", "is trying to ride", "prepares to ride"."""
    many = is_plural(who)
    if rng.random() < 0.4:
        root = leaf("seen", "see", "VERB", "VBN", PASSIVE)
        root[5].extend([("nsubj:pass", who), ("aux:pass", be(many))])
        root[6].append(("xcomp", verb(rng, present_participle, "VBG", GOING)))
        return root
    lemma = CONTROL[rng.integers(len(CONTROL))]
    if rng.random() < 0.5:
        root = leaf(present_participle(lemma), lemma, "VERB", "VBG", GOING)
        root[5].extend([("nsubj", who), ("aux", be(many))])
    else:
        root = leaf(*((lemma, lemma, "VERB", "VBP", PLAIN) if many else (ending_s(lemma), lemma, "VERB", "VBZ", THIRD)))
        root[5].append(("nsubj", who))
    goal = verb(rng, str, "VB", "VerbForm=Inf")
    goal[5].insert(0, ("mark", leaf("to", "to", "PART", "TO")))
    root[6].append(("xcomp", goal))
    return root


def sentence(rng):
    """One caption's tree and its root."""
    if rng.random() < 0.5:
        return clauses(rng)
    many, kind = rng.random() < 0.25, rng.random()
    who = subject(rng, many)
    if kind < 0.32:  # a man riding a wave
        who[6].append(("acl", verb(rng, present_participle, "VBG", GOING)))
        return who
    if kind < 0.56:  # a dog curls up on a bed
        form = (str, "VBP", PLAIN) if is_plural(who) else (ending_s, "VBZ", THIRD)
        root = verb(rng, *form)
        root[5].insert(0, ("nsubj", who))
        return root
    if kind < 0.59:  # a man is seen riding a wave, tries to ride it
        return governed(rng, who)
    if kind < 0.70:  # a man is riding a wave
        root = verb(rng, present_participle, "VBG", GOING)
        root[5].extend([("nsubj", who), ("aux", be(is_plural(who)))])
        return root
    thing = noun(rng, OBJECTS, many)
    if kind < 0.77:  # a ball is kicked by a boy
        root = passive(rng)
        root[5].extend([("nsubj:pass", thing), ("aux:pass", be(many))])
        return root
    if kind < 0.83:  # a ball kicked by a boy
        thing[6].append(("acl", passive(rng)))
        return thing
    if kind < 0.90:  # a dog that is chasing a cat
        clause = verb(rng, present_participle, "VBG", GOING)
        word, tag = (("that", "WDT"), ("who", "WP"), ("which", "WDT"))[rng.integers(3)]
        that = leaf(word, word, "PRON", tag, "PronType=Rel")
        clause[5].extend([("nsubj", that), ("aux", be(is_plural(who)))])
        who[6].append(("acl:relcl", clause))
        return who
    if kind < 0.93:  # two dogs, a cat and a ball
        return several(rng, who)
    if kind < 0.96:  # there is a man riding a wave
        who[6].append(("acl", verb(rng, present_participle, "VBG", GOING)))
        root = be(is_plural(who))
        root = (*root[:2], "VERB", *root[3:])
        root[5].append(("expl", leaf("there", "there", "PRON", "EX")))
        root[6].append(("nsubj", who))
        return root
    if kind < 0.98:  # a kitchen with a stove and a sink
        where, (relation, thing) = noun(rng, SCENERY), company(rng)
        where[6].append((relation, several(rng, thing)))
        return where
    who[6].append(("nmod", place(rng)))  # a dog near a door
    return who


def several(rng, first):
    """A list, with or without commas: "two dogs, a cat and a ball"."""
    count, commas = rng.integers(1, 4), rng.random() < 0.6
    for left in reversed(range(count)):
        other = noun(rng, (OBJECTS, ACTORS)[rng.integers(2)], rng.random() < 0.3)
        if left == 0:
            other[5].insert(0, ("cc", leaf("and", "and", "CCONJ", "CC")))
        elif commas:
            other[5].insert(0, ("punct", leaf(",", ",", "PUNCT", ",")))
        first[6].append(("conj", other))
    return first


def conllu(root, number, rng):
    """The sentence in CoNLL-U, its own paragraph; most end with a full stop, a third start in lower case."""
    words = rows(root)
    if rng.random() < 0.6:
        top = next(i for i, row in enumerate(words) if row[2] == -1)
        words.append([leaf(".", ".", "PUNCT", "."), "punct", top])
    forms = [row[0][0] for row in words]
    if rng.random() < 0.7:
        forms[0] = forms[0].capitalize()
    text = " ".join(forms)
    for clitic in ("'s", ",", "."):
        text = text.replace(f" {clitic}", clitic)
    lines = conllu_lines([((form, *row[0][1:]), *row[1:]) for form, row in zip(forms, words)])
    for i in reversed(range(len(forms))):
        if forms[i] in (",", "."):
            lines[i - 1] = lines[i - 1].removesuffix("_") + "SpaceAfter=No"
        elif forms[i] == "'s":  # one token, two words
            lines.insert(i - 1, "\t".join([f"{i}-{i + 1}", f"{forms[i - 1]}'s", *"_" * 8]))
    name = f"caption-{number}"
    return "\n".join([f"# newpar id = {name}", f"# sent_id = {name}", f"# text = {text}", *lines])


def conllu_lines(words):
    """A line of CoNLL-U for each (node, deprel, index of the head, -1 for the root)."""
    return [
        "\t".join(map(str, [i, *node[:5], head + 1, deprel, "_", "_"]))
        for i, (node, deprel, head) in enumerate(words, 1)
    ]


def caption_treebank(count: int, seed: int = 0) -> str:
    """`count` different sentences in CoNLL-U, the same for the same seed."""
    rng = np.random.default_rng([seed, 7])
    found: dict[str, str] = {}
    while len(found) < count:
        block = conllu(sentence(rng), len(found), rng)
        found.setdefault(block.split("\n")[2].lower(), block)
    return "\n\n".join(found.values()) + "\n\n"
