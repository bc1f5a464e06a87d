"""Stanza's English pipeline: the compact models that this project ships, or Stanza's own."""

import tempfile
from pathlib import Path

import stanza
import torch

from stages.common.files.errors import InputError, one_line

PARSER = Path("data/parser")
DOWNLOADS = Path("data/stanza")
PROCESSORS = ("tokenize", "mwt", "pos", "lemma", "depparse")
BATCH_WORDS = 1000  # on the CPU a fifth faster than Stanza's 5000


def compact_pipeline(gpu: bool = False) -> stanza.Pipeline:
    """The pipeline with the models in data/parser; it needs no network."""
    paths = {f"{path.stem}_model_path": str(path) for path in model_files("compact")}
    with tempfile.TemporaryDirectory() as folder:
        # Stanza reads its catalogue of models even if every path is given
        (Path(folder) / "resources.json").write_text("{}", encoding="utf-8")
        try:
            return stanza.Pipeline(
                "en",
                dir=folder,
                download_method=None,
                allow_unknown_language=True,
                package=None,
                processors=",".join(PROCESSORS),
                use_gpu=gpu,
                verbose=False,
                **({} if gpu else {"depparse_batch_size": BATCH_WORDS}),
                **paths,
            )
        except Exception as error:  # raised by torch, pickle or Stanza, without the file's name
            bad = next(filter(is_damaged, paths.values()), PARSER)
            remedy = f"restore it with `git checkout {PARSER}`"
            raise InputError(f"{bad} cannot be loaded ({one_line(error)}); {remedy}") from error


def is_damaged(path: str) -> bool:
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
            stanza.download("en", model_dir=str(DOWNLOADS), processors=",".join(PROCESSORS), verbose=False)
        return stanza.Pipeline(
            "en",
            dir=str(DOWNLOADS),
            download_method=None,
            processors=",".join(PROCESSORS),
            use_gpu=gpu,
            verbose=False,
        )
    except Exception as error:  # raised by requests, urllib or Stanza
        raise InputError(
            f"cannot get Stanza's English models ({type(error).__name__}: {error}); connect to the "
            f"network, delete {DOWNLOADS} and run again, or set parse.models to compact"
        ) from error


def model_files(models: str) -> list[Path]:
    """The files of the models that parse.models names; Stanza's own are downloaded first."""
    if models == "default":
        default_pipeline()
        return sorted(DOWNLOADS.rglob("*.pt"))
    for path in (paths := [PARSER / f"{name}.pt" for name in PROCESSORS]):
        if not path.is_file():
            raise InputError(f"{path} is missing; restore it with `git checkout {PARSER}`")
    return paths


PIPELINES = {"compact": compact_pipeline, "default": default_pipeline}
