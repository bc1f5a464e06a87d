"""Corrected trees, as small parsers give them to captions."""

import pytest

from stages.common.language.lexicons import read_dynamic_verbs
from stages.triples.columns import flatten
from stages.triples.correct import correct
from tests.triples.trees import TREES, parses_of, predict, read_cases, read_conllu, words_of

PART, FIN = "Tense=Past|VerbForm=Part", "VerbForm=Fin"
CORRECTED = read_cases(f"""
# an own noun after a preposition
A/DET/2/det cat/NOUN/3/nsubj sits:sit/VERB/0/root/{FIN} on/ADP/5/case her/PRON/3/obl shoulder/NOUN/3/obl
=> cat sit shoulder
# do with an object, read as an auxiliary
A/DET/2/det person/NOUN/3/nsubj does:do/AUX/4/aux/{FIN} tricks:trick/NOUN/0/root on/ADP/7/case their/PRON/7/nmod:poss
bike/NOUN/3/obl
=> person do trick
# a past tense keeps its auxiliary
A/DET/2/det man/NOUN/4/nsubj has:have/AUX/4/aux/{FIN} dropped:drop/VERB/0/root/VerbForm=Part a/DET/6/det
cup/NOUN/4/obj
=> man drop cup
# a noun that is set apart is no object
A/DET/2/det girl/NOUN/0/root running:run/VERB/2/acl ,/PUNCT/6/punct a/DET/6/det ruin/NOUN/3/obj in/ADP/9/case
the/DET/9/det background/NOUN/3/obl
=> none
# a noun that is set apart does its own
A/DET/2/det boy/NOUN/3/nsubj jumps:jump/VERB/0/root/{FIN} off/ADP/6/case a/DET/6/det ramp/NOUN/3/obl ,/PUNCT/8/punct
friends:friend/NOUN/6/conj watching:watch/VERB/3/advcl him/PRON/9/obj near/ADP/13/case a/DET/13/det fence/NOUN/9/obl
=> boy jump ramp, friend watch fence
# a list with and is not set apart
A/DET/2/det boy/NOUN/3/nsubj holds:hold/VERB/0/root/{FIN} a/DET/5/det bat/NOUN/3/obj ,/PUNCT/7/punct ball/NOUN/5/conj
and/CCONJ/9/cc cup/NOUN/5/conj
=> boy hold ball, boy hold bat, boy hold cup
# an adjective with an article stands for a thing
A/DET/2/det dog/NOUN/0/root jumping:jump/VERB/2/acl on/ADP/6/case the/DET/6/det concrete/ADJ/3/obl
=> dog jump concrete
# tracks are not tracked
A/DET/2/det girl/NOUN/3/nsubj poses:pose/VERB/0/root/{FIN} on/ADP/6/case the/DET/6/det train/NOUN/3/obl
tracks:track/VERB/3/advcl/{FIN} near/ADP/10/case a/DET/10/det station/NOUN/7/obl
=> girl pose track
# clothes after an adverb and in are worn
A/DET/2/det woman/NOUN/3/nsubj runs:run/VERB/0/root/{FIN} outside/ADP/7/case in/ADP/7/case a/DET/7/det coat/NOUN/3/obl
=> none
# who after a person is that person
A/DET/2/det girl/NOUN/3/nsubj throws:throw/VERB/0/root/{FIN} a/DET/5/det ball/NOUN/3/obj at/ADP/8/case a/DET/8/det
man/NOUN/3/obl who/PRON/11/nsubj is:be/AUX/11/aux standing:stand/VERB/5/acl:relcl on/ADP/14/case a/DET/14/det
ship/NOUN/11/obl
=> girl throw ball, man stand ship
# the second part of a compound is no clause
A/DET/2/det girl/NOUN/3/nsubj eats:eat/VERB/0/root/{FIN} ice/NOUN/5/compound cream/NOUN/3/obj
cones:cone/VERB/3/xcomp/{FIN} on/ADP/9/case a/DET/9/det bridge/NOUN/6/obl
=> girl eat cone
# the first part of a verb in two words does nothing
Two/NUM/3/nummod men:man/NOUN/3/compound snow/NOUN/0/root boarding:board/VERB/3/acl on/ADP/7/case a/DET/7/det
mountain/NOUN/4/obl
=> man board mountain
# a building is not built
a/DET/2/det clock/NOUN/0/root on/ADP/5/case a/DET/5/det brick/NOUN/2/nmod building:build/VERB/2/acl near/ADP/9/case
a/DET/9/det lamp/NOUN/6/obl
=> none
# what no thing does is of who is with it
A/DET/2/det cabin/NOUN/0/root with/ADP/5/case a/DET/5/det dog/NOUN/2/nmod running:run/VERB/2/acl in/ADP/9/case
the/DET/9/det woods:wood/NOUN/6/obl
=> dog run wood
# teaching by showing
A/DET/2/det man/NOUN/3/nsubj shows:show/VERB/0/root/{FIN} a/DET/5/det boy/NOUN/3/obj how/ADV/8/advmod to/PART/8/mark
hold/VERB/3/advcl/VerbForm=Inf a/DET/10/det club/NOUN/8/obj
=> boy hold club, man show boy
# a participle before its noun
A/DET/2/det bed/NOUN/0/root with/ADP/4/case heart/NOUN/2/nmod shaped:shape/VERB/2/acl/{PART} pillows:pillow/NOUN/5/obj
on/ADP/9/case the/DET/9/det bed/NOUN/5/obl
=> none
# a participle before its noun, in a phrase of the subject
a/DET/3/det close/ADJ/3/amod up/ADP/7/nsubj of/ADP/6/case a/DET/6/det wall/NOUN/3/nmod
mounted:mount/VERB/0/root/{PART} tv/NOUN/7/obj in/ADP/11/case a/DET/11/det room/NOUN/7/obl
=> none
# a clause after as
Onlookers:onlooker/NOUN/2/nsubj watch/VERB/0/root/{FIN} as/ADP/5/case a/DET/5/det skateboarder/NOUN/2/obl
performs:perform/VERB/2/conj/{FIN} a/DET/8/det jump/NOUN/6/obj
=> skateboarder perform jump
# a clause after as, read as the sentence
A/DET/2/det market/NOUN/6/nsubj as/ADP/5/case a/DET/5/det man/NOUN/2/nmod talks:talk/VERB/0/root/{FIN} to/ADP/9/case
the/DET/9/det woman/NOUN/6/obl
=> man talk woman
# as before a noun alone
vases:vase/NOUN/2/nsubj stand/VERB/0/root/{FIN} as/ADP/5/case a/DET/5/det decoration/NOUN/2/obl
=> vase stand decoration
# a clause after and
A/DET/2/det girl/NOUN/4/nsubj is:be/AUX/4/aux holding:hold/VERB/0/root a/DET/6/det bat/NOUN/4/obj and/CCONJ/9/cc
a/DET/9/det ball/NOUN/6/conj is:be/AUX/11/aux coming:come/VERB/4/conj
=> girl hold bat
# a participle with a subject of its own after and
One/NUM/2/nummod cow/NOUN/0/root walking:walk/VERB/2/acl across/ADP/6/case a/DET/6/det field/NOUN/3/obl and/CCONJ/9/cc
another/DET/9/det cow/NOUN/6/conj laying:lay/VERB/2/acl down/ADP/10/compound:prt on/ADP/14/case the/DET/14/det
ground/NOUN/10/obl
=> cow walk field, cow lay ground
# clothes after and start no clause
A/DET/2/det man/NOUN/0/root wearing:wear/VERB/2/acl a/DET/5/det suit/NOUN/3/obj and/CCONJ/8/cc a/DET/8/det
tie/NOUN/5/conj crossing:cross/VERB/2/acl the/DET/11/det street/NOUN/9/obj
=> man wear suit, man wear tie, man cross street
# what a place has does what no place does
a/DET/2/det bathroom/NOUN/0/root with/ADP/5/case a/DET/5/det toilet/NOUN/2/nmod sitting:sit/VERB/2/acl
next/ADP/10/case to/ADP/10/case a/DET/10/det tub/NOUN/6/obl
=> toilet sit tub
# a place overlooks
a/DET/2/det room/NOUN/0/root with/ADP/5/case a/DET/5/det bed/NOUN/2/nmod overlooking:overlook/VERB/2/acl the/DET/8/det
sea/NOUN/6/obj
=> room overlook sea
# an adverb read as the head of a compound
dog/NOUN/2/nsubj chases:chase/VERB/0/root a/DET/5/det ball/NOUN/5/compound indoors/NOUN/2/obj
=> dog chase ball
# a verb in -s read as a noun, after a participle
Girl/NOUN/0/root/Number=Sing wearing:wear/VERB/1/acl red/ADJ/5/amod dress/NOUN/5/compound
smiles:smile/NOUN/2/obj/Number=Plur at/ADP/7/case people/NOUN/2/obl
=> girl wear dress, girl smile people
# a verb in -s read as the sentence
Train/NOUN/2/compound/Number=Sing drives:drive/NOUN/0/root/Number=Plur down/ADP/5/case the/DET/5/det
tracks:track/NOUN/2/nmod
=> train drive track
# after a plural, without an ending
Plates:plate/NOUN/0/root/Number=Plur of/ADP/4/case food/NOUN/4/compound sit/NOUN/1/nmod/Number=Sing on/ADP/7/case
a/DET/7/det table/NOUN/4/obl
=> plate sit table
# but a race is one after a singular
A/DET/3/det greyhound/NOUN/3/compound/Number=Sing race/NOUN/0/root/Number=Sing in/ADP/5/case snow/NOUN/3/nmod
=> none
# no chair eats
toddler/NOUN/2/nsubj sits:sit/VERB/0/root in/ADP/5/case a/DET/5/det chair/NOUN/2/obl eating:eat/VERB/5/acl
noodles:noodle/NOUN/6/obj
=> toddler sit chair, toddler eat noodle
# looking at a woman who runs
man/NOUN/2/nsubj looks:look/VERB/0/root at/ADP/5/case a/DET/5/det woman/NOUN/2/obl running:run/VERB/2/advcl
on/ADP/9/case a/DET/9/det beach/NOUN/6/obl
=> man look woman, woman run beach
# a baby in a hat
man/NOUN/0/root holding:hold/VERB/1/acl a/DET/4/det baby/NOUN/2/obj wearing:wear/VERB/2/advcl a/DET/7/det
hat/NOUN/5/obj
=> man hold baby, baby wear hat
# besides is no verb
some/DET/2/det signs:sign/NOUN/3/nsubj besides/VERB/0/root/{FIN} a/DET/5/det road/NOUN/3/obj
=> none
""")


@pytest.mark.parametrize("name", CORRECTED)
def test_corrected(name):
    line, expected = CORRECTED[name]
    [triples] = predict([words_of(line)])
    assert sorted(triple.replace("|", " ") for triple in triples) == sorted(expected)


def test_a_corrected_tree_is_a_tree_and_a_caption_is_corrected_alone():
    """The same heads and relations whatever captions stand beside it; every word hangs below the one root."""
    lexicon = read_dynamic_verbs()
    trees = [words_of(line) for line, _ in CORRECTED.values()] + list(read_conllu(TREES).values())
    words = correct(flatten(parses_of(trees)), lexicon)
    for caption, tree in enumerate(trees):
        first, end = words.first[caption : caption + 2]
        alone = correct(flatten(parses_of([tree])), lexicon)
        heads = [head - first if head >= 0 else -1 for head in words.head[first:end].tolist()]
        assert heads == alone.head.tolist()
        for field in ("upos", "deprel"):
            assert [words.value(field, i) for i in range(first, end)] == [
                alone.value(field, i) for i in range(len(tree))
            ]
        assert heads.count(-1) == 1
        for at in range(len(heads)):
            for _ in heads:
                at = heads[at] if at >= 0 else -1
            assert at == -1, "a cycle"
