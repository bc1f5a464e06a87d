"""Correct what a small parser gets wrong and grammar or sense decides, for all captions at once."""

import numpy as np

from stages.triples.columns import Words
from stages.triples.nouns import ANIMATE, GARMENTS, QUANTITY, SCENES
from stages.triples.verbs import (
    ACTING,
    CLOSED,
    DEEDS,
    DRESS,
    FIRST_PARTS,
    NEVER_ALONE,
    OWNERS,
    PREMODIFIERS,
    PREPOSITIONS,
    SECOND_PARTS,
    SEEING,
    SHOWN_BY,
    VERBISH,
    stems,
)

COMPLEMENTS = {"obj", "obl"}
NOUN_PLACES = {"obl", "obl:agent", "nmod", "obj", "nsubj"}


def correct(words: Words, lexicon: dict[str, bool]) -> Words:
    """`words` with tags, heads and relations corrected, in place; see the functions below for what."""
    _two_word_verbs(words)
    _own(words)
    _do_and_have(words)
    _bring_objects(words)
    _retag(words, lexicon)
    _rejoin(words)
    _unmix(words)
    _find_verbs(words)
    _premodify(words)
    _begin_clauses(words)
    _set_apart(words)
    _attach(words)
    return words


def _retag(words: Words, lexicon: dict[str, bool]) -> None:
    """The tags that place and form decide.

    "A boy does a trick": no auxiliary without a verb to help. "Two women dance", "men stand together": a noun
    is no clause and has no subject without a copula. "A man plays violin": without an ending, what the lexicon
    lacks is no verb. "Past a shed": nor is what has a preposition or an article. "On the concrete": nor is that an
    adjective.
    """
    known = words.among("text", lambda text: any(stem in lexicon for stem in [text.lower(), *stems(text.lower())]))
    known |= words.among("lemma", lexicon)
    helping = words.among("deprel", {"aux", "aux:pass", "cop"})
    deed = words.among("upos", {"AUX"}) & ~helping & words.among("lemma", {"do", "have"}) & words.having("obj")
    clause = words.among("deprel", {"acl", "acl:relcl", "advcl"}) | words.having("nsubj")
    nominal = words.having("cop", "case", "det", "nmod:poss", "aux:pass", "amod")
    deed |= words.among("upos", {"NOUN"}) & clause & ~nominal & known
    inflected = words.among("text", lambda text: text.lower().endswith(("ing", "ed")))
    inflected |= words.among("feats", lambda feats: "Tense=Past" in feats)  # "seen"
    phrase = words.having("case", "det") & words.among("deprel", NOUN_PLACES)
    phrase |= words.having("compound") & words.among("deprel", {"obl", "nmod"})
    worn = words.among("lemma", lambda lemma: lemma.lower() in GARMENTS) & ~inflected & ~words.having("obj")
    noun = words.among("upos", {"ADJ"}) & words.among("deprel", {"obl"}) & words.having("case") & words.having("det")
    noun |= words.among("upos", {"VERB"}) & (~known & ~inflected & ~_agreeing(words) | phrase | worn)
    words.put("upos", "VERB", deed)
    words.put("upos", "NOUN", noun)
    hung = words.head >= 0
    under = words.among("upos", {"VERB"})[words.head] & hung & (words.head < np.arange(len(hung)))
    bare = noun & under & words.among("deprel", {"xcomp", "ccomp", "advcl", "conj"}) & ~words.having("mark", "nsubj")
    below = hung & bare[words.head] & words.among("deprel", {"xcomp", "advcl"})  # "wears a hat and jeans talking"
    words.head[below] = words.head[words.head[below]]
    words.put("deprel", "advcl", below)
    words.put("deprel", "obj", bare)
    second = bare & words.before(words.among("upos", {"NOUN"}) & words.among("deprel", {"obj"}))
    for i in np.flatnonzero(second & (words.head == np.roll(words.head, 1))).tolist():
        _join(words, i - 1, i)  # "eats ice cream cones"


