"""A model on the test split: the embeddings and answers from which measures are computed."""

from collections.abc import Iterable

from stages.common.clip.embed import Clip, encode_texts, image_table, text_table
from stages.common.clip.embedding_table import snap_to_grid
from stages.common.files.tables import read_jpegs, release_memory
from stages.evaluate.answers import answer
from stages.evaluate.inputs import Inputs
from stages.evaluate.measure import Evaluated


def evaluate(clip: Clip, inputs: Inputs, images: Iterable[int] = ()) -> Evaluated:
    """Embeddings of the test split and of more images, each computed once, and the answers."""
    ids = sorted({*inputs.captions["image_id"], *inputs.members["image_id"].ravel(), *images} - {-1})
    texts = sorted({*inputs.captions["caption"], *inputs.members["text"].ravel()} - {None})
    image_embeddings = image_table(clip, ids, read_jpegs(ids))
    release_memory()  # of the JPEGs
    text_embeddings = text_table(clip, texts)
    return Evaluated(
        image_embeddings,
        text_embeddings,
        lambda more: snap_to_grid(encode_texts(clip, list(more))),
        answer(inputs, image_embeddings, text_embeddings),
        1 / clip.model.logit_scale.exp().item(),
        {},
    )
