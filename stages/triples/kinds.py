"""What the rules ask of a word: never the word itself, only its kind, so that equal trees are worked out once."""

from typing import NamedTuple

from stages.triples.nouns import (
    ADVERBIAL,
    GARMENTS,
    GROUPS,
    NO_NOUNS,
    NOMINAL,
    PARTS,
    PICTURES,
    QUANTITY,
    SIDES,
    STAGES,
    noun_lemma,
)
from stages.triples.verbs import (
    APART,
    BY_PLACE,
    CLOSED,
    DRESS,
    FAILING,
    GIVING,
    HANGING,
    LIGHT,
    MOVING,
    NEGATIONS,
    NO_VERBS,
    NOUNISH,
    PLACE,
    POSTURES,
    SEATED,
    SHOWING,
    TEACHING,
    USING,
    is_past_participle,
    verb_lemma,
)

COUNTING = {"NUM", "DET", "PRON", "ADJ"}  # "one of the men", "some of the cows"
RELATIVE = {"that", "which", "who", "whom"}
PERSONAL = {"he", "she", "they", "it"}
FEMININE = set("she woman girl lady mother sister wife daughter queen bride waitress".split())
MASCULINE = set("he man boy guy gentleman father brother husband son king groom waiter".split())


class Kind(NamedTuple):
    """The classes of a word that grammar tells apart."""

    # as a verb
    verb: bool  # a verb by its tag, and no word of a closed class
    be: bool
    light: bool  # only introduces another verb
    bare: bool  # an unknown verb without an ending: a noun misread
    nounish: bool  # rather a noun, unless an object or auxiliary tells: "a toilet and sink"
    dress: bool
    showing: bool
    hanging: bool
    posture: bool
    moving: bool
    seated: bool
    using: bool
    teaching: bool
    giving: bool  # of two objects the first receives
    getting: bool
    having: bool
    ing: bool
    past: bool  # a past form that no "by a window" follows
    participle: bool  # a past participle
    # as a noun
    tagged_noun: bool
    noun: bool  # and no word of a closed class
    quantity: bool
    group: bool
    part: bool
    picture: bool
    adverbial: bool
    side: bool  # nothing without its whole: "on the back"
    garment: bool
    stage: bool  # "in the process of"
    # as another word
    relative: bool
    personal: bool  # he, she, they, it
    feminine: bool  # she and nouns of hers
    masculine: bool
    negation: bool  # denies what it hangs on
    failing: bool  # what is its complement is denied
    either: bool
    apart: bool
    place: bool
    stranded: bool  # a preposition, wherever its noun is
    of: bool
    by: bool
    filling: bool  # "with" or "of", of what fills a thing
    the: bool
    within: bool  # "in"
    beside: bool  # the first word of "next to", "close to"


def kind_of(form: str, stem: str, upos: str, feats: str, lexicon: dict[str, bool]) -> Kind:
    """The kind of a word by its form and lemma, both in lower case."""
    verb = upos == "VERB" and form not in CLOSED and form not in NO_VERBS
    relation = verb_lemma(form, stem, lexicon) if verb else ""
    return Kind(
        verb=verb,
        be=relation == "be",
        light=relation in LIGHT,
        bare=verb and relation not in lexicon and not form.endswith(("ing", "ed", "s")),
        nounish=verb and relation in NOUNISH and (form == relation or form.endswith("s")),
        dress=verb and stem in DRESS,
        showing=relation in SHOWING,
        hanging=relation in HANGING,
        posture=relation in POSTURES,
        moving=relation in MOVING,
        seated=relation in SEATED,
        using=relation in USING,
        teaching=relation in TEACHING,
        giving=relation in GIVING,
        getting=relation == "get",
        having=relation == "have",
        ing=verb and form.endswith("ing"),
        past="Tense=Past" in feats and stem not in BY_PLACE,
        participle=is_past_participle(feats),
        tagged_noun=upos in NOMINAL,
        noun=upos in NOMINAL and form not in CLOSED and form not in NO_NOUNS,
        quantity=stem in QUANTITY or form in QUANTITY or upos in COUNTING,
        group=stem in GROUPS,
        part=stem in PARTS,
        picture=stem in PICTURES,
        adverbial=stem in ADVERBIAL or stem in SIDES,
        side=stem in SIDES,
        garment=noun_lemma(form, stem, upos) in GARMENTS,
        stage=stem in STAGES,
        relative=stem in RELATIVE,
        personal=form in PERSONAL,
        feminine=stem in FEMININE or form in FEMININE,
        masculine=stem in MASCULINE or form in MASCULINE,
        negation=form in NEGATIONS,
        failing=stem in FAILING,
        either=form == "or",
        apart=form in APART,
        place=upos == "ADP" and form in PLACE,
        stranded=upos == "ADP",
        of=stem == "of",
        by=form == "by",
        filling=form in ("with", "of"),
        the=stem == "the",
        within=form == "in",
        beside=form in ("next", "close", "adjacent"),
    )
