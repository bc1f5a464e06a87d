"""The short text of a triple: "man riding horse"."""

_VOWELS = "aeiou"
# verbs of more than one syllable whose stress lies on the last, so that the consonant doubles
_DOUBLED = {"begin", "forget", "admit", "commit", "control", "refer", "prefer", "occur", "upset", "transfer"}


def present_participle(verb: str) -> str:
    """The -ing form by English spelling: ride -> riding, sit -> sitting, lie -> lying, carry -> carrying."""
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and len(verb) > 2 and not verb.endswith(("ee", "oe", "ye")) and verb != "singe":
        return verb[:-1] + "ing"
    if verb.endswith("ic"):
        return verb + "king"
    if _doubles(verb):
        return verb + verb[-1] + "ing"
    return verb + "ing"


def triple_text(
    subject: str, relation: str, particle: str | None, preposition: str | None, object: str
) -> str:
    """Subject, present participle, particle, preposition and object, those that exist, with spaces.

    >>> triple_text("man", "sit", None, "on", "bench")
    'man sitting on bench'
    >>> triple_text("woman", "pick", "up", None, "phone")
    'woman picking up phone'
    """
    parts = (subject, present_participle(relation), particle, preposition, object)
    return " ".join(part for part in parts if part)


def _doubles(verb: str) -> bool:
    """Consonant, one vowel, consonant in a verb of one syllable: run, sit, hug, but not rain or box."""
    if verb in _DOUBLED:
        return True
    if len(verb) < 2 or verb[-1] in _VOWELS + "wxy" or verb[-2] not in _VOWELS:
        return False
    syllable = verb.lstrip("bcdfghjklmnpqrstvwxyz")
    if verb.startswith("qu"):
        syllable = verb[2:]
    return len(syllable) == 2 and syllable[0] in _VOWELS
