"""Captions of more than one verb, bare objects and compounds: what people write and EWT has little of."""

from stages.common.language.inflection import past_participle, present_participle
from tools.parser.caption_phrases import (
    ACTORS,
    GOING,
    PLURAL,
    SINGULAR,
    adjective,
    adposition,
    article,
    leaf,
    noun,
    place,
    subject,
    the,
)  # fmt: skip
from tools.parser.caption_words import (
    COMPOUNDS,
    DOINGS,
    GARMENTS,
    PAST_TENSES,
    POINTED,
    PREPOSITIONS,
    SETTINGS,
    ending_s,
)

PASSIVE = "Tense=Past|VerbForm=Part|Voice=Pass"
THIRD = "Mood=Ind|Number=Sing|Person=3|Tense=Pres|VerbForm=Fin"
PLAIN = "Mood=Ind|Number=Plur|Person=3|Tense=Pres|VerbForm=Fin"
PAST = "Mood=Ind|Number=Sing|Person=3|Tense=Past|VerbForm=Fin"
PARTICIPLE = (present_participle, "VBG", GOING)
INFINITIVE = (str, "VB", "VerbForm=Inf")
FEELINGS = ("happy", "content", "excited", "sad", "tired", "surprised", "ready", "bored", "angry", "serious")
MARKS = ("while", "as", "before", "after")


def past_tense(lemma):
    return PAST_TENSES.get(lemma, past_participle(lemma))


def finite(rng, many, past=0.08):
    """How a finite verb is inflected after one or several: "plays", "play", sometimes "played"."""
    if rng.random() < past:
        return past_tense, "VBD", PAST
    return (str, "VBP", PLAIN) if many else (ending_s, "VBZ", THIRD)


def be(many):
    return leaf("are" if many else "is", "be", "AUX", *(("VBP", PLAIN) if many else ("VBZ", THIRD)))


def is_plural(head):
    return head[4] == PLURAL or any(deprel == "conj" for deprel, _ in head[6])


def pick(rng, values):
    return values[rng.integers(len(values))]


def chain(rng, text, bare=False):
    """A compound noun as a phrase, "a tennis ball"; `bare` without a determiner, in the form it is written in."""
    *modifiers, word = text.split()
    many = word.endswith("s") and not word.endswith(("ss", "us"))
    bare = bare or many and rng.random() < 0.7
    lemma, feats, tag = (word[:-1], PLURAL, "NNS") if many else (word, SINGULAR, "NN")
    node = leaf(word, lemma, "NOUN", tag, feats)
    if not bare:
        node[5].append(the() if many else article(rng))
        if rng.random() < 0.25 and node[5][0][1][0] == "the":
            node[5].append(("amod", adjective(rng)))
    node[5].extend(("compound", leaf(word, word, "NOUN", "NN", SINGULAR)) for word in modifiers)
    if not bare and node[5][0][1][0] == "a" and text[0] in "aeiou":
        node[5][0] = ("det", leaf("an", "a", *node[5][0][1][2:5]))
    return node


def setting(rng):
    """ "in a living room", "on the beach", "near a storage shed"."""
    node = chain(rng, pick(rng, SETTINGS))
    node[5].insert(0, ("case", adposition(pick(rng, PREPOSITIONS[:16]))))
    return node if rng.random() < 0.7 else place(rng)


def thing_done(rng, lemma):
    """An object that goes with the verb, and how: "soccer", "a trick", "his guitar"."""
    text = pick(rng, DOINGS[lemma])
    return chain(rng, text.removeprefix("a "), bare=not text.startswith("a "))


def predicate(rng, form, tag, feats):
    """A verb with a fitting object, or one that points at something, with its places."""
    draw = rng.random()
    lemma = pick(rng, sorted(DOINGS)) if draw < 0.6 else ""
    if lemma:
        node = leaf(form(lemma), lemma, "VERB", tag, feats)
        node[6].append(("obj", thing_done(rng, lemma)))
        if rng.random() < 0.12:
            other = thing_done(rng, lemma)
            other[5].insert(0, ("cc", leaf("and", "and", "CCONJ", "CC")))
            node[6][-1][1][6].append(("conj", other))
        if rng.random() < 0.4:
            node[6].append(("obl", setting(rng)))
        return node
    lemma, preposition = pick(rng, POINTED).split()
    node = leaf(form(lemma), lemma, "VERB", tag, feats)
    target = noun(rng, ACTORS, rng.random() < 0.2) if rng.random() < 0.4 else chain(rng, pick(rng, COMPOUNDS))
    target[5].insert(0, ("case", adposition(preposition)))
    if rng.random() < 0.25:
        target[6].append(clause_on(rng, target))
    node[6].append(("obl", target))
    return node


