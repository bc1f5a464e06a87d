"""English inflection, and the short text of a triple: "man riding horse"."""

from functools import cache

_VOWELS = "aeiou"
_PAST_PARTICIPLES = dict(
    pair.split(":")
    for pair in """
        beat:beaten become:become begin:begun bend:bent bind:bound bite:bitten blow:blown break:broken bring:brought
        build:built burst:burst buy:bought cast:cast catch:caught choose:chosen cling:clung come:come cost:cost
        creep:crept cut:cut deal:dealt dig:dug do:done draw:drawn drink:drunk drive:driven eat:eaten fall:fallen
        feed:fed feel:felt fight:fought find:found flee:fled fling:flung fly:flown forget:forgotten freeze:frozen
        get:gotten give:given go:gone grind:ground grow:grown hang:hung have:had hear:heard hide:hidden hit:hit
        hold:held hurt:hurt keep:kept kneel:knelt knit:knit know:known lay:laid lead:led leap:leapt leave:left let:let
        lie:lain light:lit lose:lost make:made mean:meant meet:met mow:mown pay:paid put:put read:read ride:ridden
        ring:rung rise:risen run:run saw:sawn say:said see:seen sell:sold send:sent set:set sew:sewn shake:shaken
        shear:shorn shine:shone shoot:shot show:shown shut:shut sing:sung sink:sunk sit:sat sleep:slept slide:slid
        sling:slung speak:spoken spend:spent spin:spun spit:spat split:split spread:spread stand:stood steal:stolen
        stick:stuck strew:strewn strike:struck string:strung sweep:swept swim:swum swing:swung take:taken teach:taught
        tear:torn tell:told think:thought throw:thrown tread:trodden understand:understood wake:woken wear:worn
        weave:woven win:won wind:wound write:written
    """.split()
)
# verbs of more than one syllable that double the last consonant, as the stress is on the last syllable
_DOUBLED = set("begin unwrap forget admit commit control refer prefer occur upset transfer".split())


@cache
def present_participle(verb: str) -> str:
    """The -ing form by English spelling: ride -> riding, sit -> sitting, lie -> lying, carry -> carrying."""
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and len(verb) > 2 and not verb.endswith(("ee", "oe", "ye")) and verb != "singe":
        return verb[:-1] + "ing"
    if verb.endswith("ic"):
        return verb + "king"
    return verb + verb[-1] + "ing" if _doubles(verb) else verb + "ing"


@cache
def past_participle(verb: str) -> str:
    """The past participle: park -> parked, hold -> held, carry -> carried, tie -> tied."""
    if verb in _PAST_PARTICIPLES:
        return _PAST_PARTICIPLES[verb]
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return verb[:-1] + "ied"
    return verb + verb[-1] + "ed" if _doubles(verb) else verb + "ed"


def triple_text(
    subject: str, relation: str, particle: str | None, preposition: str | None, object: str, passive: bool = False
) -> str:
    """Subject, participle, particle, preposition and object, joined by spaces.

    A `passive` with a preposition takes the past participle, as its subject undergoes the verb. A passive with an agent
    is stored as its active: the agent is the subject.

    >>> triple_text("woman", "pick", "up", None, "phone")
    'woman picking up phone'
    >>> triple_text("truck", "park", None, "on", "street", passive=True)
    'truck parked on street'
    """
    verb = past_participle(relation) if passive and preposition else present_participle(relation)
    return " ".join(filter(None, (subject, verb, particle, preposition, object)))


def _doubles(verb: str) -> bool:
    """Whether the last consonant doubles: in a verb of one syllable with one vowel (run, sit), not in rain or box."""
    if verb in _DOUBLED:
        return True
    if len(verb) < 2 or verb[-1] in _VOWELS + "wxy" or verb[-2] not in _VOWELS:
        return False
    syllable = verb.lstrip("bcdfghjklmnpqrstvwxyz")
    if verb.removesuffix(syllable).endswith("q"):  # the u of "quit" and "squat" is not a vowel
        syllable = syllable[1:]
    return len(syllable) == 2 and syllable[0] in _VOWELS
