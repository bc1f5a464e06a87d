"""A model and its statements, to be asked about pictures."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import open_clip
import pandas as pd
import torch
from huggingface_hub import snapshot_download
from PIL import Image
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from stages.common.clip.clip import (
    CONFIG,
    MODELS,
    WEIGHTS,
    autocast,
    best_device,
    encode_short_texts,
    load_checkpoint,
    unit_length,
)
from stages.common.clip.finish import STATEMENTS, TRIPLES, read_calibration
from stages.common.clip.pretrained import one_line
from stages.common.clip.remote_code import check_folder
from stages.common.files.cache_keys import content_key
from stages.common.files.errors import InputError
from stages.common.files.pictures import open_picture
from stages.common.files.storage import write_beside
from stages.common.files.tables import SCHEMAS, read_table
from stages.common.language.statements import COLUMNS, SCHEMA, training_statements
from stages.infer.candidates import candidates
from stages.infer.rank import ranked
from stages.infer.vocabulary import check_noun, check_verb

LIKE = 5  # words that a word never seen stands in for


class Relations:
    """A model that ranks the relations which a picture may show.

    >>> Relations("data/models/ours").rank("photo.jpg", subject="man", object="horse")  # doctest: +SKIP

    `model` is a folder that open_clip loads, the name of one in data/models, or a name on a hub ("hf-hub:OWNER/NAME").
    Candidates are the statements that the folder brings, or else those of the project's training captions. InputError
    where there is no such model or there are no statements. Attributes: `statements`, a table with columns of
    stages.common.statements.SCHEMA; `temperature`, of the softmax, in cosines; `threshold`, the cosine from which on a
    relation stands out, or None; `calibrated`, false where the temperature is that of CLIP's own logit_scale.
    """

    def __init__(self, model: str | Path, device: str = "auto"):
        self.folder = find(model)
        device = best_device(device)
        if self.folder:
            self.model, self.transform, self.tokenizer = load_checkpoint(self.folder, device)
        else:
            self.model, self.transform, self.tokenizer = fetched(str(model), device)
        found = read_calibration(self.folder) if self.folder else None
        self.calibrated = found is not None
        own = {"temperature": 1 / self.model.logit_scale.exp().item(), "threshold": None}
        self.temperature, self.threshold = ((found or own)[name] for name in ("temperature", "threshold"))
        self.statements = read_statements(self.folder)
        self.texts = pd.Index(self.statements["text"])
        self.embeddings = self._embedded()  # (S, D)
        self._composed: dict[str, np.ndarray] = {}  # (D,) each, of texts that are no statement

    def rank(
        self,
        picture: str | Path | Image.Image,
        subject: str | None = None,
        relation: str | None = None,
        object: str | None = None,
        texts: Sequence[str] = (),
        top: int = 10,
    ) -> pd.DataFrame:
        """The `top` most probable relations of a picture, with columns of stages.infer.rank.RELATIONS, the first best.

        `score` is a cosine, `probability` a share of 1 among all candidates: those about the words that are given, or
        `texts`, sentences of one's own. `attrs["stands_out"]` is false where the first is not told from what the model
        says of pictures that show none of it. InputError where the picture cannot be read or a word is not known.
        """
        name = "" if isinstance(picture, Image.Image) else str(picture)
        shown = self.embed_picture(picture)  # (D,)
        if texts:
            offered = pd.DataFrame({"text": list(dict.fromkeys(texts))})
        else:
            offered = self.candidates(subject, relation, object)
        cosines = self._of_texts(offered["text"]) @ shown  # (C,)
        found = ranked(offered, cosines.astype(np.float64), self.temperature, name, top)
        found.attrs["stands_out"] = bool(self.threshold is None or found["score"].iloc[0] >= self.threshold)
        return found

    def candidates(
        self, subject: str | None = None, relation: str | None = None, object: str | None = None
    ) -> pd.DataFrame:
        """The statements about the given words: see stages.infer.candidates."""
        nouns = [check_noun(noun, self.statements) if noun else None for noun in (subject, object)]
        verb = check_verb(relation, self.statements) if relation else None
        found = candidates(self.statements, nouns[0], verb, nouns[1], self._like)
        if found.empty:
            asked = " ".join(word for word in (subject, relation, object) if word)
            raise InputError(f"no statement of the training captions is like {asked!r}; give fewer words, or --text")
        return found

    @torch.inference_mode()
    def embed_picture(self, picture: str | Path | Image.Image) -> np.ndarray:
        """The unit-length embedding (D,) of a picture, float32."""
        image = picture.convert("RGB") if isinstance(picture, Image.Image) else open_picture(picture)
        device = next(self.model.parameters()).device
        pixels = self.transform(image)[None].to(device)  # (1, 3, H, W)
        with autocast(device):
            shown = self.model.encode_image(pixels)  # (1, D)
        return unit_length(shown)[0].cpu().numpy()  # (D,)

    def _like(self, word: str, words: list[str]) -> list[str]:
        cosines = self._of_texts(pd.Series(words)) @ self._of_texts(pd.Series([word]))[0]  # (W,)
        return [words[i] for i in np.argsort(-cosines, kind="stable")[:LIKE]]

    def _of_texts(self, texts: pd.Series) -> np.ndarray:
        """Embeddings (C, D): those of the statements, others made and kept."""
        place = self.texts.get_indexer(texts)  # (C,) -1: no statement
        wanted = [text for text in texts[place < 0] if text not in self._composed]
        self._composed |= dict(zip(wanted, self._encode(wanted)))
        if (place >= 0).all():
            return self.embeddings if len(place) == len(self.texts) else self.embeddings[place]
        rows = zip(place, texts)
        return np.stack([self.embeddings[i] if i >= 0 else self._composed[text] for i, text in rows])  # (C, D)

    def _encode(self, texts: Sequence[str]) -> np.ndarray:
        return encode_short_texts(self.model, self.tokenizer, texts) if len(texts) else np.zeros((0, 1), np.float32)

    def _embedded(self) -> np.ndarray:
        """Embeddings (S, D) of the statements, in half precision from the file beside the model, made where it is not
        there or is of another model or other statements."""
        if self.folder is None:
            return self._encode(self.texts.tolist())
        folder = self.folder.resolve()
        path = folder.with_name(f".{folder.name}-texts.safetensors")
        key = content_key(self.texts.tolist(), [folder / WEIGHTS, folder / CONFIG])
        try:
            with safe_open(path, "numpy") as file:
                if (file.metadata() or {}).get("key") == key:
                    return file.get_tensor("texts").astype(np.float32)  # (S, D)
        except (OSError, SafetensorError):
            pass  # not made yet, or damaged: made anew
        found = self._encode(self.texts.tolist()).astype(np.float16)  # (S, D)
        try:
            with write_beside(path) as beside:
                save_file({"texts": found}, beside, {"key": key})
        except OSError as error:
            print(f"{path} cannot be written ({error.strerror}): texts are embedded again next time", file=sys.stderr)
        return found.astype(np.float32)


def find(model: str | Path) -> Path | None:
    """The folder of a model, given as a path or by its name in data/models; None for a name on a hub.

    InputError where there is none.
    """
    path = Path(str(model).removeprefix("local-dir:"))
    for folder in (path, MODELS / path):
        if (folder / CONFIG).is_file():
            return folder
    if str(model).startswith("hf-hub:"):
        return None
    known = ", ".join(sorted(found.parent.name for found in MODELS.glob(f"[a-z]*/{CONFIG}"))) or "no model yet"
    raise InputError(
        f"there is no model {str(model)!r}; {MODELS} holds {known}: name one, a folder, or hf-hub:OWNER/NAME, "
        "or run `dvc repro` to make them"
    )


def fetched(name: str, device: torch.device) -> tuple:
    """A model of a hub, as by load_checkpoint."""
    try:
        check_folder(snapshot_download(name.removeprefix("hf-hub:"), allow_patterns="*.json"))
        model, _, transform = open_clip.create_model_and_transforms(name, device=device)
        return model.eval(), transform, open_clip.get_tokenizer(name)
    except InputError:
        raise
    except Exception as error:  # the hub's, the network's and open_clip's own
        raise InputError(f"cannot get {name} ({one_line(error)}); connect to the network or name a folder") from None


def read_statements(folder: Path | None) -> pd.DataFrame:
    """The statements of a model's folder, or else of the project's training captions."""
    if folder and (folder / STATEMENTS).is_file():
        return read_table(folder / STATEMENTS, SCHEMA).to_pandas()
    if not TRIPLES.exists():
        where = os.path.join(folder or "the model", STATEMENTS)
        raise InputError(f"neither {where} nor {TRIPLES} is there to say what may be; run `dvc repro triples`")
    return training_statements(read_table(TRIPLES, SCHEMAS["triples"], COLUMNS).to_pandas())