def doing(rng):
    """A short participle clause: "holding a tennis racket", "dressed in a suit", "held by a woman"."""
    draw = rng.random()
    if draw < 0.75:
        return short(rng, *PARTICIPLE)
    lemma = pick(rng, ("dress", "cover", "surround", "hold", "pull", "string", "make", "fill"))
    node = leaf("held" if lemma == "hold" else past_participle(lemma), lemma, "VERB", "VBN", PASSIVE)
    by = rng.random() < 0.5
    other = noun(rng, ACTORS) if by else chain(rng, pick(rng, GARMENTS if lemma == "dress" else COMPOUNDS))
    other[5].insert(0, ("case", adposition("by" if by else pick(rng, ("in", "with", "between", "of")))))
    node[6].append(("obl:agent" if by else "obl", other))
    return node


def short(rng, form, tag, feats):
    lemma = "wear" if rng.random() < 0.35 else pick(rng, sorted(DOINGS))
    node = leaf(form(lemma), lemma, "VERB", tag, feats)
    node[6].append(("obj", chain(rng, pick(rng, GARMENTS)) if lemma == "wear" else thing_done(rng, lemma)))
    return node


def clause_on(rng, head):
    """What a noun does, as a participle or a relative clause."""
    many = is_plural(head)
    if rng.random() < 0.45:
        return ("acl", doing(rng))
    word, tag = pick(rng, (("that", "WDT"), ("who", "WP"), ("which", "WDT")))
    progressive = rng.random() < 0.5
    node = short(rng, *(PARTICIPLE if progressive else finite(rng, many)))
    node[5].append(("nsubj", leaf(word, word, "PRON", tag, "PronType=Rel")))
    if progressive:
        node[5].append(("aux", be(many)))
    return ("acl:relcl", node)


def actor(rng):
    """A subject, often with a clause of its own before the verb: "a man wearing a hat"."""
    who = subject(rng, rng.random() < 0.3)
    if rng.random() < 0.3:
        dress = chain(rng, pick(rng, GARMENTS), bare=rng.random() < 0.2)
        dress[5].insert(0, ("case", adposition(pick(rng, ("in", "with")))))
        if rng.random() < 0.3:
            other = chain(rng, pick(rng, GARMENTS), bare=True)
            other[5].insert(0, ("cc", leaf("and", "and", "CCONJ", "CC")))
            dress[6].append(("conj", other))
        who[6].append(("nmod", dress))
    elif rng.random() < 0.35:
        who[6].append(clause_on(rng, who))
    return who


def statement(rng, who):
    """A finite or progressive sentence about `who`."""
    many = is_plural(who)
    progressive = rng.random() < 0.45
    root = predicate(rng, *(PARTICIPLE if progressive else finite(rng, many)))
    root[5].append(("nsubj", who))
    if progressive:
        root[5].append(("aux", be(many)))
    return root


def after(word, upos, tag, node):
    node[5].insert(0, ("cc" if upos == "CCONJ" else "mark", leaf(word, word, upos, tag)))
    return node


def felt(rng, who):
    """ "looks content sitting on", "is seen", "tries to show", "watches a man ride"."""
    many, draw = is_plural(who), rng.random()
    if draw < 0.3:
        root = leaf(*_inflect(finite(rng, many), pick(rng, ("look", "seem", "appear"))))
        feeling = pick(rng, FEELINGS)
        root[6].append(("xcomp", leaf(feeling, feeling, "ADJ", "JJ", "Degree=Pos")))
        root[6].append(("advcl", predicate(rng, *PARTICIPLE)))
    elif draw < 0.7:
        root = leaf(*_inflect(finite(rng, many), pick(rng, ("watch", "watch", "see", "help", "let"))))
        root[6].append(("obj", noun(rng, ACTORS, rng.random() < 0.3)))
        root[6].append(("xcomp", predicate(rng, *(PARTICIPLE if rng.random() < 0.4 else INFINITIVE))))
    else:
        root = leaf(*_inflect(finite(rng, many), pick(rng, ("try", "attempt", "prepare", "bend", "wait", "reach"))))
        root[6].append(("xcomp", after("to", "PART", "TO", predicate(rng, *INFINITIVE))))
    root[5].append(("nsubj", who))
    return root


