"""Each block of params.yaml, checked against its type."""

from stages.base.options import BaseOptions
from stages.benchmark.options import Benchmarks
from stages.captions.options import CaptionsOptions
from stages.common.files.errors import InputError
from stages.common.files.params import Seed, Text, checked, nearest
from stages.common.run import RunOptions
from stages.download.options import Downloads
from stages.evaluate.options import EvaluateOptions
from stages.features.options import Features
from stages.infer.options import InferOptions
from stages.negatives.options import NegativesOptions
from stages.parse.options import ParseOptions
from stages.rival.options import Rivals
from stages.scenes.options import ScenesOptions
from stages.train.options import TrainOptions
from stages.triples.options import TriplesOptions

BLOCKS = {
    "seed": Seed,
    "run": RunOptions,
    "scenes": ScenesOptions,
    "download": Downloads,
    "captions": CaptionsOptions,
    "parse": ParseOptions,
    "triples": TriplesOptions,
    "base": BaseOptions,
    "features": Features,
    "negatives": NegativesOptions,
    "train": TrainOptions,
    "rivals": Rivals,
    "rival_files": Text,
    "evaluate": EvaluateOptions,
    "benchmarks": Benchmarks,
    "infer": InferOptions,
}


def check_blocks(params: dict, path: str = "params.yaml") -> dict:
    """The typed blocks by name; InputError for the first one that is unknown, missing or wrong."""
    for name in params:
        if name not in BLOCKS:
            raise InputError(f"{path}: {name} is unknown; the nearest known key is {nearest(name, BLOCKS)}")
    return {name: checked(params, name, kind, path) for name, kind in BLOCKS.items()}
