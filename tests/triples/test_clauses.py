"""Captions that deny, whose clause it is, and what is no clause: trees as the shipped parser gives them -> triples."""

import numpy as np
import pytest

from stages.triples.clauses import correct_clauses
from stages.triples.tree import Parse, Word, make_parse
from tests.triples.trees import predict, read_cases, words_of

CAPTIONS = read_cases("""
# no as determiner of the subject
No/DET/2/det people/NOUN/4/nsubj are:be/AUX/4/aux riding:ride/VERB/0/root the/DET/6/det elephants:elephant/NOUN/4/obj
=> none
# no after there is
There/PRON/2/expl are:be/VERB/0/root/VerbForm=Fin no/DET/4/det dogs:dog/NOUN/2/nsubj chasing:chase/VERB/4/acl
the/DET/7/det cat/NOUN/5/obj
=> none
# no as determiner of the object, whatever else is said of the verb
A/DET/2/det boy/NOUN/9/nsubj wearing:wear/VERB/2/acl no/DET/5/det shoes:shoe/NOUN/3/obj on/ADP/8/case a/DET/8/det
beach/NOUN/3/obl rides:ride/VERB/0/root/VerbForm=Fin a/DET/11/det skateboard/NOUN/9/obj
=> boy ride skateboard
# none of
None/PRON/6/nsubj of/ADP/4/case the/DET/4/det people/NOUN/1/nmod are:be/AUX/6/aux wearing:wear/VERB/0/root
hats:hat/NOUN/6/obj
=> none
# neither and nor
Neither/CCONJ/3/det:predet the/DET/3/det man/NOUN/8/nsubj nor/CCONJ/6/cc the/DET/6/det woman/NOUN/3/conj
is:be/AUX/8/aux riding:ride/VERB/0/root a/DET/10/det horse/NOUN/8/obj
=> none
# no before a coordination
No/DET/2/det man/NOUN/6/nsubj or/CCONJ/4/cc woman/NOUN/2/conj is:be/AUX/6/aux holding:hold/VERB/0/root an:a/DET/8/det
umbrella/NOUN/6/obj
=> none
# not beside the verb
A/DET/2/det dog/NOUN/0/root sitting:sit/VERB/2/acl on/ADP/6/case a/DET/6/det couch/NOUN/3/obl ,/PUNCT/9/punct
not/PART/9/advmod chasing:chase/VERB/3/conj the/DET/11/det cat/NOUN/9/obj
=> dog sit couch
# what is coordinated by or is denied too
A/DET/2/det man/NOUN/5/nsubj is:be/AUX/5/aux n't:not/PART/5/advmod riding:ride/VERB/0/root or/CCONJ/7/cc
feeding:feed/VERB/5/conj the/DET/9/det horse/NOUN/7/obj
=> none
# what is coordinated by but is not
A/DET/2/det dog/NOUN/5/nsubj is:be/AUX/5/aux not/PART/5/advmod chasing:chase/VERB/0/root a/DET/7/det cat/NOUN/5/obj
but/CCONJ/9/cc carrying:carry/VERB/5/conj a/DET/11/det ball/NOUN/9/obj
=> dog carry ball
# without and a participle
A/DET/2/det man/NOUN/0/root riding:ride/VERB/2/acl a/DET/5/det bike/NOUN/3/obj without/SCONJ/7/mark
wearing:wear/VERB/3/advcl a/DET/9/det helmet/NOUN/7/obj
=> man ride bike
# without and a noun that acts
A/DET/2/det bus/NOUN/0/root without/ADP/4/case people/NOUN/2/nmod riding:ride/VERB/2/acl it/PRON/5/obj
=> none
# instead of
A/DET/2/det dog/NOUN/3/nsubj lies:lie/VERB/0/root/VerbForm=Fin on/ADP/6/case the/DET/6/det grass/NOUN/3/obl
instead/ADV/9/mark of/SCONJ/9/mark chasing:chase/VERB/3/advcl a/DET/11/det ball/NOUN/9/obj
=> dog lie grass
# rather than
A/DET/2/det man/NOUN/3/nsubj stands:stand/VERB/0/root/VerbForm=Fin beside/ADP/6/case a/DET/6/det bike/NOUN/3/obl
rather/ADV/9/cc than/SCONJ/9/mark riding:ride/VERB/3/advcl a/DET/11/det horse/NOUN/9/obj
=> man stand bike
# the complement of what is not tried
A/DET/2/det dog/NOUN/5/nsubj is:be/AUX/5/aux not/PART/5/advmod trying:try/VERB/0/root to/PART/7/mark
catch/VERB/5/xcomp a/DET/9/det ball/NOUN/7/obj
=> none
# the complement of failing
A/DET/2/det player/NOUN/3/nsubj fails:fail/VERB/0/root/VerbForm=Fin to/PART/5/mark catch/VERB/3/xcomp the/DET/7/det
ball/NOUN/5/obj
=> none
# no longer
A/DET/2/det man/NOUN/10/nsubj who/PRON/7/nsubj is:be/AUX/7/aux no/DET/6/advmod longer:long/ADJ/2/acl:relcl
riding:ride/VERB/2/acl:relcl a/DET/9/det horse/NOUN/7/obj stands:stand/VERB/0/root/VerbForm=Fin by/ADP/13/case
a/DET/13/det fence/NOUN/10/obl
=> man stand fence
# not before a noun
The/DET/2/det man/NOUN/4/nsubj is:be/AUX/4/aux riding:ride/VERB/0/root a/DET/6/det horse/NOUN/4/obj ,/PUNCT/10/punct
not/PART/10/advmod a/DET/10/det camel/NOUN/6/conj
=> man ride horse
# never in a relative clause, and the verb of the sentence
A/DET/2/det dog/NOUN/0/root that/PRON/5/nsubj never/ADV/5/advmod chases:chase/VERB/2/acl:relcl/VerbForm=Fin
cats:cat/NOUN/5/obj sleeps:sleep/VERB/5/xcomp/VerbForm=Fin on/ADP/10/case a/DET/10/det rug/NOUN/7/obl
=> dog sleep rug
# whose, in a sentence
A/DET/2/det woman/NOUN/9/nsubj whose/PRON/4/nmod:poss dog/NOUN/2/nmod is:be/AUX/6/aux pulling:pull/VERB/2/acl:relcl
a/DET/8/det cart/NOUN/6/obj smiles:smile/VERB/0/root/VerbForm=Fin at/ADP/12/case the/DET/12/det camera/NOUN/9/obl
=> dog pull cart, woman smile camera
# whose, read as the sentence
A/DET/2/det boy/NOUN/5/nsubj whose/PRON/4/nmod:poss father/NOUN/2/nmod holds:hold/VERB/0/root/VerbForm=Fin a/DET/7/det
kite/NOUN/5/obj runs:run/VERB/5/conj/VerbForm=Fin on/ADP/11/case a/DET/11/det beach/NOUN/8/obl
=> father hold kite, boy run beach
# whose, of a phrase
The/DET/2/det man/NOUN/5/nsubj whose/PRON/4/nmod:poss dog/NOUN/2/conj chases:chase/VERB/0/root/VerbForm=Fin
the/DET/7/det cat/NOUN/5/obj
=> dog chase cat
# whose, between commas
A/DET/2/det horse/NOUN/7/nsubj ,/PUNCT/7/punct whose/PRON/5/nmod:poss rider/NOUN/7/nsubj is:be/AUX/7/aux
wearing:wear/VERB/0/root a/DET/9/det hat/NOUN/7/obj ,/PUNCT/11/punct jumps:jump/VERB/7/conj/VerbForm=Fin
over/ADP/14/case a/DET/14/det fence/NOUN/11/obl
=> rider wear hat, horse jump fence
# what another does to it is not got
A/DET/3/det little/ADJ/3/amod girl/NOUN/4/nsubj gets:get/VERB/0/root/VerbForm=Fin her:she/PRON/4/obj face/NOUN/4/obj
painted:paint/VERB/6/acl/Tense=Past|VerbForm=Part|Voice=Pass by/ADP/10/case a/DET/10/det clown/NOUN/7/obl:agent
=> clown paint face
# a noun read as a coordinated verb
A/DET/2/det boy/NOUN/7/nsubj and/CCONJ/5/cc his/PRON/5/nmod:poss sister/NOUN/2/conj are:be/AUX/7/aux
feeding:feed/VERB/0/root carrots:carrot/NOUN/7/obj and/CCONJ/10/cc apples:apple/VERB/7/conj/VerbForm=Fin
to/ADP/13/case a/DET/13/det pony/NOUN/10/obl
=> boy feed carrot, boy feed apple, sister feed carrot, sister feed apple
# she, who can be nobody else
A/DET/2/det girl/NOUN/3/nsubj smiles:smile/VERB/0/root/VerbForm=Fin while/SCONJ/6/mark she/PRON/6/nsubj
pets:pet/VERB/3/advcl/VerbForm=Fin a/DET/8/det goat/NOUN/6/obj
=> girl pet goat
# she, who cannot be the man
A/DET/2/det man/NOUN/3/nsubj smiles:smile/VERB/0/root/VerbForm=Fin while/SCONJ/6/mark she/PRON/6/nsubj
pets:pet/VERB/3/advcl/VerbForm=Fin a/DET/8/det goat/NOUN/6/obj
=> none
# she, who may be either
A/DET/2/det girl/NOUN/3/nsubj smiles:smile/VERB/0/root/VerbForm=Fin at/ADP/6/case a/DET/6/det woman/NOUN/3/obl
while/SCONJ/9/mark she/PRON/9/nsubj pets:pet/VERB/3/advcl/VerbForm=Fin a/DET/11/det goat/NOUN/9/obj
=> girl smile woman
# of two objects the second
A/DET/2/det boy/NOUN/3/nsubj throws:throw/VERB/0/root/VerbForm=Fin the/DET/5/det dog/NOUN/3/obj a/DET/7/det
stick/NOUN/3/obj
=> boy throw stick
# an event, not an animal that does something
People/NOUN/2/nsubj watch/VERB/0/root/VerbForm=Fin a/DET/4/det dog/NOUN/2/obj show/VERB/2/xcomp/VerbForm=Fin
in/ADP/8/case a/DET/8/det park/NOUN/5/obl
=> people watch show
# what a sign says
A/DET/2/det bird/NOUN/0/root perched:perch/VERB/2/acl/Tense=Past|VerbForm=Part|Voice=Pass atop/ADP/6/case a/DET/6/det
sign/NOUN/3/obl reading:read/VERB/3/advcl STOP/NOUN/7/obj
=> bird perch sign, sign read stop
# a particle that is a preposition after a passive
A/DET/2/det pizza/NOUN/5/nsubj:pass is:be/AUX/5/aux being:be/AUX/5/aux:pass
cut/VERB/0/root/Tense=Past|VerbForm=Part|Voice=Pass on/ADP/5/compound:prt a/DET/9/det wooden/ADJ/9/amod
board/NOUN/5/obl:agent
=> pizza cut board
# such a particle, and no agent without by
A/DET/2/det pizza/NOUN/5/nsubj:pass is:be/AUX/5/aux being:be/AUX/5/aux:pass
cut/VERB/0/root/Tense=Past|VerbForm=Part|Voice=Pass on/ADP/5/compound:prt a/DET/9/det wooden/ADJ/9/amod
board/NOUN/5/obl ./PUNCT/5/punct
=> pizza cut board
""")


