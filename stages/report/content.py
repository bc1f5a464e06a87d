"""What the page says, section by section: its tables, its charts with alt texts, and its gallery.

`tables` as stage report reads them, with what differs in the negatives of each set under `sets`; `best` is the model
that the page is about, `hard` the names of the hard sets, `colours` the colour of every model and set.
"""

import pandas as pd

from stages.report import cells
from stages.report.collect import hard_means
from stages.report.compare import examples
from stages.report.names import BASE, CONTROL
from stages.report.page import data_uri
from stages.report.plots import confusion_map, reliability_lines, retention_lines, set_bars, tuple_bars, verb_chart

GALLERY = 6  # cards of clearest gains, and of worst losses
FEW = 3  # images below which an interval says nothing


def figures(tables: dict, best: str, colours: dict[str, str]) -> dict[str, str]:
    """Every chart that the tables allow, name -> SVG text; also what `dvc plots` shows."""
    whole, scores = tables["whole"], tables["scores"]
    drawn = {"accuracy": set_bars(whole, {name: colours[name] for name in whole["model"].unique()})}
    pair = {name: colours[name] for name in dict.fromkeys((BASE, best)) if name in scores["model"].values}
    asked = whole[whole["direction"] == "i2t"].groupby(whole["set"].map(tables["sets"]))["chance"].mean()
    for differs, part in tables["verbs"].groupby("differs", sort=False):
        drawn[f"verbs_{differs}"] = verb_chart(part, 100 * asked[differs], pair)
    if len(confused := tables["confusions"][tables["confusions"]["model"] == best]):
        drawn["confusions"] = confusion_map(confused)
    if "relation" in scores:
        drawn["retention"] = retention_lines(scores, tables["interpolation"], colours)
    if len(tables["reliability"]):
        drawn["reliability"] = reliability_lines(tables["reliability"], colours)
    drawn["tuples"] = tuple_bars(tables["anchors"], {name: colours[name] for name in tables["sets"]})
    return drawn


def finding(tables: dict, best: str, hard: list[str]) -> str:
    """The page in two sentences: relations and their price, and the hardest set; the best model against the control
    and base. Empty where there is neither."""
    scores, gains = tables["scores"].set_index("model"), []
    others = [name for name in (CONTROL, BASE) if name in scores.index and name != best]
    if best == BASE or not others:
        return ""
    whats = {"relation": "picks the right text for {:.1f}% of the hard images"}
    for name, what in (whats | {"retention": "finds {:.1f}% of whole captions at rank 1"}).items():
        if name in scores:
            beside = ", ".join(f"{other} {scores.loc[other, name]:.1f}%" for other in others)
            gains.append(f"{what.format(scores.loc[best, name])} ({beside})")
    text, whole = f"{best} {' and '.join(gains)}.", tables["whole"]
    asked = whole[(whole["model"] == others[0]) & whole["set"].isin(hard) & (whole["direction"] == "i2t")]
    if len(asked):
        worst = asked.loc[asked["accuracy"].idxmin(), "set"]
        pairs = striking_pairs(tables["differences"], best).query("set == @worst and direction == 'i2t'")
        points = cells.points(next(pairs.query("model == @best and minus == @others[0]").itertuples())).striptags()
        text += f" On {worst}, the hardest set for {others[0]}, {best} − {others[0]} = {points} points."
    return text


def tiles(tables: dict, hard: list[str]) -> list[dict]:
    """The numbers of the first screen: a title, and (model, percent, mark) of every model."""
    relation = 100 * hard_means(tables["whole"], hard).unstack("direction", sort=False)  # models x directions
    measures = {f"relations, {cells.TITLES[way]}": relation[way] for way in ("i2t", "t2i") if way in relation}
    measures["whole captions, recall@1"] = tables["scores"].set_index("model")["retention"]
    return [
        {"title": title, "rows": [*zip(values.index, values.map("{:.1f}".format), cells.best_marks(values.tolist()))]}
        for title, values in measures.items()
    ]


