"""Classes of nouns that the rules tell apart, and their lemmas."""

NOMINAL = {"NOUN", "PROPN"}
# the noun after "of" is what is seen; these only count, show or portion it
QUANTITY = set(
    "group pair couple bunch lot number set row line herd flock crowd pack team variety array "
    "assortment collection stack pile piece slice kind type sort fleet gang swarm gaggle colony "
    "picture photo photograph image view shot close-up closeup close painting drawing portion half "
    "dozen mass cluster series string lots dozens hundreds thousands plenty ton bit handful part school litter "
    "snapshot portrait sketch scene trio flight host bundle gathering selection "
    "combination variation up".split()  # "up": of "close - up"
)
PICTURES = set("picture photo photograph image collage snapshot portrait shot view sketch painting drawing".split())
GROUPS = {"group", "pair", "couple"}
# parts of a place: "on top of X", "in front of X", "on the back of X" relate to X
SIDES = set("top front back side middle end bottom center centre inside rear midst".split())  # nothing without X
PARTS = SIDES | set("edge corner surface shore foot base tip bank".split())
# what can eat, watch or wear: "sitting in a chair eating" is of who sits
ANIMATE = set(
    "man woman boy girl child person people human baby toddler infant kid lady guy gentleman adult teenager male "
    "female couple crowd family team player surfer skier snowboarder skateboarder skater rider cyclist bicyclist "
    "biker hiker climber runner jogger swimmer driver pilot chef cook worker officer policeman cop soldier fireman "
    "student teacher doctor bride groom batter pitcher catcher umpire athlete golfer dancer musician singer "
    "performer clown tourist mother father mom dad parent brother sister son daughter friend passenger pedestrian "
    "spectator onlooker animal dog puppy cat kitten horse pony cow calf bull cattle sheep lamb goat pig elephant "
    "giraffe zebra bear lion tiger monkey rabbit squirrel deer moose bird duck goose swan seagull pigeon parrot owl "
    "chicken fish turtle husky poodle retriever shepherd terrier greyhound labrador".split()
)
# where things are: "a bathroom with a toilet sitting on the floor" tells of the toilet
SCENES = set(
    "yard backyard bathroom restroom bedroom kitchen room office house hallway store shop market restaurant "
    "street road highway intersection sidewalk city town park field pasture lot area yard garden forest beach "
    "shore lake river ocean sea water sky hill slope mountain hillside station airport runway scene court stadium "
    "zoo farm landscape wall".split()
)
# time and manner are no objects
ADVERBIAL = set(
    "day night morning afternoon evening time moment sunset sunrise dusk dawn noon winter summer "
    "spring fall autumn year season weather distance background foreground way manner style unison "
    "motion line row formation order position direction action preparation fun "
    "together place pose daytime nighttime daylight while turn hour minute week month weekend date "
    "today tonight midday left right half circle flight use progress fashion speed pace public "
    "attempt sync tandem harmony mid-air midair celebration search forefront amusement process dark open wild".split()
)
# "in the process of riding a wave": whoever is in it rides
STAGES = {"process", "act", "attempt", "midst", "middle"}
# pronouns and adverbs that a parser may take for nouns: "each other", "upwards"
NO_NOUNS = set(
    "other others another each one someone something nothing everything everyone outdoors indoors outdoor indoor "
    "headfirst underwater alongside nearby alone barefoot "
    "overhead upward upwards downward downwards forward forwards backward backwards sideway sideways downs".split()
)
# "a boy in a shirt": what is worn describes its wearer, whichever verb the parser hangs it on
GARMENTS = set(
    "jeans shorts trousers shirt dress suit hat cap jacket coat sweater uniform short skirt jean pants blouse tie "
    "top vest hoodie outfit costume clothes clothing boot sandal glove scarf swimsuit helmet sunglasses glasses "
    "wetsuit bikini apron robe gown".split()
)
UNCHANGED = set(
    "scissors pants jeans glasses shorts clothes people sunglasses trousers goggles tongs "
    "bus glass grass dress tennis gas lens canvas cactus moss mattress harness fireplace christmas "
    "specimen abdomen ramen boarder".split()
)
IRREGULAR = dict(
    pair.split(":")
    for pair in (
        "children:child feet:foot teeth:tooth geese:goose mice:mouse knives:knife leaves:leaf "
        "shelves:shelf wolves:wolf "
        "loaves:loaf calves:calf cookies:cookie movies:movie brownies:brownie selfies:selfie veggies:veggie buses:bus "
        "zombies:zombie hoodies:hoodie smoothies:smoothie"
    ).split()
)


def noun_lemma(form: str, lemma: str, upos: str) -> str:
    """The noun's lemma; a plural that the parser left as it is loses its ending. All in lower case."""
    if form.endswith("ing") and upos == "NOUN":  # "carpeting", "clothing"
        return form
    if form in UNCHANGED or lemma in UNCHANGED:
        return form if form in UNCHANGED else lemma
    if form in IRREGULAR and upos in NOMINAL:  # a parser makes up "zomby"
        return IRREGULAR[form]
    if lemma == form and form.endswith("men"):
        return form[:-2] + "an"
    if lemma != form or not form.endswith("s") or form.endswith(("ss", "us", "is")):
        return lemma
    if form.endswith("ies") and len(form) > 4:
        return form[:-3] + "y"
    if form.endswith(("ches", "shes", "xes", "sses")):
        return form[:-2]
    return form[:-1] if len(form) > 3 and upos in NOMINAL else lemma
