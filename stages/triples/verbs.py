"""Verbs: their lemma, whether they are dynamic, and which words of a tree are verbs at all."""

# verbs that only introduce another verb: "trying to catch" is catch
LIGHT = set("try attempt begin start continue prepare get go seem appear want like love stop about ready".split())
DRESS = {"dress", "clothe"}
# a passive of these presents its subject, as a copula does: "a man is seen on a beach"
SHOWING = {"see", "show", "picture", "photograph", "depict", "view"}
# "parked by a building": a passive of these has a place, and no agent
SEATED = set(
    "park seat place position situate locate stop gather perch moor dock anchor prop lean sit stand lie lay".split()
)
# no object of its own: "standing wearing a tuxedo"
POSTURES = set("sit stand lie kneel crouch squat".split())
# all that a picture on a wall does; what it shows, it does not do
HANGING = SEATED | set("hang mount attach post tape pin display frame decorate adorn cover line surround".split())
# "using a knife to cut a cake": the user cuts
USING = {"use", "need", "take", "wait", "bend"}
# "teaching a boy how to ride": the taught rides
TEACHING = {"teach", "train", "help", "let", "allow", "ask", "encourage", "show"}
# words of other classes that look like verbs to a small parser
NO_VERBS = set(
    "each other something red several many various half small ceiling railing flooring shelving awning upcoming "
    "assorted legged hued besides varying".split()
)
# "no people", "without wearing", "instead of riding", "neither", "no longer": what they hang on is denied
NEGATIONS = set("not n't never no none neither nor without instead rather hardly scarcely longer".split())
# "fails to catch": does not
FAILING = {"fail", "refuse", "decline", "avoid", "forget", "unable"}
# "throws the dog a stick": the stick
GIVING = set("give throw toss hand pass bring send offer show buy tell serve".split())
# time and absence: what follows these is not where the verb happens
APART = set("during until till since without except instead unlike because despite".split())
# prepositions of place, which verbs in coordination share: "trotting and standing in an area"
PLACE = set(
    "in on inside near by beside under underneath beneath behind across along around through throughout among "
    "between outside within atop above below over against alongside past next up down".split()
)
# "sat by a window", "drove by": by is a place with these
BY_PLACE = set("sit stand lie lay walk run go pass drive fly swim sail wait park seat ride".split())
# motion and gaze: "walking down a street", "looking out a window" name a way, not an object
MOVING = BY_PLACE | set(
    "travel look stare peer gaze move jump climb slide cruise roll step hike march trot stroll wander ski skate "
    "skateboard surf float race speed roam".split()
)
# what people, animals and things in a place do, and no place does
ACTING = (
    HANGING - set("cover line surround decorate adorn".split())
    | BY_PLACE
    | set(
        "eat play hold wear look watch work graze rest relax pose travel ski surf jump cook read talk drink carry "
        "float kneel crouch squat skate skateboard feed sleep".split()
    )
)
# what no thing does, whatever the parser hangs it on
DEEDS = set(
    "eat hold wear look watch read talk drink carry use play smile block chase ride walk run throw catch pose jump "
    "work wait laugh sing dance point cook cut feed stare enjoy take swing kick hit climb try prepare listen smoke "
    "write paint push bark chew lick sniff gnaw".split()
)
SEEING = set("watch see look stare film photograph gaze peer".split())
SHOWN_BY = set("depict show contain feature advertise".split())
# closed classes: never verbs, whatever the tag says
PREPOSITIONS = set("inside outside against behind beside besides near towards toward underneath between atop".split())
# "a snow covered bench": participles that go before a noun with a word before them
PREMODIFIERS = set("cover color shape size mount line style fire hair pave fence theme tile look print light".split())
# nouns first: without an ending of a participle and without an object, these are the noun: "a toilet and sink"
NOUNISH = set(
    "sign sink light board field track truck sandwich bike bicycle trick cup wave rock seat mouth store box toy plant "
    "bus edge microwave tile control graffiti coat shop bag match eye butter jet tie toast shade slice leave handle "
    "frame supply clothe design cover brush tag stripe layer signal treat paw umpire outfit telephone shadow "
    "care open".split()  # cars
)
# verbs first: a small parser's noun that follows a noun and comes before a phrase is more likely the verb
VERBISH = set(
    "sit stand walk talk smile pose perform lie slide climb drive run jump stare gather congregate huddle wait "
    "watch swim ski dance race look play hold ride leap lean land fly travel graze eat rest sleep crawl jog skate "
    "wave cross twirl blast turn move pull push chase throw carry kick reach splash dive paddle hike march bark "
    "fetch lick laugh sing stroll wander raft balance wear enjoy speak point practice embrace surf".split()
)
# second parts of compounds that look like verbs: "a country setting", "a storage shed"
SECOND_PARTS = set(
    "setting railing railings piling outcropping panelling bedding landing set sets pit shed sheds cone cones face "
    "crossing building painting clothing stand stands stop tracks".split()
)
# of these, what is no verb even with a phrase of its own: "a brick building next to a window"
NEVER_ALONE = set("railing railings piling outcropping panelling bedding cone cones building clothing tracks".split())
# of verbs in two words: "snow boarding", "blow drying", "spray painted"
FIRST_PARTS = {"snow", "skate", "rock", "blow", "wind", "spray", "kite"}
OWNERS = {"her", "his", "its", "their"}
# closed classes: neither nouns nor verbs, whatever the parser's tag
CLOSED = set(
    "together nearby during next close inside outside against behind beside near towards toward underneath between "
    "down up around through across along over under off away outdoors indoors".split()
)


def verb_lemma(form: str, lemma: str, lexicon: dict[str, bool]) -> str:
    """The lemma; where the lexicon lacks it, a stem of the form that the lexicon has. All in lower case."""
    if lemma in lexicon:
        return lemma
    known = next((stem for stem in stems(form) if stem in lexicon), None)
    return known or _longer(form, lexicon) or _singular(form, lemma)


def _singular(form: str, lemma: str) -> str:
    return form[:-1] if lemma == form and form.endswith("s") and not form.endswith("ss") else lemma


def _longer(form: str, lexicon: dict[str, bool]) -> str | None:
    """The lemma of a verb that ends in one of the lexicon: "paragliding" is paraglide."""
    for start in range(2, len(form) - 5):
        for stem in stems(form[start:]):
            if len(stem) > 3 and stem in lexicon:
                return form[:start] + stem
    return None


def stems(form: str) -> list[str]:
    """What an inflected form may come from, likelier first: sitting -> sitt, sitte, sit."""
    for ending in ("ing", "ed", "es", "s"):
        if form.endswith(ending) and len(form) > len(ending) + 1:
            stem = form[: -len(ending)]
            found = [stem, stem + "e"]
            if len(stem) > 2 and stem[-1] == stem[-2]:
                found += [stem[:-1], stem[:-1] + "e"]  # "ridding" is often a misspelt "riding"
            if stem.endswith("i"):
                found.append(stem[:-1] + "y")
            if ending == "ing" and stem.endswith("y"):
                found.append(stem[:-1] + "ie")
            return found
    return [form]


def is_past_participle(feats: str) -> bool:
    return "VerbForm=Part" in feats and "Tense=Past" in feats or "Voice=Pass" in feats
