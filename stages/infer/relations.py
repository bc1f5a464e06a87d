"""A model with its candidate statements, to be asked about pictures."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import open_clip
import pandas as pd
from huggingface_hub import snapshot_download
from PIL import Image
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from stages.common.clip.checkpoint import CONFIG, MODELS, WEIGHTS, load_checkpoint
from stages.common.clip.embed import Clip, best_device, encode_images, encode_texts
from stages.common.clip.remote_code import check_folder
from stages.common.files.cache_keys import content_key
from stages.common.files.errors import InputError, one_line
from stages.common.files.pictures import as_png, picture_bytes
from stages.common.files.storage import read_json, write_beside
from stages.common.files.tables import REBUILD_HINT, SCHEMAS, read_table
from stages.common.language.statements import SCHEMA, TRIPLE_COLUMNS, training_statements
from stages.infer.candidates import candidates
from stages.infer.rank import ranked
from stages.infer.vocabulary import check_noun, check_verb

CALIBRATION, STATEMENTS = "calibration.json", "statements.parquet"  # in a published folder
SIMILAR = 5  # words that replace an unknown one


class Relations:
    """A model that ranks the relations which a picture may show.

    >>> Relations("data/models/ours").rank("photo.jpg", subject="man", object="horse")  # doctest: +SKIP

    `model` is a name in data/models, a folder that open_clip loads, or "hf-hub:OWNER/NAME". Candidates are the
    statements of a published folder, else those of the project's training captions. InputError where there is no such
    model, or no statements. Attributes: `statements`, a table with the columns of stages.common.language.statements;
    `temperature` of the softmax; `threshold`, the cosine from which a relation stands out, or None; `calibrated`, false
    where the temperature is that of CLIP's own logit_scale.
    """

    def __init__(self, model: str | Path, device: str = "auto"):
        self.folder = find_model(model)
        self.clip = load_checkpoint(self.folder, best_device(device)) if self.folder else from_hub(str(model), device)
        found = read_calibration(self.folder) if self.folder else {}
        self.calibrated = bool(found)
        self.temperature = found.get("temperature") or 1 / self.clip.model.logit_scale.exp().item()
        self.threshold = found.get("threshold")
        self.statements = read_statements(self.folder)
        self.texts = pd.Index(self.statements["text"])
        self.embeddings = self._embed_statements()  # (S, D)
        self._others: dict[str, np.ndarray] = {}  # (D,) each, of texts that are no statement

    def rank(
        self,
        picture: str | Path | bytes | Image.Image,
        subject: str | None = None,
        relation: str | None = None,
        object: str | None = None,
        texts: Sequence[str] = (),
        top: int = 10,
    ) -> pd.DataFrame:
        """The `top` most probable relations of a picture, best first: the columns of stages.infer.rank.RELATIONS.

        Candidates are statements with the given words, or `texts`, sentences of one's own. `score` is a cosine,
        `probability` a share among all candidates. `attrs["stands_out"]` is false where the best score is below the
        threshold. InputError where the picture cannot be read or a word is unknown.
        """
        name = str(picture) if isinstance(picture, str | Path) else ""
        embedding = self.embed_picture(picture)  # (D,)
        if texts:
            offered = pd.DataFrame({"text": list(dict.fromkeys(texts))})
        else:
            offered = self.candidates(subject, relation, object)
        cosines = self._embed(offered["text"]) @ embedding  # (C,)
        found = ranked(offered, cosines.astype(np.float64), self.temperature, name, top)
        found.attrs["stands_out"] = bool(self.threshold is None or found["score"].iloc[0] >= self.threshold)
        return found

    def candidates(
        self, subject: str | None = None, relation: str | None = None, object: str | None = None
    ) -> pd.DataFrame:
        """The statements with the given words: see stages.infer.candidates."""
        nouns = [check_noun(noun, self.statements) if noun else None for noun in (subject, object)]
        verb = check_verb(relation, self.statements) if relation else None
        found = candidates(self.statements, nouns[0], verb, nouns[1], self._most_similar)
        if found.empty:
            asked = " ".join(word for word in (subject, relation, object) if word)
            raise InputError(f"no statement of the training captions is like {asked!r}; give fewer words, or --text")
        return found

    def embed_picture(self, picture: str | Path | bytes | Image.Image) -> np.ndarray:
        """The unit-length embedding (D,), float32, of a picture: its path, JPEG or PNG bytes, or a PIL image."""
        if isinstance(picture, Image.Image):
            content = as_png(picture.convert("RGB"))
        else:
            content = picture if isinstance(picture, bytes) else picture_bytes(picture)
        return encode_images(self.clip, [content], batch_size=1)[0]  # (D,)

    def _most_similar(self, word: str, words: list[str]) -> list[str]:
        cosines = self._embed(pd.Series(words)) @ self._embed(pd.Series([word]))[0]  # (W,)
        return [words[i] for i in np.argsort(-cosines, kind="stable")[:SIMILAR]]

    def _embed(self, texts: pd.Series) -> np.ndarray:
        """Embeddings (C, D) of texts; those that are no statement are computed once and kept."""
        place = self.texts.get_indexer(texts)  # (C,) -1: not a statement
        new = [text for text in texts[place < 0] if text not in self._others]
        self._others |= dict(zip(new, encode_texts(self.clip, new)))
        if (place >= 0).all():
            return self.embeddings if len(place) == len(self.texts) else self.embeddings[place]
        return np.stack([self.embeddings[i] if i >= 0 else self._others[text] for i, text in zip(place, texts)])

    def _embed_statements(self) -> np.ndarray:
        """Embeddings (S, D) of the statements, from a file beside the model's folder if it is up to date."""
        texts = self.texts.tolist()
        if self.folder is None:
            return encode_texts(self.clip, texts)
        folder = self.folder.resolve()
        path = folder.with_name(f".{folder.name}-texts.safetensors")
        key = content_key(texts, [folder / WEIGHTS, folder / CONFIG])
        try:
            with safe_open(path, "numpy") as file:
                if (file.metadata() or {}).get("key") == key:
                    return file.get_tensor("texts").astype(np.float32)  # (S, D)
        except (OSError, SafetensorError):
            pass  # there is no such file yet, or it is damaged
        found = encode_texts(self.clip, texts).astype(np.float16)  # (S, D)
        try:
            with write_beside(path) as beside:
                save_file({"texts": found}, beside, {"key": key})
        except OSError as error:
            print(f"{path} cannot be written ({error.strerror}): texts are embedded again next time", file=sys.stderr)
        return found.astype(np.float32)


