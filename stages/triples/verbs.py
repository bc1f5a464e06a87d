"""Verbs: their lemma, whether they are dynamic, and which words of a tree are verbs at all."""

import csv
from pathlib import Path

from stages.common.errors import InputError
from stages.triples.tree import Tree, Word, dependants

# verbs that only introduce another verb: "trying to catch" is catch
LIGHT = set("try attempt begin start continue prepare get go seem appear want like love stop about ready".split())


# "sat by a window", "drove by": by is a place with these
BY_PLACE = set("sit stand lie lay walk run go pass drive fly swim sail wait park seat ride".split())
# closed classes: neither nouns nor verbs, whatever the parser's tag
CLOSED = set(
    "together nearby during next close inside outside against behind beside near towards toward underneath between "
    "down up around through across along over under off away".split()
)


def read_lexicon(path: str | Path) -> dict[str, bool]:
    """lemma -> dynamic, from a CSV with the columns lemma, class (dynamic or stative) and # comments."""
    lexicon: dict[str, bool] = {}
    with open(path, encoding="utf-8", newline="") as file:
        rows = csv.reader(line for line in file if not line.startswith("#"))
        if next(rows, None) != ["lemma", "class"]:
            raise InputError(f"{path}: the first row must be lemma,class")
        for number, row in enumerate(rows, 2):
            if len(row) != 2 or row[1] not in ("dynamic", "stative") or not row[0]:
                raise InputError(f"{path}: row {number} is {row}; write LEMMA,dynamic or LEMMA,stative")
            lexicon[row[0]] = row[1] == "dynamic"
    return lexicon


def verb_lemma(word: Word, lexicon: dict[str, bool]) -> str:
    """The lemma in lower case; where the lexicon lacks it, a stem of the form that the lexicon has."""
    lemma, form = word.lemma.lower(), word.text.lower()
    if lemma in lexicon:
        return lemma
    return next((stem for stem in stems(form) if stem in lexicon), lemma)


def stems(form: str) -> list[str]:
    """What an inflected form may come from, likelier first: sitting -> sitt, sitte, sit."""
    for ending in ("ing", "ed", "es", "s"):
        if form.endswith(ending) and len(form) > len(ending) + 1:
            stem = form[: -len(ending)]
            found = [stem, stem + "e"]
            if len(stem) > 2 and stem[-1] == stem[-2]:
                found.append(stem[:-1])
            if stem.endswith("i"):
                found.append(stem[:-1] + "y")
            if ending == "ing" and stem.endswith("y"):
                found.append(stem[:-1] + "ie")
            return found
    return [form]


def is_verb(tree: Tree, i: int) -> bool:
    """A verb that relates nouns: no auxiliary, no copula, no attribute ("a parked car")."""
    word = tree.words[i]
    if word.text.lower() in CLOSED:
        return False
    return word.upos == "VERB" and word.deprel not in ("amod", "compound", "case", "aux", "aux:pass", "cop")


def is_bare(tree: Tree, verb: int) -> bool:
    """A form without an ending, "to" or auxiliary: a noun misread as a verb where no lexicon has it."""
    form = tree.words[verb].text.lower()
    return not form.endswith(("ing", "ed", "s")) and not dependants(tree, verb, "mark", "aux", "aux:pass")


def is_past_participle(word: Word) -> bool:
    return "VerbForm=Part" in word.feats and "Tense=Past" in word.feats or "Voice=Pass" in word.feats


def is_passive(tree: Tree, verb: int) -> bool:
    """A passive by its auxiliary or subject, or a past participle without one: "a ball kicked by"."""
    if tree.words[verb].text.lower().endswith("ing"):
        return False
    if dependants(tree, verb, "aux:pass", "nsubj:pass"):
        return True
    if _has_agent(tree, verb):
        return True
    if dependants(tree, verb, "nsubj", "aux"):
        return False
    return is_past_participle(tree.words[verb])


def _has_agent(tree: Tree, verb: int) -> bool:
    """Such as "a woman kicked by a boy" read as a sentence: captions tell no past, so this is a participle."""
    word = tree.words[verb]
    past = "Tense=Past" in word.feats and word.lemma.lower() not in BY_PLACE
    by = [i for i in dependants(tree, verb, "obl") if _case(tree, i) == "by"]
    return past and bool(by) and not dependants(tree, verb, "obj", "aux")


def _case(tree: Tree, noun: int) -> str:
    return " ".join(tree.words[i].text.lower() for i in dependants(tree, noun, "case"))
