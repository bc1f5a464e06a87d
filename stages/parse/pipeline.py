"""Stanza's English pipeline: the compact models that this project ships, or Stanza's own."""

import gc
import tempfile
from functools import lru_cache
from pathlib import Path

import stanza
import torch

from stages.common.files.errors import InputError, one_line

PARSER = Path("data/parser")
DOWNLOADS = Path("data/stanza")
PROCESSORS = ("tokenize", "mwt", "pos", "lemma", "depparse")
OPTIONS = {"lang": "en", "processors": ",".join(PROCESSORS), "download_method": None, "verbose": False}
GARBAGE = 100_000  # objects between garbage collections: at Python 3.11's 700 they take a sixth of the time
RESTORE = f"restore it with `git checkout {PARSER}`"


def compact_pipeline(gpu: bool = False) -> stanza.Pipeline:
    """The pipeline with the models in data/parser; it needs no network."""
    own: dict = {f"{path.stem}_model_path": str(path) for path in model_files("compact")} | {"use_gpu": gpu}
    own["depparse_batch_size"] = 5000 if gpu else 1000  # words; on a CPU a fifth faster than Stanza's 5000
    with tempfile.TemporaryDirectory() as folder:
        # Stanza reads its catalogue of models even if every path is given
        (Path(folder) / "resources.json").write_text("{}", encoding="utf-8")
        try:
            return stanza.Pipeline(dir=folder, package=None, allow_unknown_language=True, **OPTIONS, **own)
        except Exception as error:  # raised by torch, pickle or Stanza, without the file's name
            bad = next(filter(is_damaged, model_files("compact")), PARSER)
            raise InputError(f"{bad} cannot be loaded ({one_line(error)}); {RESTORE}") from error


def is_damaged(path: Path) -> bool:
    """Whether a file of weights is unreadable."""
    try:
        torch.load(path, map_location="cpu", weights_only=True)
    except Exception:
        return True
    return False


def default_pipeline(gpu: bool = False) -> stanza.Pipeline:
    """The pipeline with Stanza's own models, downloaded once into data/stanza."""
    try:
        if not (DOWNLOADS / "resources.json").is_file():
            stanza.download("en", model_dir=str(DOWNLOADS), processors=OPTIONS["processors"], verbose=False)
        return stanza.Pipeline(dir=str(DOWNLOADS), use_gpu=gpu, **OPTIONS)
    except Exception as error:  # raised by requests, urllib or Stanza
        raise InputError(
            f"cannot get Stanza's English models ({one_line(error)}); connect to the network, delete {DOWNLOADS} and "
            "run again, or set parse.models to compact"
        ) from error


def model_files(models: str) -> list[Path]:
    """The files of the models that parse.models names; Stanza's own are downloaded first."""
    if models == "default":
        default_pipeline()
        return sorted(DOWNLOADS.rglob("*.pt"))
    for path in (paths := [PARSER / f"{name}.pt" for name in PROCESSORS]):
        if not path.is_file():
            raise InputError(f"{path} is missing; {RESTORE}")
    return paths


@lru_cache(1)
def load_pipeline(models: str, device: str, key: str) -> stanza.Pipeline:
    """The pipeline that parse.models names, loaded once in a process; `key` changes with the files of its models."""
    torch.set_num_threads(1)  # each of many processes has one core
    gc.set_threshold(GARBAGE)
    load = compact_pipeline if models == "compact" else default_pipeline
    return load(uses_gpu(models, device))


def uses_gpu(models: str, device: str) -> bool:
    """Whether `models` parse on a GPU here under `run.device`; the compact ones do for `cuda`, not for `auto`."""
    chosen = device == "cuda" or (device == "auto" and models != "compact")  # compact: an H200 equals 2 or 3 cores
    return chosen and torch.cuda.is_available()