def _bring_objects(words: Words) -> None:
    """Prepositions and auxiliaries that are none.

    "Smile underneath a flower", read as a verb and its object. "Dogs fetch sticks", read as an auxiliary. "A woman
    wearing a coat walks": no coat walks.
    """
    verb = words.among("upos", {"VERB"}) & (words.head >= 0)
    for i in np.flatnonzero(verb & words.among("text", lambda text: text.lower() in PREPOSITIONS)).tolist():
        nouns = np.flatnonzero((words.head == i) & words.among("deprel", {"obj", "obl", "nmod"}))
        if len(nouns) and nouns[0] > i:
            words.move(int(nouns[0]), words.head[i], "obl" if verb[words.head[i]] else "nmod")
            words.put("upos", "ADP", i)
            words.move(i, int(nouns[0]), "case")
    helping = verb & words.among("deprel", {"aux"}) & words.after(words.among("upos", {"VERB"}))
    for i in np.flatnonzero(helping & (words.head == np.arange(1, len(verb) + 1))).tolist():
        _take_object(words, i)
        words.put("upos", "NOUN", i + 1)
    worn = words.among("deprel", {"nsubj"}) & words.among("lemma", lambda lemma: lemma.lower() in GARMENTS)
    worn &= words.among("lemma", {"wear"})[words.head[words.head]] & verb[words.head] & (words.head >= 0)
    words.put("deprel", "conj", words.head[worn])
    words.move(worn, words.head[words.head[worn]], "obj")


def _two_word_verbs(words: Words) -> None:
    """ "Two men snow boarding", "is rock climbing": the first part of the verb is not who does it."""
    verb = words.among("upos", {"VERB"}) & words.among("text", lambda text: text.lower().endswith(("ing", "ed")))
    part = words.among("upos", {"NOUN"}) & words.among("text", lambda text: text.lower() in FIRST_PARTS)
    part &= words.after(verb) & words.before(words.among("upos", {"NOUN", "AUX"}))
    for i in np.flatnonzero(part & ~words.having("det", "case", "amod")).tolist():
        doer = i - 1
        if words.head[doer] == i and words.value("upos", doer) == "NOUN":
            words.head[words.head == i] = doer
            words.move(doer, words.head[i], words.value("deprel", i))
        elif words.head[i] != i + 1:
            continue
        words.move(i, i + 1, "compound")


def _own(words: Words) -> None:
    """ "On her shoulder", read as two phrases: the pronoun owns the noun after it and lends it its preposition."""
    owner = words.among("upos", {"PRON"}) & words.among("text", lambda text: text.lower() in OWNERS)
    owner &= words.among("deprel", {"obl", "obj", "nmod"}) & words.after(words.among("upos", {"NOUN"}))
    for i in np.flatnonzero(owner[:-1] & (words.head[:-1] == words.head[1:])).tolist():
        words.move(words.head == i, i + 1, "case")
        words.move(i, i + 1, "nmod:poss")


def _do_and_have(words: Words) -> None:
    """ "Does tricks on a bike": no auxiliary of a noun."""
    noun, finite = words.among("upos", {"NOUN"}), words.among("feats", lambda feats: "VerbForm=Fin" in feats)
    deed = words.among("upos", {"AUX"}) & words.among("deprel", {"aux"}) & words.among("lemma", {"do", "have"}) & finite
    deed &= words.head == np.arange(1, len(deed) + 1)
    for i in np.flatnonzero(deed & words.after(noun)).tolist():
        _take_object(words, i)
        words.put("upos", "VERB", i)


def _take_object(words: Words, i: int) -> None:
    """The auxiliary `i` takes the place of the word after it, which becomes its object."""
    words.move(i, words.head[i + 1], words.value("deprel", i + 1))
    words.head[words.head == i + 1] = i
    words.move(i + 1, i, "obj")


