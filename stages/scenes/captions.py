"""Four true captions of a scene, in many grammatical forms."""

import numpy as np

from stages.common.language.inflection import past_participle, present_participle
from stages.scenes.nouns import PEOPLE
from stages.scenes.verbs import PREPOSITIONS
from stages.scenes.world import PLACES, Scene

PLURALS = {"man": "men", "woman": "women"}


def with_article(words: str) -> str:
    """The words after "an" or "a", by their first letter: an elephant, a dog."""
    return ("an " if words[0] in "aeiou" else "a ") + words


def with_s(word: str) -> str:
    """The word with -s or -es, as in "boxes" and "chases"."""
    return word + ("es" if word.endswith(("ch", "sh", "x")) else "s")


def plural(noun: str) -> str:
    return PLURALS.get(noun) or with_s(noun)


def _phrase(noun: str, colour: str, rng: np.random.Generator) -> str:
    """The noun with an article, in about a third of cases with its colour: "a girl in a red shirt", "a red car"."""
    if rng.random() > 0.35:
        return with_article(noun)
    if noun in PEOPLE:
        return with_article(f"{noun} in {with_article(colour)} shirt")
    return with_article(f"{colour} {noun}")


def related(scene: Scene, rng: np.random.Generator) -> str:
    """A sentence or fragment that states the scene's triple."""
    doing, done, preposition = present_participle(scene.verb), past_participle(scene.verb), PREPOSITIONS.get(scene.verb)
    subject = _phrase(scene.subject, scene.subject_colour, rng)
    object = _phrase(scene.object, scene.object_colour, rng)
    target = f"{preposition} {object}" if preposition else object
    if scene.group:
        return f"a group of {plural(scene.subject)} {doing} {target}"
    where = "indoors" if scene.place == "room" else "outdoors"
    forms = [
        f"{subject} {doing} {target}",
        f"{subject} {doing} {target}",
        f"{subject} {with_s(scene.verb)} {target}",
        f"{subject} is {doing} {target}",
        f"{subject} that is {doing} {target}",
        f"there is {subject} {doing} {target}",
        f"{subject} is seen {doing} {target}",
        f"{subject} is {where} and is {doing} {target}",
    ]
    if preposition is None:
        forms += [f"{object} {link}{done} by {subject}" for link in ("", "is being ", "that is ")]
    return forms[rng.integers(len(forms))]


def _setting(scene: Scene, rng: np.random.Generator) -> str:
    """What follows a sentence: nothing, the place, or the neighbour."""
    choices = ["", "", f" {PLACES[scene.place]}"]
    if scene.neighbour:
        choices.append(f" near {with_article(scene.neighbour)}")
        choices.append(f" while {with_article(scene.neighbour)} stands nearby")
    return choices[rng.integers(len(choices))]


def unrelated(scene: Scene, rng: np.random.Generator) -> str:
    """A fragment that names both figures without their relation."""
    subject = _phrase(scene.subject, scene.subject_colour, rng)
    if scene.group:
        subject = f"a group of {plural(scene.subject)}"
    object = _phrase(scene.object, scene.object_colour, rng)
    place = PLACES[scene.place]
    forms = (f"{subject} and {object} {place}", f"{subject} with {object}", f"{object} and {subject} {place}")
    return forms[rng.integers(len(forms))]


def write_captions(scene: Scene, rng: np.random.Generator) -> list[str]:
    """Four captions; the first three state the triple, the fourth does so half the time."""
    captions = [related(scene, rng) + _setting(scene, rng) for _ in range(3)]
    captions.append(unrelated(scene, rng) if rng.random() < 0.5 else related(scene, rng))
    return [_surface(caption, rng) for caption in captions]


def _surface(caption: str, rng: np.random.Generator) -> str:
    """The caption with a capital and a full stop in most cases, as people write."""
    if rng.random() < 0.7:
        caption = caption[0].upper() + caption[1:]
    return caption + ("." if rng.random() < 0.6 else "")
