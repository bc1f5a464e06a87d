"""Where a tree may need repair: cheap tests for all words at once, so that few trees are looked at whole."""

import numpy as np

from stages.triples.clauses import clause_suspects
from stages.triples.columns import Words
from stages.triples.nouns import NOMINAL, SCENES
from stages.triples.verbs import CLOSED, POSTURES, stems

AFTER_VERB = {"DET", "ADP", "PRON", "NUM", "ADJ", "ADV"}
SINGULAR = {"a", "an", "another", "each"}
COMPLEMENTS = {"obj", "obl"}
CLAUSES = {"acl", "acl:relcl"}
# closed classes: never verbs, whatever the tag says
PREPOSITIONS = set("inside outside against behind beside besides near towards toward underneath between".split())


def suspects(words: Words, lexicon: dict[str, bool]) -> np.ndarray:
    """The words (W,) at which a repair may set in."""
    verb = words.among("upos", {"VERB"})
    preposition = verb & (words.head >= 0) & words.among("text", lambda text: text.lower() in PREPOSITIONS)
    found = preposition | _verbs_as_nouns(words, verb, lexicon) | _adverbs_as_nouns(words)
    found |= _doings_of_scenes(words, verb) | clause_suspects(words, lexicon)
    return found | _premodifiers(words, verb) | _objects_of_postures(words, verb) | _subjects(words, verb)


def _verbs_as_nouns(words: Words, verb: np.ndarray, lexicon: dict[str, bool]) -> np.ndarray:
    """ "a truck driving down": a noun that looks like a verb, between a noun and a phrase.

    A form in -s only with "a" before it, in a caption without a verb.
    """
    form = {value: value.lower() for value in words.values["text"]}
    nominal, after = words.among("upos", NOMINAL), words.among("upos", AFTER_VERB)
    inside = words.caption[1:] == words.caption[:-1]  # (W-1,)
    misread = nominal & words.among("text", lambda text: _looks_verbal(form[text], lexicon))
    misread[1:] &= nominal[:-1] & inside
    misread[:-1] &= after[1:] & inside
    misread[:1] = False
    verbless = np.ones(len(words.first), bool)
    verbless[words.caption[verb]] = False
    one = words.among("text", lambda text: form[text] in SINGULAR) & (words.head > np.arange(len(verb)))
    singular = np.zeros_like(verb)
    singular[words.head[one]] = True
    return misread & (words.among("text", lambda text: form[text].endswith("ing")) | verbless[words.caption] & singular)


def _looks_verbal(form: str, lexicon: dict[str, bool]) -> bool:
    return form.endswith(("ing", "s")) and any(stem in lexicon for stem in stems(form))


def _adverbs_as_nouns(words: Words) -> np.ndarray:
    """ "a street next": a closed word that heads the compound before it."""
    adverb = words.among("upos", {"NOUN"}) & words.among("text", lambda text: text.lower() in CLOSED)
    compound = words.among("deprel", {"compound"})
    adverb[1:] &= compound[:-1] & (words.head[:-1] == np.arange(1, len(adverb)))
    adverb[:1] = False
    return adverb


def _premodifiers(words: Words, verb: np.ndarray) -> np.ndarray:
    """ "a heart shaped pillow": a past participle, or "looking", that governs the noun just after it."""
    noun, adjective = words.among("upos", {"NOUN"}), words.among("upos", {"ADJ"})
    position = np.arange(len(verb))
    governs = np.zeros_like(verb)
    governs[:-1] = noun[1:] & (words.head[1:] == position[:-1])
    governs[:-2] |= adjective[1:-1] & noun[2:] & (words.head[2:] == position[:-2])
    past = words.among("feats", lambda feats: "Tense=Past" in feats)
    return governs & verb & (past | words.among("text", lambda text: text.lower() == "looking"))


def _objects_of_postures(words: Words, verb: np.ndarray) -> np.ndarray:
    """ "standing wearing a hat": an object, or an oblique without a preposition, of a verb that has none."""
    hung = words.head >= 0
    posture = words.among("lemma", POSTURES) & verb
    cased = np.zeros_like(verb)
    cased[words.head[words.among("deprel", {"case"}) & hung]] = True
    return words.among("deprel", COMPLEMENTS) & ~cased & hung & posture[words.head]


def _doings_of_scenes(words: Words, verb: np.ndarray) -> np.ndarray:
    """"a bathroom with a toilet sitting": a verb hung on a place that has something."""
    hung, scene = words.head >= 0, words.among("lemma", SCENES)
    had, having = np.zeros_like(verb), np.zeros_like(verb)
    had[words.head[hung & words.among("text", lambda text: text.lower() == "with")]] = True
    having[words.head[hung & had & words.among("deprel", {"nmod"})]] = True
    return verb & words.among("deprel", CLAUSES) & hung & (scene & having)[words.head]


def _subjects(words: Words, verb: np.ndarray) -> np.ndarray:
    """The nouns before a verb that may be its subject: after "as", or coordinated with a complement."""
    helped, hung = words.among("upos", {"AUX"}), words.head >= 0
    before = np.zeros_like(verb)
    before[:-1] = verb[1:]
    before[:-2] |= helped[1:-1] & verb[2:]
    case = words.among("text", lambda text: text.lower() == "as") & words.among("deprel", {"case"})
    after_as = np.zeros_like(verb)
    after_as[words.head[hung & case]] = True
    coordinated = hung & words.among("deprel", {"conj"}) & words.among("deprel", COMPLEMENTS)[words.head]
    return before & words.among("upos", NOMINAL) & (after_as | coordinated)