def find_model(model: str | Path) -> Path | None:
    """The folder of a model, given by path or by its name in data/models; None for a name on a hub."""
    path = Path(str(model).removeprefix("local-dir:"))
    for folder in (path, MODELS / path):
        if (folder / CONFIG).is_file():
            return folder
    if str(model).startswith("hf-hub:"):
        return None
    known = ", ".join(known_models()) or "no model yet"
    raise InputError(
        f"there is no model {str(model)!r}; {MODELS} holds {known}: name one, a folder, or hf-hub:OWNER/NAME, "
        "or run `dvc repro` to make them"
    )


def known_models() -> list[str]:
    """The names of models in data/models."""
    return sorted(path.parent.name for path in MODELS.glob(f"[a-z]*/{CONFIG}"))


def from_hub(name: str, device: str) -> Clip:
    """A model from a hub, "hf-hub:OWNER/NAME"."""
    try:
        check_folder(snapshot_download(name.removeprefix("hf-hub:"), allow_patterns="*.json"))
        model, _, transform = open_clip.create_model_and_transforms(name, device=best_device(device))
        return Clip(model.eval(), transform, open_clip.get_tokenizer(name))
    except InputError:
        raise
    except Exception as error:  # raised by the hub, the network or open_clip
        raise InputError(f"cannot get {name} ({one_line(error)}); connect to the network or name a folder") from None


def project_file(folder: Path, name: str) -> Path:
    """A file of data/ that belongs to a model of a project, data/models/NAME, wherever the project is."""
    return folder.resolve().parents[1] / name


def read_calibration(folder: Path) -> dict:
    """The calibration of a published folder, or of a model of the project as stage evaluate fitted it; {} without."""
    for path in (folder / CALIBRATION, project_file(folder, f"evaluate/{folder.resolve().name}/{CALIBRATION}")):
        if path.is_file():
            return read_json(path, dict, REBUILD_HINT)
    return {}


def read_statements(folder: Path | None) -> pd.DataFrame:
    """The statements of a published folder, or of the project's training captions."""
    if folder and (folder / STATEMENTS).is_file():
        return read_table(folder / STATEMENTS, SCHEMA).to_pandas()
    own = project_file(folder, "triples/triples") if folder else Path("data/triples/triples")
    triples = own if own.exists() else Path("data/triples/triples")
    if not triples.exists():
        where = folder / STATEMENTS if folder else f"the model's {STATEMENTS}"
        raise InputError(f"neither {where} nor {triples} gives candidates; run `dvc repro triples`")
    return training_statements(read_table(triples, SCHEMAS["triples"], TRIPLE_COLUMNS).to_pandas())
