"""A model on the test split: embeddings and answers, which measures are made of."""

from collections.abc import Iterable

import numpy as np

from stages.common.clip.embed import Clip, encode_texts, image_table, text_table
from stages.common.clip.embedding_table import snap_to_grid
from stages.common.files.tables import read_jpegs, release_memory
from stages.evaluate.answers import answer
from stages.evaluate.calibration import MAX_PICTURES, calibrate, pictures_of
from stages.evaluate.inputs import Inputs
from stages.evaluate.measure import Evaluated, Measure


def evaluate(clip: Clip, inputs: Inputs, images: Iterable[int] = (), texts: Iterable[str] = ()) -> Evaluated:
    """Embeddings of the test split, and of more images and texts, each computed once; and the answers."""
    ids = {*inputs.captions["image_id"], *inputs.members["image_id"].ravel(), *images} - {-1}
    asked = {*inputs.captions["caption"], *inputs.members["text"].ravel(), *texts} - {None}
    image_embeddings = image_table(clip, sorted(ids), read_jpegs(sorted(ids)))
    release_memory()  # of the JPEGs
    text_embeddings = text_table(clip, sorted(asked))
    temperatures = {"CLIP's own temperature": 1 / clip.model.logit_scale.exp().item()}
    return Evaluated(
        image_embeddings,
        text_embeddings,
        lambda more: snap_to_grid(encode_texts(clip, list(more))),
        answer(inputs, image_embeddings, text_embeddings),
        temperatures,
        np.nan,
    )


def evaluate_calibrated(clip: Clip, inputs: Inputs, measures: Iterable[Measure]) -> tuple[Evaluated, dict]:
    """`evaluate` with what `measures` need, and the model's calibration on split val; empty: it cannot be fitted."""
    val = inputs.triples_of("val")
    texts = (text for measure in measures for text in measure.texts(inputs))
    model = evaluate(clip, inputs, pictures_of(val, inputs.statements)[:MAX_PICTURES], texts)
    found = calibrate(inputs.statements, val, model.images, model.texts)
    if found:
        temperatures = model.temperatures | {"fitted temperature": found["temperature"]}
        model = model._replace(temperatures=temperatures, threshold=found["threshold"] or np.nan)
    return model, found
