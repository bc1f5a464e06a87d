"""Correct what a small parser gets wrong about clauses: whose clause it is, and what is no clause at all."""

from collections.abc import Iterator

import numpy as np

from stages.triples.columns import FIELDS, Words
from stages.triples.nouns import NOMINAL
from stages.triples.tree import Parse, Word, make_parse
from stages.triples.verbs import NOUNISH, stems

HUNG = {"xcomp", "ccomp", "parataxis", "advcl", "dep"}
EVENTS = NOUNISH | {"show", "race"}  # "watching a dog show" is watching a show
WRITTEN = {"sign", "banner", "poster", "placard", "billboard", "label", "shirt"}
QUOTING = {"reading", "saying"}
BESIDE_VERB = {"AUX", "ADV", "PART"}


def with_clauses_corrected(words: Words, lexicon: dict[str, bool]) -> Words:
    """`words` with the trees of suspect captions corrected, in place but for new values."""
    captions = np.unique(words.caption[clause_suspects(words, lexicon)])
    values = {name: list(words.values[name]) for name in ("upos", "deprel")}
    for first, before in zip(words.first[captions].tolist(), _parses(words, captions), strict=True):
        after = correct_clauses(before, lexicon)
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


def clause_suspects(words: Words, lexicon: dict[str, bool]) -> np.ndarray:
    """The words (W,) at which `correct_clauses` may set in."""
    hung, verb = words.head >= 0, words.among("upos", {"VERB"})
    found = words.among("text", lambda text: text.lower() in ("whose", "longer"))
    relative = words.among("deprel", {"acl:relcl"})
    found |= verb & hung & words.among("deprel", HUNG) & relative[words.head]
    unknown = words.among("text", lambda text: not _verbal(text.lower(), lexicon))
    found |= verb & hung & words.among("deprel", {"conj"}) & unknown
    after_noun = np.zeros_like(verb)
    after_noun[1:] = words.among("upos", NOMINAL)[:-1]
    quoted = words.among("lemma", EVENTS) | words.among("text", QUOTING)
    return found | verb & hung & after_noun & quoted


def correct_clauses(tree: Parse, lexicon: dict[str, bool]) -> Parse:
    """The tree with the clauses of "whose", of a sentence around a relative clause and of signs in their place, and
    nouns read as verbs made nouns again."""
    for i, word in enumerate(tree.words):
        if word.text.lower() == "whose":
            tree = _whose(tree, i)
        elif word.text.lower() == "longer" and i and tree.words[i - 1].text.lower() == "no":
            tree = _no_longer(tree, i)
    for i in range(1, len(tree.words)):
        word = tree.words[i]
        if word.upos != "VERB" or not word.head:
            continue
        if _is_noun(tree, i, lexicon):
            tree = _as_noun(tree, i)
        elif word.text in QUOTING and tree.words[i - 1].lemma in WRITTEN:  # "perched on a sign reading STOP"
            tree = _moved(tree, i, i - 1, "acl")
        elif _is_main(tree, i):
            tree = _as_main(tree, i, tree.words[word.head - 1].head - 1)
    return tree


def _moved(tree: Parse, i: int, head: int, deprel: str) -> Parse:
    """The tree with `i` hung on `head` (-1: the root), whose branch, if it hung on `i`, takes the place of `i`."""
    words = list(tree.words)
    if head >= 0 and (top := _below(tree, head, i)) is not None:
        words[top] = words[top]._replace(head=words[i].head, deprel=words[i].deprel)
    words[i] = words[i]._replace(head=head + 1, deprel=deprel)
    return make_parse(words)


def _whose(tree: Parse, i: int) -> Parse:
    """ "a woman whose dog is pulling a cart smiles": the dog pulls, of the clause that describes the woman."""
    words = tree.words
    owner = i - 2 if i > 1 and words[i - 1].upos == "PUNCT" else i - 1
    owned = words[i].head - 1
    if owner < 0 or words[owner].upos not in NOMINAL or owned <= i:
        return tree
    verb = _verb_after(words, owned)
    if verb is None or words[owned].head == verb + 1 and words[verb].head == owner + 1:
        return tree
    passive = any(words[c].deprel == "aux:pass" for c in tree.children[verb])
    tree = _moved(tree, owned, verb, "nsubj:pass" if passive else "nsubj")
    top = _below(tree, owner, verb)
    if top is not None:  # the clause was read as the sentence, whose verb hangs on it or is missing
        place = tree.words[verb]
        main = next((c for c in tree.children[verb] if _could_be_main(tree, c, verb)), top)
        tree = _moved(tree, top, main, "nsubj") if main != top else tree
        tree = _moved(tree, main, place.head - 1, place.deprel)
    return _moved(tree, verb, owner, "acl:relcl")