def _agreeing(words: Words) -> np.ndarray:
    """Whether each word has a subject in the number of its form: "dogs squabble", "a dog squabbles"."""
    subject, many = words.among("deprel", {"nsubj"}), words.among("feats", lambda feats: "Number=Plur" in feats)
    many |= words.having("conj")
    singular = words.among("text", lambda text: text.lower().endswith("s"))
    return words.holding(subject & many) & ~singular | words.holding(subject & ~many) & singular


def _rejoin(words: Words) -> None:
    """Compounds broken in two: "in a country setting", the second part read as a clause; "at an ice skating rink"."""
    noun = words.before(words.among("upos", {"NOUN"}) & (words.head >= 0))
    found = words.among("upos", {"VERB"}) & words.among("text", lambda text: text.lower() in SECOND_PARTS) & noun
    never = words.among("text", lambda text: text.lower() in NEVER_ALONE)
    found &= ~words.having("obj", "aux", "aux:pass", "nsubj", "xcomp", "mark") & (never | ~words.having("obl"))
    for i in np.flatnonzero(found).tolist():
        words.put("upos", "NOUN", i)
        words.put("lemma", words.value("text", i).lower(), i)
        _join(words, i - 1, i)
    doing = words.among("upos", {"VERB"}) & words.among("deprel", {"amod"}) & ~words.among("lemma", DEEDS)
    doing &= words.before(words.among("upos", {"NOUN"}) & words.among("deprel", COMPLEMENTS))
    for i in np.flatnonzero(doing & (words.head == np.arange(1, len(doing) + 1))).tolist():
        if words.head[i - 1] == words.head[i + 1]:
            _join(words, i - 1, i + 1)


def _join(words: Words, first: int, second: int) -> None:
    """`first` becomes a part of the compound `second`, which takes its place."""
    if words.head[first] != second:
        words.head[words.head == first] = second
        words.move(second, words.head[first], words.value("deprel", first))
        words.move(first, second, "compound")


def _unmix(words: Words) -> None:
    """ "A sculpture outdoors", read as a compound: the adverb hangs on the noun."""
    adverb = words.among("upos", {"NOUN"}) & words.among("text", lambda text: text.lower() in CLOSED)
    mixed = adverb & words.before(words.among("deprel", {"compound"}))
    mixed &= np.roll(words.head, 1) == np.arange(len(adverb))
    for i in np.flatnonzero(mixed).tolist():
        words.head[words.head == i] = i - 1
        words.move(i - 1, words.head[i], words.value("deprel", i))
        words.move(i, i - 1, "advmod")
        words.put("upos", "ADV", i)


def _find_verbs(words: Words) -> None:
    """ "A girl wearing a red dress twirls in a kitchen": in a caption without a finite verb, the one that looks it.

    A form in -s after a singular, another after a plural, each of a verb that is rarely a noun.
    """
    finite = words.among("upos", {"AUX"}) | words.among("feats", lambda feats: "VerbForm=Fin" in feats)
    spoken = np.zeros(len(words.first), bool)
    spoken[words.caption[finite]] = True
    noun = words.among("upos", {"NOUN", "PROPN"})
    looks = words.among("text", lambda text: any(stem in VERBISH for stem in stems(text.lower())))
    base = words.among("text", lambda text: text.lower() in VERBISH)
    open_ = words.after(words.among("upos", {"ADP", "DET", "PRON", "ADV"}))
    found = words.among("upos", {"NOUN"}) & (looks | base) & ~spoken[words.caption] & open_
    found &= words.before(noun | words.among("upos", {"NUM"}))
    going = words.among("text", lambda text: text.lower().endswith("ing"))  # "a truck driving down a street"
    found &= ~(going & words.having("case"))
    for i in np.flatnonzero(found).tolist():
        first = words.first[words.caption[i]]
        roots = np.flatnonzero(words.head[first:i] < 0) + first
        top = int(roots[0]) if len(roots) and noun[roots[0]] else i - 1
        if going[i] or base[i] == _is_many(words, top):
            _make_verb(words, i, top)


