"""A model with its candidate statements, to be asked about pictures."""

import io
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import open_clip
import pandas as pd
import pyarrow as pa
from huggingface_hub import snapshot_download
from PIL import Image, ImageOps
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from scipy.special import softmax

from stages.common.clip.checkpoint import CONFIG, MODELS, WEIGHTS, load_checkpoint
from stages.common.clip.embed import Clip, best_device, encode_images, encode_texts
from stages.common.clip.remote_code import check_folder
from stages.common.files.cache_keys import content_key
from stages.common.files.errors import InputError, one_line
from stages.common.files.pictures import FORMATS, as_png, on_white, picture_bytes
from stages.common.files.storage import read_json, write_beside
from stages.common.files.tables import REBUILD_HINT, SCHEMAS, read_table
from stages.common.language.statements import SCHEMA, TRIPLE_COLUMNS, training_statements
from stages.infer.candidates import candidates

CALIBRATION, STATEMENTS = "calibration.json", "statements.parquet"  # in a published folder
TRIPLES = Path("data/triples/triples")
HUB = "hf-hub:"  # before the name of a model on Hugging Face's hub
SIMILAR = 5  # words that replace an unknown one
RELATIONS = pa.schema(
    [
        ("picture", pa.string()),
        ("subject", pa.string()),  # null, as are relation and object, for a sentence of one's own
        ("relation", pa.string()),  # with its particle and preposition: "sit on"
        ("object", pa.string()),
        ("text", pa.string()),
        ("score", pa.float64()),  # cosine of picture and text
        ("probability", pa.float64()),  # among all candidates, of which the table may list only the first
        ("rank", pa.int32()),  # 1: the most probable
    ]
)


class Relations:
    """A model that ranks the relations which a picture may show.

    >>> Relations("data/models/ours").rank("photo.jpg", subject="man", object="horse")  # doctest: +SKIP

    `model` is a name in data/models, a folder that open_clip loads, or "hf-hub:OWNER/NAME". Candidates are the
    statements of a published model, else those of the project's training captions. InputError where there is no such
    model, or no statements. With `cache`, the statements' embeddings are kept in a file beside the model's folder.

    Attributes: `statements`, a table with the columns of stages.common.language.statements; `temperature` of the
    softmax; `threshold`, the cosine from which a relation stands out, or None; `calibrated`, false where the
    temperature is that of CLIP's own logit_scale.
    """

    def __init__(self, model: str | Path, device: str = "auto", cache: bool = True):
        self.folder, self.clip = open_model(model, device)
        calibration = read_calibration(self.folder)
        self.calibrated = bool(calibration)
        self.temperature = calibration.get("temperature") or 1 / self.clip.model.logit_scale.exp().item()
        self.threshold = calibration.get("threshold")
        self.statements = read_statements(self.folder)
        self.texts = pd.Index(self.statements["text"])  # T texts: the statements, then others that were asked about
        texts, cache = self.texts.tolist(), cache and not str(model).startswith(HUB)
        self.embeddings = cached_embeddings(self.clip, texts, self.folder) if cache else encode_texts(self.clip, texts)

    def rank(
        self,
        picture: str | Path | bytes | Image.Image,
        subject: str | None = None,
        relation: str | None = None,
        object: str | None = None,
        texts: Sequence[str] = (),
        top: int = 10,
    ) -> pd.DataFrame:
        """The `top` most probable relations of a picture, best first: the columns of RELATIONS.

        `picture` is a path, the bytes of a file, or a PIL image. Candidates are statements with the given words,
        or `texts`, sentences of one's own. `score` is a cosine, `probability` a share among all candidates.
        `attrs["stands_out"]` is false where the best score is below the threshold. InputError where the picture cannot
        be read or a word is unknown.
        """
        name = str(picture) if isinstance(picture, str | Path) else ""
        embedding = encode_images(self.clip, [encoded(picture)], batch_size=1)[0]  # (D,)
        if texts:
            offered = pd.DataFrame({"text": list(dict.fromkeys(texts))})
        else:
            offered = candidates(self.statements, subject, relation, object, self._most_similar)
        cosines = self._embed(offered["text"]) @ embedding  # (C,)
        found = ranked(offered, cosines.astype(np.float64), self.temperature, name, top)
        found.attrs["stands_out"] = bool(self.threshold is None or found["score"].iloc[0] >= self.threshold)
        return found

    def _most_similar(self, word: str, words: list[str]) -> list[str]:
        cosines = self._embed(pd.Series(words)) @ self._embed(pd.Series([word]))[0]  # (W,)
        return [words[i] for i in np.argsort(-cosines, kind="stable")[:SIMILAR]]

    def _embed(self, texts: pd.Series) -> np.ndarray:
        """Embeddings (C, D) of texts; those of new ones are computed once and kept."""
        if texts.equals(self.statements["text"]):
            return self.embeddings[: len(texts)]  # no copy
        new = pd.Index(texts.unique()).difference(self.texts, sort=False)
        if len(new):
            self.texts = self.texts.append(new)
            self.embeddings = np.concatenate([self.embeddings, encode_texts(self.clip, new.tolist())])
        return self.embeddings[self.texts.get_indexer(texts)]