def _below(tree: Parse, i: int, ancestor: int) -> int | None:
    """The dependant of `ancestor` that `i` is or hangs on, if any."""
    for _ in tree.words:
        if tree.words[i].head in (0, ancestor + 1):
            break
        i = tree.words[i].head - 1
    return i if tree.words[i].head == ancestor + 1 else None


def _could_be_main(tree: Parse, i: int, clause: int) -> bool:
    """Whether `i` is a verb after that of a clause, coordinated without "and" or of another kind."""
    word = tree.words[i]
    alone = word.deprel == "conj" and not any(tree.words[c].deprel == "cc" for c in tree.children[i])
    return i > clause and word.upos == "VERB" and (word.deprel in HUNG or alone)


def _no_longer(tree: Parse, i: int) -> Parse:
    """ "is no longer riding": not an adjective beside the verb, but its adverb."""
    verb = _verb_after(tree.words, i)
    return tree if verb is None else _moved(tree, i, verb, "advmod")


def _verb_after(words: list[Word], i: int) -> int | None:
    """The verb after the word `i`, with nothing between but auxiliaries, adverbs and particles."""
    after = next((v for v in range(i + 1, len(words)) if words[v].upos not in BESIDE_VERB), None)
    return after if after is not None and words[after].upos == "VERB" else None


def _is_main(tree: Parse, i: int) -> bool:
    """Whether the verb `i`, hung on a relative clause before it, is the verb of the sentence.

    "a dog that never chases cats sleeps": finite, and neither coordinated nor introduced, without a subject of its own.
    """
    word, clause = tree.words[i], tree.words[i].head - 1
    if word.deprel not in HUNG or clause >= i or tree.words[clause].deprel != "acl:relcl":
        return False
    if any(tree.words[c].deprel in ("cc", "mark", "nsubj", "nsubj:pass") for c in tree.children[i]):
        return False
    helped = any(tree.words[c].upos == "AUX" for c in tree.children[i])
    return helped or "VerbForm=Fin" in word.feats


def _as_main(tree: Parse, verb: int, noun: int) -> Parse:
    """`verb` takes the place of the phrase of `noun`, which becomes its subject."""
    words = tree.words
    while words[noun].deprel == "nmod" and 0 < words[noun].head <= noun:  # "a man with a dog that ... sleeps"
        noun = words[noun].head - 1
    tree = _moved(tree, verb, words[noun].head - 1, words[noun].deprel)
    return _moved(tree, noun, verb, "nsubj")


def _verbal(form: str, lexicon: dict[str, bool]) -> bool:
    return form.endswith(("ing", "ed")) or form in lexicon or any(stem in lexicon for stem in stems(form))


def _is_noun(tree: Parse, i: int, lexicon: dict[str, bool]) -> bool:
    """ "carrots and apples": no verb that is known, coordinated with a noun. "watching a dog show": rather an event."""
    words, word, form = tree.words, tree.words[i], tree.words[i].text.lower()
    if word.deprel == "conj":
        after_noun = i > 1 and words[i - 1].deprel == "cc" and words[i - 2].upos in NOMINAL
        return after_noun and not _verbal(form, lexicon)
    governed = any(words[c].deprel in ("obj", "aux", "aux:pass", "mark", "nsubj") for c in tree.children[i])
    before = words[i - 1]
    beside = before.head == word.head and before.deprel == "obj" or word.head == i
    bare = word.lemma in EVENTS and form in (word.lemma, word.lemma + "s")
    return bare and before.upos in NOMINAL and beside and not governed


def _as_noun(tree: Parse, i: int) -> Parse:
    """`i` becomes a noun, coordinated with the one before "and", or the head of a compound with the one before it."""
    words, before = list(tree.words), tree.words[i - 1]
    words[i] = words[i]._replace(upos="NOUN")
    if words[i].deprel == "conj":
        return _moved(make_parse(words), i, i - 2, "conj")
    words[i] = words[i]._replace(head=before.head, deprel=before.deprel)
    for child in tree.children[i - 1]:
        if child != i:
            words[child] = words[child]._replace(head=i + 1)
    words[i - 1] = before._replace(head=i + 1, deprel="compound")
    return make_parse(words)