def _is_many(words: Words, noun: int) -> bool:
    """Whether a noun, or what it counts or is joined to, is plural."""
    below = np.flatnonzero((words.head == noun) & words.among("deprel", {"nmod", "conj"}))
    group = words.value("lemma", noun).lower() in QUANTITY
    joined = any(words.value("deprel", i) == "conj" for i in below.tolist())
    return "Number=Plur" in words.value("feats", noun) or joined or group and len(below) > 0


def _make_verb(words: Words, i: int, top: int) -> None:
    """The noun `i` becomes the verb of `top`; the noun before it takes its place, what follows becomes its own."""
    end, head, deprel = words.first[words.caption[i] + 1], words.head[i], words.value("deprel", i)
    left, right = np.arange(words.first[words.caption[i]], i), np.arange(i + 1, end)
    before, mine = i - 1, left[words.head[left] == i]
    words.head[mine[mine != before]] = before
    if words.head[before] == i:
        words.move(before, head, deprel) if head >= 0 and top != before else words.move(before, i, "nsubj")
    if top == before and words.value("deprel", before) != "nsubj":
        words.move(before, i, "nsubj")
    if words.head[before] == i and words.value("deprel", before) == "nsubj":
        words.move(i, -1, "root")
    else:
        words.move(i, top, "acl")
    words.put("upos", "VERB", i)
    cased = words.having("case")
    late = right[(words.head[right] < i) & (words.head[right] >= 0) & cased[right]]
    words.move(late, i, "obl")
    bare = right[(words.head[right] == i) & ~cased[right] & words.among("upos", {"NOUN", "PROPN"})[right]]
    words.move(bare, i, "obj")


def _premodify(words: Words) -> None:
    """ "A snow covered bench": no clause, where a bare noun follows at once."""
    noun, determined = words.among("upos", {"NOUN"}), words.having("det", "case", "nmod:poss")
    participle = words.among("lemma", PREMODIFIERS) & words.among("text", lambda text: text.endswith(("ed", "looking")))
    found = participle & words.among("upos", {"VERB"}) & ~words.having("aux", "aux:pass", "mark")
    found &= words.before(words.among("upos", {"NOUN", "ADJ", "ADV"}))
    bare = noun & ~determined
    found &= words.after(bare) | words.after(words.among("upos", {"ADJ"}) & words.after(bare))
    words.put("deprel", "amod", found)


def _begin_clauses(words: Words) -> None:
    """Clauses with a subject of their own after "as" and "and".

    "Looking on as the ball flies": no preposition "as" where a finite verb follows its noun. "Throws a ball and
    a man swings": a coordinated noun before a verb like the first.
    """
    verb, noun, hung = words.among("upos", {"VERB"}), words.among("upos", {"NOUN", "PROPN"}), words.head >= 0
    finite = words.among("feats", lambda feats: "VerbForm=Fin" in feats or "VerbForm=Inf" in feats)
    finite &= ~words.having("mark", "aux")
    helped = words.among("upos", {"AUX"}) & words.after(verb)
    case = hung & words.among("text", lambda text: text.lower() == "as") & words.among("deprel", {"case"})
    after_as = words.holding(case) & ~words.among("lemma", DRESS)[words.head]
    after_and = words.among("deprel", {"conj"}) & words.having("cc") & words.having("det", "nummod")
    after_and &= words.among("deprel", COMPLEMENTS)[words.head] & verb[words.head[words.head]]
    after_and &= ~words.among("lemma", lambda lemma: lemma.lower() in GARMENTS)
    before_clause = hung & words.among("deprel", {"mark"})
    bare = noun & hung & words.among("deprel", {"obl", "nmod"}) & ~words.having("case") & words.after(verb)
    bare[:-1] &= words.holding(before_clause)[1:] & ~words.having("nsubj")[1:]  # "as the catcher holds"
    words.move(bare, np.flatnonzero(bare) + 1, "nsubj")
    for i in np.flatnonzero(noun & hung & (after_as | after_and)).tolist():
        clause, first = _next_verb(words, i, verb), int(words.head[words.head[i]])
        alike = finite[first] == finite[clause] and _ing(words, first) == _ing(words, clause)
        if clause >= 0 and after_as[i] and (finite[clause] or helped[clause - 1]):
            _begin(words, i, clause, int(words.head[i]), "advcl")
        elif clause >= 0 and after_and[i] and clause != first and alike:
            _begin(words, i, clause, first, "conj")


