"""The parameters of stage negatives."""

from typing import Annotated

from pydantic import AfterValidator, Field

from stages.common.files.params import Block, registry_options
from stages.negatives.kinds import KINDS

Sets = registry_options("Sets", {name: kind.options for name, kind in KINDS.items()})


def not_empty(sets: dict) -> dict:
    """`sets` unchanged; ValueError where there is none."""
    if not sets:
        raise ValueError(f"name at least one kind: {', '.join(KINDS)}")
    return sets


class NegativesOptions(Block):
    """See params.yaml."""

    sets: Annotated[Sets, AfterValidator(not_empty)]
    k: int = Field(ge=1, le=100)
    per_anchor: int = Field(ge=1, le=100)
    max_per_pair: int = Field(ge=1, le=1_000_000_000)
    temperature: float = Field(ge=0, le=10)
    max_similarity: float = Field(ge=-1, le=1)
    exact_nouns: bool