@pytest.mark.parametrize("name", CAPTIONS)
def test_construction(name):
    line, expected = CAPTIONS[name]
    assert [found.replace("|", " ") for found in predict([words_of(line)])[0]] == expected


def reaches_root(tree: Parse, i: int) -> bool:
    seen = set()
    while tree.words[i].head and i not in seen:
        seen.add(i)
        i = tree.words[i].head - 1
    return not tree.words[i].head


def test_any_tree_stays_a_tree():
    """3,000 random ones of the words that are corrected: one root, which every word reaches."""
    random = np.random.default_rng(0)
    texts = "whose no longer reading sign dog show and apples sleeps who is ,".split()
    deprels = "nsubj nmod acl:relcl xcomp conj cc obj advcl nmod:poss det punct".split()
    upos = "NOUN VERB VERB AUX PRON ADV CCONJ PUNCT".split()
    corrected = 0
    for _ in range(3000):
        order = random.permutation(9)
        heads = {
            int(word): 0 if place == 0 else int(order[random.integers(place)]) + 1 for place, word in enumerate(order)
        }
        words = []
        for i in range(9):
            deprel = str(random.choice(deprels)) if heads[i] else "root"
            text, tag = str(random.choice(texts)), str(random.choice(upos))
            words.append(Word(text, text.rstrip("s"), tag, str(random.choice(["", "VerbForm=Fin"])), heads[i], deprel))
        tree = make_parse(words)
        after = correct_clauses(tree, {"sleep": True, "show": True})
        corrected += after is not tree
        assert all(reaches_root(after, i) for i in range(9)), words
        assert [word.head for word in after.words].count(0) == 1, words
    assert corrected > 100