def _set_apart(words: Words) -> None:
    """ "Running, a fence in the background": what follows a comma without "and" is no object, and does its own.

    No coordination either, where none of its members has an "and" and a phrase or participle follows.
    """
    comma = words.among("text", {","}) & words.among("deprel", {"punct"})
    noun = words.among("upos", {"NOUN"}) & words.holding(comma) & ~words.having("case", "cc", "cop")
    doing = words.among("upos", {"VERB"}) & words.among("text", lambda text: text.lower().endswith("ing"))
    listed = words.holding(words.among("deprel", {"conj"}) & (words.having("cc") | words.having("conj")))
    alone = ~listed & ~listed[words.head] & words.after(doing | words.among("upos", {"ADP"}))
    found = words.among("deprel", {"obj"}) | words.among("deprel", {"conj"}) & alone
    found &= noun & (words.head >= 0) & (words.head < np.arange(len(noun)))
    found &= ~words.having("conj")
    words.put("deprel", "dep", found)
    animate = words.among("lemma", lambda lemma: lemma.lower() in ANIMATE)
    theirs = doing & words.before(found) & words.among("deprel", {"advcl", "acl"})
    theirs &= words.before(animate) | ~words.among("lemma", ACTING)  # "on skis, cross country skiing"
    words.move(theirs, np.flatnonzero(theirs) - 1, "acl")


def _next_verb(words: Words, noun: int, verb: np.ndarray) -> int:
    """The verb that follows `noun` and its "of" phrase, past an auxiliary; -1 without one."""
    for i in range(noun + 1, int(words.first[words.caption[noun] + 1])):
        if verb[i]:
            return i
        tag, text = words.value("upos", i), words.value("text", i).lower()
        if text != "of" and (tag not in ("AUX", "DET", "ADJ", "NUM") and not (tag == "NOUN" and words.head[i] == noun)):
            return -1
    return -1


def _ing(words: Words, i: int) -> bool:
    return words.value("text", i).lower().endswith("ing")


def _begin(words: Words, noun: int, clause: int, above: int, deprel: str) -> None:
    """`noun` becomes the subject of `clause`, a clause of `above`."""
    left = np.arange(words.first[words.caption[noun]], noun)
    first = left[(words.head[left] == clause) & words.among("deprel", {"nsubj"})[left]]
    if len(first):  # read as the sentence: "a man leaning as a board moves"
        above = int(first[0])
        words.move(above, words.head[clause], words.value("deprel", clause))
    elif _below(words, above, clause):
        return
    words.move(left[(words.head[left] == noun) & words.among("deprel", {"case", "cc"})[left]], clause, "mark")
    words.move(noun, clause, "nsubj")
    words.move(clause, above, deprel)


def _below(words: Words, i: int, top: int) -> bool:
    """Whether `i` is `top` or hangs below it."""
    while i >= 0 and i != top:
        i = int(words.head[i])
    return i == top