def gallery_rows(tuples: pd.DataFrame, best: str, hard: list[str]) -> list[tuple[str, pd.DataFrame]]:
    """The clearest gains and the worst losses of the best model against base, with their headings."""
    answered = dict(tuple(tuples.groupby("model")))
    if best == BASE or BASE not in answered:
        return []
    headings = ((f"Clearest gains of {best}", True), (f"Worst losses of {best}", False))
    both = answered[BASE], answered[best]
    return [(title, examples(*both, gained, hard, GALLERY)) for title, gained in headings]


def striking_pairs(differences: pd.DataFrame, best: str) -> pd.DataFrame:
    """The pairs that a reader looks for, of either direction: the best model less any other, all beside the control."""
    turned = differences[differences["minus"] == best]
    turned = turned.assign(model=best, minus=turned["model"], low=-turned["high"], high=-turned["low"])
    turned = turned.assign(difference=-turned["difference"])
    pairs = pd.concat([differences[differences["minus"] != best], turned])
    shown = pairs[["model", "minus"]].isin([best, CONTROL]).any(axis=1)
    return pairs[shown & (pairs["direction"] != "group")]


def lacking(tables: dict, hard: list[str], images: int) -> list[str]:
    """What the page cannot show, and why, a sentence each; empty where it is whole."""
    asked, unseen = set(tables["whole"]["set"]), tables["held_out"]["slice"] == "held out"
    silent = [name for name in tables["sets"] if name not in asked]
    notes = {
        f"No question of the sets {', '.join(silent)}: the test split has no such tuple.": silent,
        "No question is of a hard set, so relations have no accuracy here, and the page is about the model that finds "
        "most whole captions.": not asked.intersection(hard),
        f"All questions are on {images} image{'s' * (images > 1)}: no interval tells anything.": images < FEW,
        "No test tuple is a combination that training did not see.": not unseen.any(),
        "No verb probe: the test split has too few images of a verb.": "verb_probe_accuracy" not in tables["scores"],
    }
    return [note for note, applies in notes.items() if applies]


def missing_images(answered: dict[str, dict]) -> str:
    """Which benchmarks lacked images, in one sentence; empty where none did."""
    lacks = [
        f"{name}: {found['answered']:,} of {found['questions']:,} questions have their images"
        for name, found in answered.items()
        if found["missing"]
    ]
    return f" {'; '.join(lacks)}; the missing files are named in data/evaluate/_benchmarks." if lacks else ""


def sections(tables: dict, summaries: dict, drawn: dict[str, str], best: str, hard: list[str]) -> list[dict]:
    """The page from top to gallery: each with a title, a text, and a table or a chart or both."""
    whole, controls = tables["whole"], summaries["models"][best]["controls"]
    text = f"{BASE} against {best}, image to text, with the number of tuples. Dotted: chance."
    named = [(name.removeprefix("verbs_"), name) for name in drawn if name.startswith("verbs_")]
    verbs = [(f"Accuracy by verb, negatives differing in {differs}", text, None, name) for differs, name in named]
    pairs = striking_pairs(tables["differences"], best)
    lacks = missing_images(summaries["benchmarks"])
    calibrated = {model: summary["calibration"] for model, summary in summaries["models"].items()}
    charts = [
        ("Accuracy", ACCURACY, cells.accuracy_table(whole[whole["direction"] != "group"]), "accuracy"),
        ("Differences on the same tuples", DIFFERENCES, cells.difference_table(pairs), ""),
        ("Held-out combinations", HELD, cells.held_out_table(tables["held_out"]), ""),
        ("Relations against retention", RETENTION, cells.score_cells(tables["scores"]), "retention"),
        ("Which verb, and who", INFERENCE, cells.inference_table(tables["inference"]), ""),
        ("What a probability means", CALIBRATION, cells.calibration_table(calibrated), "reliability"),
        *verbs,
        ("Which verb is taken for which", f"{best}: {CONFUSIONS}", None, "confusions"),
        ("Controls", f"{best}: {CONTROLS}", cells.control_table(controls, whole), ""),
        ("Benchmarks", BENCHMARKS + lacks, cells.benchmark_table(tables["benchmarks"]), ""),
        ("Means over verbs, and both at once", MACRO, cells.macro_table(tables["macro"], whole), ""),
        ("Slices", SLICES, cells.slice_table(tables["accuracy"], hard), ""),
        ("Tuples", TUPLES, cells.count_table(summaries["negatives"]["sets"]), "tuples"),
    ]
    return [
        {
            "id": "".join(letter for letter in title.lower().replace(" ", "-") if letter not in ",:"),
            "title": title,
            "text": text,
            "table": table,
            "chart": data_uri(drawn[name].encode(), "image/svg+xml") if name in drawn else "",
            "alt": f"Chart: {title}. {text}",
        }
        for title, text, table, name in charts
        if name in drawn or (table and table["rows"])
    ]


