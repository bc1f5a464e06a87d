"""Words of the caption treebank: nouns by role, verbs by what they take, and their inflection."""

from stages.common.language.inflection import past_participle, present_participle

PEOPLE = set(
    "man woman boy girl child person player surfer skier skateboarder rider cyclist chef batter "
    "pitcher catcher lady guy kid baby toddler worker student officer fireman snowboarder cowboy "
    "waiter couple crowd family team tourist policeman soldier driver pilot teacher student clown "
    "bride groom farmer biker motorist pedestrian passenger hiker skater model bicyclist doctor "
    "gentleman teenager adult male female mother father dad mom friend spectator shopper swimmer "
    "tennis baseball soccer football hockey basketball".split()
) - set("tennis baseball soccer football hockey basketball".split())
ANIMALS = set(
    "dog cat horse cow sheep elephant giraffe zebra bear bird goat duck puppy kitten lion monkey "
    "seagull pigeon bull calf lamb goose squirrel pony donkey parrot owl swan turtle fish rabbit "
    "panda polar deer moose camel rhino hen rooster chicken turkey pig hippo kangaroo animal pet "
    "crow eagle penguin flamingo ostrich bison ox ram buffalo".split()
) - {"polar"}
THINGS = set(
    "ball frisbee racket umbrella phone laptop sandwich pizza cake banana apple hat suit tie shirt "
    "kite surfboard skateboard bike motorcycle bag box book cup plate bowl bottle knife fork spoon "
    "bat camera toy rope sign carrot donut hotdog leaf branch grass hay wave skis helmet glove "
    "doughnut bagel burger salad soup coffee tea beer wine juice milk cheese bread meat fruit "
    "vegetable broccoli orange pear grape cookie pie candle vase flower bouquet basket bucket pan "
    "pot tray napkin towel blanket pillow sweater jacket coat dress scarf mask crown necklace sock "
    "shoe boot backpack suitcase luggage purse wallet newspaper magazine letter envelope card "
    "picture mirror lamp clock radio television tv remote controller keyboard mouse monitor tablet "
    "computer phone toothbrush comb razor brush scissors hammer drill wrench ladder balloon flag "
    "banner trophy medal skateboarder snowboard sled paddle oar stick bone collar leash saddle cart "
    "wagon trailer hose hydrant meter".split()
) - {"skateboarder"}
PLACES = set(
    "bench table bed couch chair road street field beach river lake hill slope fence wall tree "
    "window door building house car truck bus train boat floor desk counter sidewalk court park "
    "kitchen ramp rail track bridge pasture forest shelf sofa platform rock roof carpet yard garden "
    "meadow plain desert mountain shore ocean sea pond pool stream pier dock harbor airport runway "
    "station stop intersection corner crosswalk highway driveway alley parking lot garage barn pen "
    "cage zoo stadium arena stage gym school office store market restaurant cafe bar hotel bathroom "
    "bedroom living room hallway stairs porch balcony deck patio tub sink toilet oven stove fridge "
    "cabinet dresser crib stool chair blanket mat rug ground dirt sand mud snow ice water air grass "
    "enclosure area log stump pole post hill cliff".split()
) - {"parking", "living", "air"}
ADJECTIVES = (
    "young old small large big little brown white black red blue green yellow tall wooden wet busy "
    "happy empty gray dirty clean long short colorful grey orange pink purple beige tan golden silver "
    "dark bright pale striped spotted furry fluffy woolly wooly hairy shaggy grassy sandy snowy rocky "
    "dusty muddy cloudy sunny rainy icy leafy bushy huge tiny giant massive narrow wide thin thick "
    "heavy round square flat steep open closed broken rusty shiny glossy concrete cute pretty beautiful "
    "handsome elderly adult older younger blonde bald lone single double fresh cooked raw sliced ripe "
    "hot cold frozen fancy modern antique vintage crowded quiet professional male female asian american "
    "electric stuffed parked polar"
).split()
NOUN_MODIFIERS = (
    "baseball tennis soccer city street stop school football kitchen wedding birthday fire cell train "
    "bus traffic teddy snow water wine computer coffee apple chocolate cheese police construction dog "
    "horse stone brick metal plastic parking dining bathroom bedroom office toilet park beach ski surf "
    "fruit vegetable baby family farm hotel paper glass door window tree flower garden"
).split()
FILLING = "fill cover top decorate load pack wrap surround group gather stack pile line park dress".split()
TRANSITIVE = (
    "ride hold throw catch hit kick eat carry wear watch chase push pull feed use swing cut cook "
    "read drink play touch pet hug kiss wash clean brush open chew lick follow lead walk fly climb "
    "cross jump pass lift bite grab serve prepare make pour paint fix sniff herd drag face cover "
    "inspect examine approach enter display show sell buy check photograph handle toss drop gnaw "
    "munch nibble taste sip smell sniff nuzzle groom shear milk load unload park steer row paddle "
    "repair build decorate fill empty wipe scrub fold iron sew knit write draw sign mail deliver "
    "greet visit guard help teach feature contain share enjoy celebrate observe admire describe "
    "surround overlook attack fight race tackle dribble bounce juggle balance squeeze peel slice "
    "chop stir bake grill roast boil fry blow light burn pet stroke tickle scratch grip clutch grasp "
    "raise lower wave point lean rub tie wrap unwrap pack carry maneuver navigate guide tow haul "
    "operate fly control view"
).split()
INTRANSITIVE = (
    "sit stand lie walk run jump sleep rest lean skate ski surf fly swim stop travel graze wait "
    "drive perch kneel crawl play hang smile pose float look gather move head ride roll slide bend "
    "lay park curl drink eat land crouch race climb lounge sprawl nap doze snooze squat stoop "
    "stretch wander stroll march trot gallop hop leap dive splash wade paddle sail cruise coast "
    "skateboard snowboard bicycle bike hike camp shop dine talk chat speak sing dance laugh cry yawn "
    "stare gaze peer peek glance smile grin pose point reach lunge swing twist spin flip turn grind "
    "perform practice compete work relax nestle huddle cluster gather assemble wait watch listen "
    "bathe shower peck nibble grow bloom shine glow float drift hover soar glide taxi roll tumble "
    "fall trip slip rise step kneel lean"
).split()
GARMENTS = (
    "hat/cap/helmet/shirt/jacket/coat/dress/suit/uniform/sweater/bow tie/baseball cap/life jacket/"
    "bathing suit/wetsuit/sunglasses/jeans/shorts/glasses/goggles/pants/costume/hoodie/backpack/leash/collar/vest/scarf"
).split("/")
COMPOUNDS = (
    "tennis ball/soccer ball/tennis racket/baseball bat/teddy bear/cell phone/laptop computer/ice cream/fire hydrant/"
    "traffic light/street sign/stop sign/shopping cart/cutting board/dirt bike/hula hoop/life jacket/diving board/"
    "trash can/picnic table/phone booth/video game/birthday cake/bow tie/coffee cup/rock wall/rope swing/chain/"
    "water bottle/toy truck/bus stop/cliff face/rock formation/bench seat/camera/microphone/fence/stick/toy/map/ladder/"
    "window/bubble/rope/statue/wave/hill/ramp/rail/bull/goat/horse/umbrella/newspaper/kite/boat/photograph/map/poster"
).split("/")
SETTINGS = (
    "living room/dining room/parking lot/tennis court/baseball field/soccer field/skate park/swimming pool/"
    "train station/"
    "coffee shop/storage shed/glass building/ski slope/dirt road/snow bank/finish line/tree branch/city street/fair/"
    "street corner/corner/sky/air/beach/field/park/water/snow/grass/sand/woods/lake/ocean/river/road/sidewalk/stage/"
    "street/fence/wall/bench/couch/table/kitchen/yard/hill/mountain/waterfall/merry-go-round/roller coaster/city square"
).split("/")
# a verb and what is done by it, with "a" or bare
DOINGS = {
    verb: objects.split("/")
    for verb, objects in (
        line.split(": ")
        for line in (
            "play: soccer/tennis/baseball/basketball/football/frisbee/guitar/a guitar/a piano/drums/a violin/"
            "volleyball/"
            "golf/hockey/cards/chess/catch/tag/fetch/music/rugby/badminton/trumpet/a game/a video game/"
            "video games/polo",
            "do: a trick/tricks/a flip/a handstand/a stunt/stunts/a cartwheel/a wheelie/a jump/yoga/homework/"
            "a backflip",
            "perform: a trick/tricks/a stunt/a jump/a dance/a handstand/a flip/music/a song",
            "ride: a bike/bikes/a horse/a wave/a skateboard/a scooter/a bull/a roller coaster/a motorcycle/"
            "horses/waves",
            "throw: a ball/a frisbee/snowballs/a stick/rocks/a punch/a football",
            "catch: a ball/a frisbee/a wave/a fish/a football",
            "hold: hands/a stick/a tennis racket/a sign/a baby/flags/a camera/a leash/a soccer ball",
            "shake: hands/water/a hand",
            "blow: bubbles/fire/a whistle/a kiss",
            "jump: rope/a fence/a hurdle/a ramp",
            "take: a picture/pictures/a nap/a bite/a swing/notes/a photograph",
            "eat: ice cream/food/a sandwich/cake/noodles/a hot dog/grass/lunch/leaves",
            "drink: water/a beer/coffee/wine/a soda",
            "make: a face/faces/food/a sand castle/a turn/a cake",
            "have: a picnic/a snack/fun/a beard",
            "give: a speech/a kiss/a hug",
            "lift: weights/a barbell",
            "sell: fruit/food/flowers/balloons",
            "pet: a dog/a cat/a goat/a horse",
            "block: traffic/a ball/a shot",
            "cross: a street/a finish line/a river/a road",
            "fly: a kite/kites/an airplane",
            "climb: a rock wall/a tree/a ladder/a cliff/a cliff face/rocks",
            "push: a stroller/a cart/a shopping cart",
            "carry: a surfboard/a stick/a bag/bags/a backpack/a tennis ball",
            "wear: a hat/sunglasses/a shirt/jeans/a bathing suit/a helmet/costumes",
            "read: a book/a newspaper/books",
            "watch: tv/television/a parade/a game",
            "kick: a ball/a soccer ball",
            "paint: a picture/a wall/a face",
            "chase: a ball/a dog/a squirrel/birds",
            "greet: a child/a dog/a crowd",
            "dig: a hole/holes",
            "swing: a bat/a baseball bat/a racket",
        )
    )
}
POINTED = (
    "look at/look through/talk to/talk on/play with/stare at/wave at/point at/wait for/sit on/sit at/stand on/"
    "stand near/"
    "run through/run after/jump over/jump off/jump into/swim in/walk on/walk along/lean on/lie on/fall off/swing on/"
    "bark at/smile at/listen to/reach for/ride on/climb on/dive into/slide down/splash in/dance in/run with/fight over/"
    "sing into/crawl toward/drink from/speak into/skate on/stop at/gather around/hang from/sleep on/jog on"
).split("/")
PARTICLES = (
    ("pick up", "put on", "take off", "hold up", "throw out", "cut up", "set down", "carry away"),
    ("curl up", "lie down", "sit down", "stand up", "look up", "line up", "bend over", "walk around"),
)
PREPOSITIONS = (
    "on in under near beside behind over by through across along at with around on in at near towards "
    "toward into onto against between above below outside inside off past down up from"
).split()
PAST_TENSES = dict(  # of verbs whose past tense is not their past participle
    pair.split(":")
    for pair in (
        "beat:beat become:became begin:began bite:bit blow:blew break:broke choose:chose come:came do:did "
        "draw:drew drink:drank drive:drove eat:ate fall:fell fly:flew forget:forgot freeze:froze get:got "
        "give:gave go:went grow:grew hide:hid know:knew lie:lay mow:mowed ride:rode ring:rang rise:rose "
        "run:ran saw:sawed see:saw sew:sewed shake:shook shear:sheared show:showed sing:sang sink:sank "
        "speak:spoke steal:stole strew:strewed swim:swam take:took tear:tore throw:threw tread:trod "
        "wake:woke wear:wore weave:wove write:wrote"
    ).split()
)
PLURALS = {
    "man": "men", "woman": "women", "child": "children", "person": "people", "sheep": "sheep",
    "fireman": "firemen", "calf": "calves", "goose": "geese", "knife": "knives", "leaf": "leaves",
    "shelf": "shelves", "skis": "skis", "hay": "hay", "grass": "grass", "policeman": "policemen",
    "gentleman": "gentlemen", "fish": "fish", "deer": "deer", "moose": "moose", "bison": "bison",
    "ox": "oxen", "scissors": "scissors", "luggage": "luggage", "broccoli": "broccoli",
    "stairs": "stairs", "air": "air", "mouse": "mice", "loaf": "loaves",
}  # fmt: skip


def ending_s(word: str) -> str:
    """The -s form of a noun or verb: "catches", "carries", "rides"."""
    if word.endswith(("s", "x", "z", "ch", "sh", "o")):
        return word + "es"
    if word.endswith("y") and word[-2] not in "aeou":
        return word[:-1] + "ies"
    return word + "s"


def plural(noun: str) -> str:
    return PLURALS.get(noun) or ending_s(noun)


def verb_forms(verb: str) -> dict[str, str]:
    """The forms of a verb, each with its tag in the Penn Treebank's set."""
    past = PAST_TENSES.get(verb, past_participle(verb))
    forms = {past_participle(verb): "VBN", past: "VBD"}
    return {**forms, present_participle(verb): "VBG", ending_s(verb): "VBZ", verb: "VB"}