def _attach(words: Words) -> None:
    """Participles on the noun that can do them.

    "A bathroom with a toilet sitting on the floor": what a place has does what no place does. "Looks at a man
    eating", "holding a baby wearing a hat": the animate noun just before. "In a chair eating noodles": no chair.
    """
    position = np.arange(len(words.head))
    hung, deprel = words.head >= 0, lambda *names: words.among("deprel", set(names))
    doing = words.among("upos", {"VERB"}) & words.among("text", lambda text: text.lower().endswith("ing")) & hung
    animate = words.among("lemma", lambda lemma: lemma.lower() in ANIMATE)
    scene = words.among("lemma", SCENES)
    had = np.full(len(hung), -1)  # the last thing "with" which each word is
    having = hung & deprel("nmod") & words.holding(words.among("text", lambda text: text.lower() == "with"))
    had[words.head[having]] = position[having]
    found = doing & deprel("acl") & scene[words.head] & words.among("lemma", ACTING)
    found |= (
        doing & deprel("acl") & words.before(animate & having) & ~animate[words.head]
    )  # "a cabin with a dog running"
    found &= (had[words.head] >= 0) & (had[words.head] < position)
    words.move(found, had[words.head[found]], "acl")

    near = doing & words.before(animate & words.among("upos", {"NOUN"}) & deprel("obj", "obl", "nmod", "conj"))
    near &= np.roll(words.head, 1) != position
    beside = near & deprel("advcl") & (words.head == np.roll(words.head, 1))
    seen = words.among("lemma", SEEING)[words.head] | words.before(deprel("obl"))
    found = beside & seen | near & deprel("advcl", "acl") & words.among("lemma", {"wear"})
    showing = words.before(words.among("upos", {"NOUN"}) & deprel("obl", "nmod") & ~animate)
    found |= doing & deprel("advcl") & showing & words.among("lemma", SHOWN_BY)
    words.move(found, position[found] - 1, "acl")

    _describe(words, animate)
    _with_a_ball_in_its_mouth(words)
    acting = words.holding(animate & deprel("nsubj")) | deprel("acl") & animate[words.head]
    thing = ~animate & deprel("obl", "obj", "nmod")
    found = doing & deprel("acl") & thing[words.head] & words.among("lemma", DEEDS) & ~found
    above = words.head[words.head]
    within = deprel("nmod")[words.head] & deprel("obl", "obj")[above]  # "in front of a house"
    above = np.where(within, words.head[above], above)
    found &= (above >= 0) & words.among("upos", {"VERB"})[above] & acting[above]
    words.move(found, above[found], "advcl")


def _describe(words: Words, animate: np.ndarray) -> None:
    """ "Throws a ball at a man who wears a hat": the clause is of the person before "who", of those `animate` (W,)."""
    person = animate & words.among("deprel", {"obj", "obl", "nmod"})
    who = words.among("text", {"who"}) & (words.head >= 0) & words.before(person)
    who &= words.among("deprel", {"nsubj", "nsubj:pass"}) & words.among("deprel", {"acl:relcl"})[words.head]
    words.move(words.head[who], np.flatnonzero(who) - 1, "acl:relcl")


def _with_a_ball_in_its_mouth(words: Words) -> None:
    """Where the thing after "with" is, not where the verb happens: "runs with a ball in its mouth"."""
    owned = words.holding(words.among("deprel", {"nmod:poss"}) & words.among("upos", {"PRON"}))
    case, noun = words.among("deprel", {"case"}), words.among("upos", {"NOUN"})
    held = words.holding(case & words.among("text", lambda text: text.lower() == "with")) & noun
    owned &= ~words.among("lemma", SCENES)
    phrase = words.among("deprel", {"obl"}) & (owned | words.holding(owned & words.among("deprel", {"nmod"})))
    for i in np.flatnonzero(phrase).tolist():
        cases = np.flatnonzero(case[:i] & (words.head[:i] == i))
        if len(cases) and cases[0] > 0 and held[cases[0] - 1] and words.head[cases[0] - 1] != i:
            words.move(i, int(cases[0]) - 1, "nmod")
