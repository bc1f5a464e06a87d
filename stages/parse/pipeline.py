"""Stanza's English pipeline: the compact models that this project ships, or Stanza's own."""

import tempfile
from pathlib import Path

import stanza
import torch

from stages.common.errors import InputError

PARSER = Path("data/parser")
DOWNLOADS = Path("data/stanza")
PROCESSORS = ("tokenize", "mwt", "pos", "lemma", "depparse")


def compact_pipeline() -> stanza.Pipeline:
    """The pipeline over data/parser, without any network."""
    for name in PROCESSORS:
        if not (PARSER / f"{name}.pt").is_file():
            raise InputError(f"{PARSER}/{name}.pt is missing; restore it with `git checkout {PARSER}`")
    paths = {f"{name}_model_path": str(PARSER / f"{name}.pt") for name in PROCESSORS}
    with tempfile.TemporaryDirectory() as folder:
        # Stanza asks for its catalogue of models even where every path is given: an empty one serves
        (Path(folder) / "resources.json").write_text("{}", encoding="utf-8")
        return stanza.Pipeline(
            "en",
            dir=folder,
            download_method=None,
            allow_unknown_language=True,
            package=None,
            processors=",".join(PROCESSORS),
            use_gpu=torch.cuda.is_available(),
            verbose=False,
            **paths,
        )


def default_pipeline() -> stanza.Pipeline:
    """The pipeline over Stanza's own models, downloaded once into data/stanza."""
    try:
        if not (DOWNLOADS / "resources.json").is_file():
            stanza.download("en", model_dir=str(DOWNLOADS), processors=",".join(PROCESSORS), verbose=False)
        return stanza.Pipeline(
            "en",
            dir=str(DOWNLOADS),
            download_method=None,
            processors=",".join(PROCESSORS),
            use_gpu=torch.cuda.is_available(),
            verbose=False,
        )
    except Exception as error:  # Stanza lets requests', urllib's and its own errors through
        raise InputError(
            f"cannot get Stanza's English models ({type(error).__name__}: {error}); connect to the "
            f"network, delete {DOWNLOADS} and run again, or set parse.models to compact"
        ) from error


PIPELINES = {"compact": compact_pipeline, "default": default_pipeline}
