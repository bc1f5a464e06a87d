"""Mend what a small parser gets wrong and English grammar decides, participles first of all."""

from collections.abc import Iterator

import numpy as np

from stages.triples.columns import FIELDS, Words
from stages.triples.nouns import GARMENTS, NOMINAL, SCENES
from stages.triples.suspects import AFTER_VERB, CLAUSES, COMPLEMENTS, PREPOSITIONS, SINGULAR, suspects
from stages.triples.tree import Parse, Word, make_parse
from stages.triples.verbs import ACTING, CLOSED, POSTURES, stems, verb_lemma

BEFORE_NOUN = {"ADP", "DET", "PRON", "ADJ"}


def mend(words: Words, lexicon: dict[str, bool]) -> Words:
    """`words` with the trees of suspect captions repaired, in place but for new values."""
    captions = np.unique(words.caption[suspects(words, lexicon)])
    values = {name: list(words.values[name]) for name in ("upos", "deprel")}
    for first, before in zip(words.first[captions].tolist(), _parses(words, captions), strict=True):
        after = repair(before, lexicon)
        if after is before:
            continue
        for i, (old, new) in enumerate(zip(before.words, after.words, strict=True), first):
            if new is not old:
                words.head[i] = new.head + first - 1 if new.head else -1
                words.codes["upos"][i] = _code(values["upos"], new.upos)
                words.codes["deprel"][i] = _code(values["deprel"], new.deprel)
    return words._replace(values=words.values | values)


def _code(values: list[str], value: str) -> int:
    if value not in values:
        values.append(value)
    return values.index(value)


def _parses(words: Words, captions: np.ndarray) -> Iterator[Parse]:
    """The whole trees of some captions."""
    chosen = np.flatnonzero(np.isin(words.caption, captions))
    starts = words.first[words.caption[chosen]]
    head = np.where(words.head[chosen] >= 0, words.head[chosen] - starts + 1, 0)
    fields = [np.array(words.values[name], object)[words.codes[name][chosen]] for name in FIELDS]
    *rest, deprel = (field.tolist() for field in fields)
    rows = list(map(Word, *rest, head.tolist(), deprel))
    ends = np.cumsum(np.diff(words.first)[captions]).tolist()
    for first, end in zip([0, *ends], ends, strict=False):
        yield make_parse(rows[first:end])


def repair(tree: Parse, lexicon: dict[str, bool]) -> Parse:
    """The tree with each suspect word in the place that grammar allows it; see the functions below for what.

    A tree without such words comes back as it is.
    """
    for i in range(1, len(tree.words)):
        if tree.words[i].upos == "NOUN" and tree.words[i].text.lower() in CLOSED:
            tree = _as_adverb(tree, i)
    for i in range(1, len(tree.words)):
        if tree.words[i].upos in NOMINAL:
            tree = _as_subject(tree, i)
    for i in range(1, len(tree.words)):
        if tree.words[i].upos == "VERB":
            tree = _as_premodifier(tree, i) if _is_premodifier(tree, i) else _without_object(tree, i)
            tree = _within_scene(tree, i, lexicon)
    for i in range(1, len(tree.words)):
        if _misread_verb(tree.words, i, lexicon):
            tree = _as_verb(tree, i)
        elif tree.words[i].upos == "VERB" and tree.words[i].text.lower() in PREPOSITIONS:
            tree = _as_preposition(tree, i)
    return tree


def _misread_verb(words: list[Word], i: int, lexicon: dict[str, bool]) -> bool:
    """Whether the noun `i`, after its subject, is a verb of the lexicon.

    "A truck driving down a street": a noun in -ing after a noun and before a phrase is a participle.
    "A person stands under": "a" goes with no plural, so "stands" is the verb.
    """
    word, form = words[i], words[i].text.lower()
    if word.upos not in NOMINAL or words[i - 1].upos not in NOMINAL:
        return False
    if not any(stem in lexicon for stem in stems(form)):
        return False
    if any(w.head == i + 1 and w.deprel == "case" for w in words):  # "by a brick building in a city"
        return False
    after = words[i + 1].upos if i + 1 < len(words) else "PUNCT"
    if form.endswith("ing"):
        return after in AFTER_VERB
    if not form.endswith("s") or after not in AFTER_VERB or any(w.upos == "VERB" for w in words):
        return False
    return any(w.text.lower() in SINGULAR and w.head == i + 1 and j < i for j, w in enumerate(words))