ACCURACY = (
    "Percent right, with the 95% bootstrap interval over images. Image to text: the image prefers its own text to "
    "every negative text. Text to image: the text prefers its own image. A tie is wrong. The best model of each column "
    "is shaded. Whiskers are the intervals, dotted lines chance."
)
DIFFERENCES = (
    "In points, with paired 95% intervals; coloured where the interval leaves out zero. The best model against every "
    "other, and every other against the control; the remaining pairs are in metrics/details/differences.csv."
)
HELD = (
    "Percent right on test tuples whose subject, relation and object training saw together, and on those that it did "
    "not, with the number of tuples: whether a model composes, or knows what it has seen."
)
RETENTION = (
    "Relation: the mean image-to-text accuracy over the hard sets. Retention: recall@1 on the test split's whole "
    "captions, the mean of both ways. Each line interpolates the weights from base to the method, a dot an alpha. Also "
    "zero-shot naming of the nouns shown, and how well a logistic regression reads the verb from the frozen image "
    "embedding (folds by image) beside the share of the commonest verb; all in percent."
)
INFERENCE = (
    "Zero-shot, in percent, with intervals over images. Which verb: an image and two nouns of a caption are given, and "
    "every verb of the training captions is offered with its particles and prepositions, or those that are seen "
    "between such nouns (animate or not); other verbs said of the same are no rivals. Who: two animate nouns and the "
    "verb are given, which of the two orders? The last rows see no image."
)
CALIBRATION = (
    "Of every test image of which a caption says a statement of the training captions, the most probable of these: how "
    "often it is said, in percent, and the expected calibration error (15 ranges, in points) with the temperature of "
    "CLIP's own logit_scale and with the one fitted on split val. On the dotted line a probability is right as often "
    "as it says. Stands out: asked about the image's own two nouns, and about those of another that shows neither."
)
CONFUSIONS = "how often, in percent, an image preferred a text with another verb to its own."
MACRO = (
    "In percent. Image to text (i → t) and text to image (t → i) as the mean over verbs of each verb's accuracy, so "
    "that common verbs weigh no more than rare ones; both: the share of tuples that are right both ways at once."
)
SLICES = (
    "Image-to-text accuracy in percent within parts of the hard sets, with the number of tuples: whether the verb "
    "occurs in training, whether it has a particle or a preposition. Other sets, and text to image, are in "
    "metrics/details/slices.csv."
)
CONTROLS = (
    "accuracy in percent without the right image. Blind scores far above chance mean that a set can partly be solved "
    "from language alone; shuffled images must fall to it."
)
BENCHMARKS = (
    "Percent right by each benchmark's published rule, with intervals over images; macro is the mean over categories "
    "where the authors publish it. Two images to a text are asked as a forced choice, since CLIP has no matching head."
)
TUPLES = "How many tuples were built, by set and split; the chart counts them by the anchor's verb."
