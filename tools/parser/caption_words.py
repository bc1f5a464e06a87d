"""Words of the made-up captions, from words.yaml, and their inflection."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ruamel.yaml import YAML

from stages.common.language.inflection import past_participle, present_participle

TABLES = YAML(typ="safe", pure=True).load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))
WORDS = {name: text.split(", ") for name, text in TABLES.items() if isinstance(text, str)}
OBJECTS = {verb: text.split(", ") for verb, text in TABLES["objects"].items()}


def ending_s(word: str) -> str:
    """The -s form of a noun or verb: "catches", "carries", "rides"."""
    if word.endswith(("s", "x", "z", "ch", "sh", "o")):
        return word + "es"
    if word.endswith("y") and word[-2] not in "aeou":
        return word[:-1] + "ies"
    return word + "s"


def plural(noun: str) -> str:
    """The plural of a noun: "dogs", "men"."""
    return TABLES["plurals"].get(noun) or ending_s(noun)


def past_tense(verb: str) -> str:
    """The past tense of a verb: "carried", "rode"."""
    return TABLES["past_tenses"].get(verb) or past_participle(verb)


class Inflection(NamedTuple):
    """A form of a verb."""

    form: Callable[[str], str]  # of the lemma
    tag: str  # in the Penn Treebank's set
    features: str  # as in Universal Dependencies


ING = Inflection(present_participle, "VBG", "Tense=Pres|VerbForm=Part")
PASSIVE = Inflection(past_participle, "VBN", "Tense=Past|VerbForm=Part|Voice=Pass")
PAST = Inflection(past_tense, "VBD", "Mood=Ind|Number=Sing|Person=3|Tense=Past|VerbForm=Fin")
THIRD = Inflection(ending_s, "VBZ", "Mood=Ind|Number=Sing|Person=3|Tense=Pres|VerbForm=Fin")
PLAIN = Inflection(str, "VBP", "Mood=Ind|Number=Plur|Person=3|Tense=Pres|VerbForm=Fin")
INFINITIVE = Inflection(str, "VB", "VerbForm=Inf")
INFLECTIONS = {inflection.tag: inflection for inflection in (PASSIVE, PAST, ING, THIRD, PLAIN, INFINITIVE)}


def present(many: bool) -> Inflection:
    """The present tense after one or several."""
    return PLAIN if many else THIRD


def verb_forms(verb: str) -> dict[str, str]:
    """The forms of a verb with their tags; a form that has several tags has the last of INFLECTIONS."""
    return {inflection.form(verb): tag for tag, inflection in INFLECTIONS.items()}