def _as_verb(tree: Parse, i: int) -> Parse:
    """`i` becomes a verb: the noun before it its subject, the phrases after it its complements."""
    words, verb = list(tree.words), tree.words[i]
    modified = verb.head - 1 if verb.deprel in ("nmod", "conj", "appos") and verb.head <= i else -1
    words[i] = verb._replace(upos="VERB", deprel="acl" if modified >= 0 else verb.deprel)
    if verb.deprel in ("compound", "nmod") and verb.head - 1 > i:  # "guys playing soccer": its object
        _govern(words, i, verb.head - 1)
    subject = i - 1
    owned = any(words[child].deprel in ("nsubj", "nsubj:pass") for child in tree.children[i])
    for child in tree.children[i]:
        if child < i and words[child].deprel in ("compound", "det", "amod", "nummod", "case"):
            if child == subject and modified >= 0:  # "a couple of people skateboarding"
                words[child] = words[child]._replace(head=modified + 1, deprel="nmod")
            elif child == subject:  # beside a subject of its own: "people are at a table looking"
                words[child] = words[child]._replace(deprel="dep" if owned else "nsubj")
            elif child != subject:
                words[child] = words[child]._replace(head=subject + 1)
        elif child > i and words[child].deprel == "nmod":
            words[child] = words[child]._replace(deprel="obl" if _cased(tree, child) else "obj")
    return make_parse(words)


def _govern(words: list[Word], verb: int, noun: int) -> None:
    """`noun`, read as the head of the compound verb + noun, becomes the verb's object."""
    head, deprel = words[noun].head, words[noun].deprel
    subject = verb - 1
    if head == 0:
        words[verb] = words[verb]._replace(head=0, deprel="root")
        words[subject] = words[subject]._replace(head=verb + 1, deprel="nsubj")
    else:
        noun_before = head if head - 1 < verb and deprel == "nmod" else subject + 1
        words[verb] = words[verb]._replace(head=noun_before, deprel="acl")
    words[noun] = words[noun]._replace(head=verb + 1, deprel="obj")
    for i, word in enumerate(words):
        if i < subject and word.head == noun + 1:
            words[i] = word._replace(head=subject + 1)


def _as_adverb(tree: Parse, i: int) -> Parse:
    """`i`, read as the head of a compound ("a street next"), hangs on the noun before it instead."""
    words, noun = list(tree.words), i - 1
    if noun not in tree.children[i] or words[noun].deprel != "compound":
        return tree
    for child in tree.children[i]:
        words[child] = words[child]._replace(head=noun + 1)
    words[noun] = words[noun]._replace(head=words[i].head, deprel=words[i].deprel)
    words[i] = words[i]._replace(upos="ADV", head=noun + 1, deprel="advmod")
    return make_parse(words)


def _is_premodifier(tree: Parse, i: int) -> bool:
    """Whether the verb `i` belongs to the noun after it: "a heart shaped pillow", "a tasty looking treat".

    Neither a passive nor "look" has an object that follows at once, without a determiner.
    """
    words, noun = tree.words, _noun_after(tree.words, i)
    if noun is None or words[noun].head != i + 1:
        return False
    if "Tense=Past" not in words[i].feats and words[i].text.lower() != "looking":
        return False
    owned = any(words[c].deprel in ("aux", "aux:pass", "mark") for c in tree.children[i])
    cased = any(words[c].deprel in ("det", "case", "nmod:poss") for c in tree.children[noun])
    return words[i - 1].upos in ("NOUN", "ADJ", "ADV") and not owned and not cased


def _noun_after(words: list[Word], i: int) -> int | None:
    after = i + 2 if i + 1 < len(words) and words[i + 1].upos == "ADJ" else i + 1
    return after if after < len(words) and words[after].upos == "NOUN" else None


def _as_premodifier(tree: Parse, i: int) -> Parse:
    """The noun after `i` takes the place of the phrase; `i` and the word before it describe that noun.

    A subject of `i` before that, as in "a close up of a wall mounted tv", is the head of the whole instead.
    """
    words, before, noun = list(tree.words), i - 1, _noun_after(tree.words, i)
    whole = [c for c in tree.children[i] if c < before and words[c].deprel in ("nsubj", "nsubj:pass")]
    head, deprel = words[before].head, words[before].deprel
    if head == i + 1:
        head, deprel = (whole[0] + 1, "nmod") if whole else (words[i].head, words[i].deprel)
    if head in (noun + 1, i + 1):
        return tree
    for child in {*tree.children[i], *tree.children[before]} - {before, i, noun, *whole}:
        relation = "nmod" if words[child].deprel == "obl" else words[child].deprel
        words[child] = words[child]._replace(head=noun + 1, deprel=relation)
    for child in whole:
        words[child] = words[child]._replace(head=words[i].head, deprel=words[i].deprel)
    words[noun] = words[noun]._replace(head=head, deprel=deprel)
    words[i] = words[i]._replace(head=noun + 1, deprel="amod")
    words[before] = words[before]._replace(head=noun + 1, deprel="compound" if words[before].upos == "NOUN" else "amod")
    return make_parse(words)