def encoded(picture: str | Path | bytes | Image.Image) -> bytes:
    """A picture as JPEG or PNG, with an upright RGB image on white; InputError where it cannot be decoded."""
    if isinstance(picture, str | Path):
        return picture_bytes(picture)
    try:
        image = Image.open(io.BytesIO(picture), formats=FORMATS) if isinstance(picture, bytes) else picture
        return as_png(on_white(ImageOps.exif_transpose(image)))
    except Exception as error:  # damaged files raise errors from struct, zlib, indexing, memory and more
        raise InputError(f"the picture cannot be decoded ({one_line(error)}); give another") from None


def ranked(offered: pd.DataFrame, cosines: np.ndarray, temperature: float, picture: str, top: int) -> pd.DataFrame:
    """The `top` of C candidates, with the columns of RELATIONS; `cosines` (C,). Equal ones keep their order.

    >>> found = ranked(pd.DataFrame({"text": ["a", "b"]}), np.array([0.1, 0.1 + 0.1 * np.log(3)]), 0.1, "p.jpg", 2)
    >>> found[["text", "probability", "rank"]].round(2).values.tolist()
    [['b', 0.75, 1], ['a', 0.25, 2]]
    """
    order = np.argsort(-cosines, kind="stable")[:top]
    rows = offered.iloc[order].reset_index(drop=True)
    if "relation" in rows:
        parts = rows[["relation", "particle", "preposition"]].fillna("").agg(" ".join, axis=1)
        rows["relation"] = parts.str.split().str.join(" ")
    shares = softmax(cosines / temperature)[order]
    rows = rows.assign(picture=picture, score=cosines[order], probability=shares, rank=np.arange(1, len(order) + 1))
    return rows.reindex(columns=RELATIONS.names)


def open_model(model: str | Path, device: str) -> tuple[Path, Clip]:
    """The folder of a model and the model, given by path, by its name in data/models or by that on a hub."""
    path = Path(str(model).removeprefix("local-dir:"))
    for folder in (path, MODELS / path):
        if (folder / CONFIG).is_file():
            return folder, load_checkpoint(folder, best_device(device))
    if str(model).startswith(HUB):
        return from_hub(str(model), device)
    known = ", ".join(known_models()) or "no model yet"
    raise InputError(
        f"there is no model {str(model)!r}; {MODELS} holds {known}: name one, a folder, or hf-hub:OWNER/NAME, "
        "or run `dvc repro` to make them"
    )


def known_models() -> list[str]:
    """The names of models in data/models."""
    return sorted(path.parent.name for path in MODELS.glob(f"[a-z]*/{CONFIG}"))


def from_hub(name: str, device: str) -> tuple[Path, Clip]:
    """`open_model` for "hf-hub:OWNER/NAME", with the statements and the calibration of a model that was published."""
    try:
        folder = snapshot_download(name.removeprefix(HUB), allow_patterns=["*.json", STATEMENTS])
        check_folder(folder)
        model, _, transform = open_clip.create_model_and_transforms(name, device=best_device(device))
        return Path(folder), Clip(model.eval(), transform, open_clip.get_tokenizer(name))
    except InputError:
        raise
    except Exception as error:  # raised by the hub, the network or open_clip
        raise InputError(f"cannot get {name} ({one_line(error)}); connect to the network or name a folder") from None


def read_calibration(folder: Path) -> dict:
    """The calibration of a published folder, or of a model of a project as stage evaluate fitted it; {} without."""
    data, name = folder.resolve().parent.parent, folder.resolve().name  # of a model in data/models
    for path in (folder / CALIBRATION, data / "evaluate" / name / CALIBRATION):
        if path.is_file():
            return read_json(path, dict, REBUILD_HINT)
    return {}


def read_statements(folder: Path) -> pd.DataFrame:
    """The statements of a published folder, or of the training captions of its project, else of this one."""
    if (folder / STATEMENTS).is_file():
        return read_table(folder / STATEMENTS, SCHEMA).to_pandas()
    for triples in (folder.resolve().parent.parent / "triples/triples", TRIPLES):
        if triples.exists():
            return training_statements(read_table(triples, SCHEMAS["triples"], TRIPLE_COLUMNS).to_pandas())
    raise InputError(f"neither {folder / STATEMENTS} nor {TRIPLES} gives candidates; run `dvc repro triples`")


def cached_embeddings(clip: Clip, texts: list[str], folder: Path) -> np.ndarray:
    """Embeddings (S, D) of texts, from a file beside a model's folder; it is written where it is not up to date."""
    folder = folder.resolve()
    path = folder.with_name(f".{folder.name}-texts.safetensors")
    key = content_key(texts, [folder / WEIGHTS, folder / CONFIG])
    try:
        with safe_open(path, "numpy") as file:
            if (file.metadata() or {}).get("key") == key:
                return file.get_tensor("texts").astype(np.float32)  # (S, D)
    except (OSError, SafetensorError):
        pass  # there is no such file yet, or it is damaged
    found = encode_texts(clip, texts).astype(np.float16)  # (S, D)
    try:
        with write_beside(path) as beside:
            save_file({"texts": found}, beside, {"key": key})
    except OSError as error:
        print(f"{path} cannot be written ({error.strerror}): texts are embedded again next time", file=sys.stderr)
    return found.astype(np.float32)
