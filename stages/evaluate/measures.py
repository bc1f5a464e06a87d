"""The controls, retention and probe of one method, from its embeddings of unique images and texts."""

import numpy as np
import pandas as pd

from stages.evaluate.controls import (
    accuracy_by_set,
    blind_outcomes,
    classifier_scores,
    guesses,
    shuffled_answers,
    text_classifier,
)
from stages.evaluate.instances import Naming
from stages.evaluate.probe import verb_probe
from stages.evaluate.relation import padded_positions
from stages.evaluate.retention import noun_accuracy, recalls

FOLDS = 5


def noun_prompts(nouns: list[str]) -> list[str]:
    """The prompt of CLIP's zero-shot classification for each noun."""
    return [f"a photo of a {noun}" for noun in nouns]


def rows(index: pd.Index, embeddings: np.ndarray, keys) -> np.ndarray:
    """The embeddings of `keys`, (len(keys), D), from those of the unique items of `index`."""
    return embeddings[index.get_indexer(keys)]


def unique_items(test: pd.DataFrame, captions: pd.DataFrame) -> tuple[pd.Index, pd.Index]:
    """The image ids and the texts of `questions` and whole captions, sorted, each once."""
    images = pd.Index(sorted({*captions["image_id"], *test["images"].explode()}))
    return images, pd.Index(sorted({*captions["caption"], *test["texts"].explode()}))


def controls(
    table: pd.DataFrame,
    train: pd.DataFrame,
    image_ids: pd.Index,
    images: np.ndarray,
    text_index: pd.Index,
    texts: np.ndarray,
    seed: int,
) -> dict[str, dict[str, float]]:
    """Per set, the accuracy without an image and with the wrong one.

    `table` and `train` are the `questions` of the test and of the training split. `language_prior` and
    `text_classifier` see texts alone; `shuffled_i2t` and `shuffled_t2i` see another image's embedding.
    """
    anchors = rows(text_index, texts, [row[0] for row in train["texts"]])  # (N, D)
    negatives = rows(text_index, texts, [text for row in train["texts"] for text in row[1:]])  # (M, D)
    columns = {"language_prior": blind_outcomes(table, train["text"])}
    if len(anchors) and len(negatives):
        options = padded_positions(table["texts"], text_index)  # (N, K+1)
        scores = classifier_scores(text_classifier(anchors, negatives), texts, options)
        columns["text_classifier"] = guesses(scores)
    shuffled = shuffled_answers(table, image_ids, images, text_index, texts, seed)
    columns |= {f"shuffled_{name}": shuffled[name].to_numpy() for name in ("i2t", "t2i")}
    return accuracy_by_set(table["set"], columns)


def caption_recalls(
    captions: pd.DataFrame,
    image_ids: pd.Index,
    images: np.ndarray,
    text_index: pd.Index,
    texts: np.ndarray,
) -> dict[str, float]:
    """Recall@1, 5 and 10 both ways on whole captions, several an image."""
    owners = np.unique(captions["image_id"])
    own = rows(image_ids, images, owners)  # (I, D)
    said = rows(text_index, texts, captions["caption"])  # (T, D)
    return recalls(own, owners, said, captions["image_id"].to_numpy())


def naming_accuracy(
    naming: Naming,
    image_ids: pd.Index,
    images: np.ndarray,
    text_index: pd.Index,
    texts: np.ndarray,
) -> float:
    """Zero-shot classification: share of the images whose nearest name is one that they show."""
    names, shown = naming
    prompts = rows(text_index, texts, noun_prompts(names))  # (names, D)
    place = {name: position for position, name in enumerate(names)}
    depicted = [{place[name] for name in right} for right in shown.values()]
    return noun_accuracy(rows(image_ids, images, list(shown)), prompts, depicted)


def overall(table: pd.DataFrame, found: dict[str, float], differs: dict[str, str]) -> dict[str, float]:
    """The two numbers of the trade: relations told apart, and captions still found.

    `relation` is the mean image-to-text accuracy over the hard sets, those for which `differs` names what differs, of
    tuples with columns set and i2t; left out where there is none. `retention` is the mean of recall@1 both ways.

    >>> answered = pd.DataFrame({"set": ["dynamic", "swapped", "random"], "i2t": [1.0, 0.0, 1.0]})
    >>> differs = {"dynamic": "verb", "swapped": "roles", "random": ""}
    >>> overall(answered, {"i2t_recall@1": 0.5, "t2i_recall@1": 0.25}, differs)
    {'relation': 0.5, 'retention': 0.375}
    """
    hard = table[table["set"].map(differs).astype(bool)]
    relation = {"relation": float(hard.groupby("set")["i2t"].mean().mean())} if len(hard) else {}
    return relation | {"retention": (found["i2t_recall@1"] + found["t2i_recall@1"]) / 2}


def probe(triples: pd.DataFrame, image_ids: pd.Index, images: np.ndarray, seed: int) -> dict[str, float]:
    """The verb probe on every triple of the test split."""
    embeddings = rows(image_ids, images, triples["image_id"])  # (N, D)
    verbs, groups = triples["relation"].to_numpy(str), triples["image_id"].to_numpy()
    return verb_probe(embeddings, verbs, groups, FOLDS, seed)


def percents(value: object, digits: int = 1) -> object:
    """Every share in a nested dictionary as a rounded percentage; counts stay.

    >>> percents({"random": {"blind": 0.51234}, "verbs": 12})
    {'random': {'blind': 51.2}, 'verbs': 12}
    """
    if isinstance(value, dict):
        return {name: percents(part, digits) for name, part in value.items()}
    return round(100 * value, digits) if isinstance(value, float) else value