def _as_subject(tree: Parse, noun: int) -> Parse:
    """The clause after "as" or "and" has its own subject.

    "looking on as the ball flies": no preposition "as" with a verb after its noun. "a man walks two dogs
    and a person holds an umbrella": a second verb like the first, without an "and" of its own.
    """
    words, verb = list(tree.words), _verb_after(tree.words, noun)
    if verb is None or words[verb].head == noun + 1:
        return tree
    if not (_follows_as(tree, noun, verb) or _starts_clause(tree, noun, verb)):
        return tree
    for child in tree.children[verb]:
        if child < noun and words[child].deprel in ("nsubj", "nsubj:pass"):  # "a man leaning as a board moves"
            words[child] = words[child]._replace(head=words[verb].head, deprel=words[verb].deprel)
            words[verb] = words[verb]._replace(head=child + 1)
    for child in tree.children[noun]:
        if words[child].deprel in ("case", "cc"):
            words[child] = words[child]._replace(head=verb + 1, deprel="mark")
    words[noun] = words[noun]._replace(head=verb + 1, deprel="nsubj")
    words[verb] = words[verb]._replace(deprel="advcl")
    return make_parse(words)


def _verb_after(words: list[Word], i: int) -> int | None:
    after = i + 2 if i + 1 < len(words) and words[i + 1].upos == "AUX" else i + 1
    return after if after < len(words) and words[after].upos == "VERB" else None


def _follows_as(tree: Parse, noun: int, verb: int) -> bool:
    finite = verb == noun + 2 or "VerbForm=Fin" in tree.words[verb].feats
    return finite and any(tree.words[c].text.lower() == "as" for c in tree.children[noun])


def _starts_clause(tree: Parse, noun: int, verb: int) -> bool:
    """Whether a coordinated noun is the subject of `verb`: "a player throws a ball and a man swings"."""
    words = tree.words
    own = {words[c].deprel for c in tree.children[noun]}
    complement = words[noun].head - 1
    if words[noun].deprel != "conj" or "cc" not in own or not own & {"det", "nummod"} or complement < 0:
        return False
    first = words[complement].head - 1
    if first < 0 or words[complement].deprel not in COMPLEMENTS or words[first].upos != "VERB":
        return False
    return words[noun].lemma.lower() not in GARMENTS and _form(words[first]) == _form(words[verb])


def _form(verb: Word) -> str:
    if verb.text.lower().endswith("ing"):
        return "participle"
    return "finite" if "VerbForm=Fin" in verb.feats else "other"


def _without_object(tree: Parse, i: int) -> Parse:
    """What follows "standing wearing" is worn: who sits or stands has no object, the next participle has."""
    words = list(tree.words)
    objects = [c for c in tree.children[i] if c > i and words[c].deprel in COMPLEMENTS and not _cased(tree, c)]
    if words[i].lemma not in POSTURES or not objects:
        return tree
    between = [
        w
        for w in range(i + 1, objects[0])
        if words[w].upos == "VERB"
        and words[w].text.lower().endswith("ing")
        and words[w].head - 1 in (i, objects[0])
        and (words[w - 1].upos not in BEFORE_NOUN or words[w - 1].deprel == "compound:prt")  # "in her living room"
    ]
    if not between or any(words[c].deprel == "obj" for c in tree.children[between[0]]):
        return tree
    verb, noun = between[0], objects[0]
    if words[verb - 1].upos == "SCONJ":  # "standing in living room"
        words[verb - 1] = words[verb - 1]._replace(upos="ADP", head=noun + 1, deprel="case")
        words[verb] = words[verb]._replace(head=noun + 1, deprel="amod")
        return make_parse(words)
    words[verb] = words[verb]._replace(head=i + 1, deprel="conj")
    words[noun] = words[noun]._replace(head=verb + 1, deprel="obj")
    return make_parse(words)


def _within_scene(tree: Parse, verb: int, lexicon: dict[str, bool]) -> Parse:
    """"a bathroom with a toilet sitting on the floor": what a place has does what no place does."""
    word, scene = tree.words[verb], tree.words[verb].head - 1
    if word.deprel not in CLAUSES or scene < 0 or tree.words[scene].lemma not in SCENES:
        return tree
    had = [
        child
        for child in tree.children[scene]
        if child < verb
        and tree.words[child].deprel == "nmod"
        and any(tree.words[c].text.lower() == "with" for c in tree.children[child])
    ]
    if not had or verb_lemma(word.text.lower(), word.lemma.lower(), lexicon) not in ACTING:
        return tree
    words = list(tree.words)
    words[verb] = word._replace(head=had[-1] + 1)
    return make_parse(words)


def _cased(tree: Parse, noun: int) -> bool:
    return any(tree.words[c].deprel == "case" for c in tree.children[noun])


def _as_preposition(tree: Parse, i: int) -> Parse:
    """`i` becomes the case of its object, which hangs where `i` hung."""
    words = list(tree.words)
    nouns = [c for c in tree.children[i] if c > i and words[c].deprel in ("obj", "obl", "nmod")]
    if not nouns or not words[i].head or words[i].head - 1 == nouns[0]:
        return tree
    head = words[i].head
    words[nouns[0]] = words[nouns[0]]._replace(head=head, deprel="obl" if words[head - 1].upos == "VERB" else "nmod")
    words[i] = words[i]._replace(upos="ADP", head=nouns[0] + 1, deprel="case")
    return make_parse(words)
