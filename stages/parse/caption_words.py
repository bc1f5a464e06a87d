"""Words of the caption treebank: nouns by role, verbs by what they take, and English inflection."""

import re

PEOPLE = set(
    "man woman boy girl child person player surfer skier skateboarder rider cyclist chef batter "
    "pitcher catcher lady guy kid baby toddler worker student officer fireman snowboarder cowboy "
    "waiter couple crowd family team".split()
)
ANIMALS = set(
    "dog cat horse cow sheep elephant giraffe zebra bear bird goat duck puppy kitten lion monkey "
    "seagull pigeon bull calf lamb goose squirrel".split()
)
THINGS = set(
    "ball frisbee racket umbrella phone laptop sandwich pizza cake banana apple hat suit tie shirt "
    "kite surfboard skateboard bike motorcycle bag box book cup plate bowl bottle knife fork spoon "
    "bat camera toy rope sign carrot donut hotdog leaf branch grass hay wave skis helmet glove".split()
)
PLACES = set(
    "bench table bed couch chair road street field beach river lake hill slope fence wall tree "
    "window door building house car truck bus train boat floor desk counter sidewalk court park "
    "kitchen ramp rail track bridge pasture forest shelf sofa platform rock roof carpet".split()
)
MODIFIERS = (
    "young old small large big little brown white black red blue green yellow tall wooden wet busy "
    "happy empty gray dirty clean long short colorful baseball tennis soccer city street stop school"
).split()
NOUN_MODIFIERS = {"baseball", "tennis", "soccer", "city", "street", "stop", "school"}
TRANSITIVE = (
    "ride hold throw catch hit kick eat carry wear watch chase push pull feed use swing cut cook "
    "read drink play touch pet hug kiss wash clean brush open chew lick follow lead walk fly climb "
    "cross jump pass lift bite grab serve prepare make pour paint fix sniff herd drag face cover "
    "inspect examine approach enter display show sell buy check photograph"
).split()
INTRANSITIVE = (
    "sit stand lie walk run jump sleep rest lean skate ski surf fly swim stop travel graze wait "
    "drive perch kneel crawl play hang smile pose float look gather move head ride roll slide bend "
    "lay park curl drink eat land crouch race climb"
).split()
PARTICLES = (
    ("pick up", "put on", "take off", "hold up", "throw out", "cut up", "set down", "carry away"),
    ("curl up", "lie down", "sit down", "stand up", "look up", "line up", "bend over", "walk around"),
)
PREPOSITIONS = "on in under near beside behind over by through across along at with around".split()
PAST = {  # past tense, past participle
    **{v: (v, v) for v in ("hit", "cut", "put", "set")},
    **{
        row.split()[0]: tuple(row.split()[1:])
        for row in (
            "ride rode ridden,hold held held,throw threw thrown,catch caught caught,eat ate eaten,"
            "wear wore worn,feed fed fed,swing swung swung,read read read,drink drank drunk,"
            "lead led led,fly flew flown,bite bit bitten,make made made,show showed shown,"
            "sell sold sold,buy bought bought,sit sat sat,stand stood stood,lie lay lain,"
            "run ran run,sleep slept slept,swim swam swum,drive drove driven,hang hung hung,"
            "take took taken,lay laid laid,slide slid slid,bend bent bent,kneel knelt knelt,"
            "try tried tried"
        ).split(",")
    },
}
PLURALS = {
    "man": "men", "woman": "women", "child": "children", "person": "people", "sheep": "sheep",
    "fireman": "firemen", "calf": "calves", "goose": "geese", "knife": "knives", "leaf": "leaves",
    "shelf": "shelves", "skis": "skis", "hay": "hay", "grass": "grass",
}  # fmt: skip
# a short verb in consonant, vowel, consonant doubles the last: "sitting", "stopped", but "opening"
DOUBLING = re.compile(r"[^aeiou]*[^aeiou][aeiou][^aeiouwxy]")


def ending_s(word: str) -> str:
    """The -s form of a noun or verb: "catches", "carries", "rides"."""
    if word.endswith(("s", "x", "z", "ch", "sh", "o")):
        return word + "es"
    if word.endswith("y") and word[-2] not in "aeou":
        return word[:-1] + "ies"
    return word + "s"


def plural(noun: str) -> str:
    return PLURALS.get(noun) or ending_s(noun)


def ending_ing(verb: str) -> str:
    """The -ing form: "riding", "sitting", "lying"."""
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if DOUBLING.fullmatch(verb):
        return verb + verb[-1] + "ing"
    return verb[:-1] + "ing" if verb.endswith("e") and not verb.endswith("ee") else verb + "ing"


def past_participle(verb: str) -> str:
    if verb in PAST:
        return PAST[verb][1]
    if DOUBLING.fullmatch(verb):
        return verb + verb[-1] + "ed"
    if verb.endswith("y") and verb[-2] not in "aeou":
        return verb[:-1] + "ied"
    return verb + ("d" if verb.endswith("e") else "ed")


def verb_forms(verb: str) -> dict[str, str]:
    """The forms of a verb, each with its tag in the Penn Treebank's set."""
    past = PAST[verb][0] if verb in PAST else past_participle(verb)
    forms = {past_participle(verb): "VBN", past: "VBD"}
    return {**forms, ending_ing(verb): "VBG", ending_s(verb): "VBZ", verb: "VB"}