def _inflect(inflection, lemma):
    form, tag, feats = inflection
    return form(lemma), lemma, "VERB", tag, feats


def longer(rng, root):
    """A second clause: "reading a book", "while talking on a phone", "as a dog watches", "and another holds"."""
    draw = rng.random()
    if draw < 0.3:
        extra = short(rng, *PARTICIPLE) if rng.random() < 0.6 else predicate(rng, *PARTICIPLE)
        root[6].append(("advcl", extra))
    elif draw < 0.42:
        root[6].append(("advcl", after(pick(rng, MARKS), "SCONJ", "IN", short(rng, *PARTICIPLE))))
    elif draw < 0.6:
        extra = statement(rng, noun(rng, ACTORS, rng.random() < 0.3))
        root[6].append(("advcl", after(pick(rng, MARKS[:2]), "SCONJ", "IN", extra)))
    elif draw < 0.75:
        root[6].append(("conj", after("and", "CCONJ", "CC", statement(rng, noun(rng, ACTORS)))))
    elif draw < 0.85:
        root[6].append(("conj", after("and", "CCONJ", "CC", predicate(rng, *_form_of(root)))))
    elif draw < 0.93:
        root[6].append(("advcl", after("to", "PART", "TO", predicate(rng, *INFINITIVE))))
    else:
        root[6].append(("obl", _in_mouth(rng)))
    return root


def _form_of(root):
    tag = root[3]
    forms = {"VBG": present_participle, "VBZ": ending_s, "VBD": past_tense}
    return forms.get(tag, str), tag, root[4]


def _in_mouth(rng):
    held = chain(rng, pick(rng, COMPOUNDS))
    held[5].insert(0, ("case", adposition("with")))
    mouth = pick(rng, ("mouth", "hand", "back", "lap", "head"))
    node = leaf(mouth, mouth, "NOUN", "NN", SINGULAR)
    own = leaf("its", "its", "PRON", "PRP$", "Case=Gen|Gender=Neut|Number=Sing|Person=3|Poss=Yes|PronType=Prs")
    node[5].extend([("case", adposition(pick(rng, ("in", "on")))), ("nmod:poss", own)])
    held[6].append(("nmod", node))
    return held


def verbless(rng):
    """ "a storage shed next to a glass building", "a room that has photographs on the wall"."""
    head = chain(rng, pick(rng, SETTINGS + COMPOUNDS))
    if rng.random() < 0.4:
        word, lemma = ("that", "have")
        clause = leaf("has", lemma, "VERB", "VBZ", THIRD)
        clause[5].append(("nsubj", leaf(word, word, "PRON", "WDT", "PronType=Rel")))
        clause[6].append(("obj", chain(rng, pick(rng, COMPOUNDS))))
        if rng.random() < 0.6:
            clause[6].append(("obl", setting(rng)))
        head[6].append(("acl:relcl", clause))
    else:
        head[6].append(("nmod", setting(rng)))
    return head


def clauses(rng):
    """One such caption's tree; one in eight as people write in haste, without articles."""
    draw = rng.random()
    if draw < 0.12:
        root = verbless(rng)
    else:
        who = actor(rng)
        if draw < 0.2:
            who[6].append(("acl", longer(rng, predicate(rng, *PARTICIPLE))))
            root = who
        elif draw < 0.32:
            root = felt(rng, who)
        else:
            root = statement(rng, who)
            root = longer(rng, root) if draw < 0.65 else root
    return hasty(root) if rng.random() < 0.12 else root


def hasty(node):
    for side in node[5:7]:
        side[:] = [(deprel, hasty(child)) for deprel, child in side if deprel != "det"]
    return node
