"""The parameters of a run: params.yaml in the working directory, each block checked against its type."""

import difflib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, with_config
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from typing_extensions import TypedDict

from stages.common.files.errors import InputError, one_line

T = TypeVar("T")
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]  # of a method, rival, set ...
Text = Annotated[str, StringConstraints(min_length=1)]
Seed = Annotated[int, Field(strict=True, ge=0, lt=2**32)]


class Block(BaseModel):
    """A block of params.yaml. Unknown keys are refused, and so are "1" and true for 1, nan and infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def registry_options(name: str, kinds: dict[str, type]) -> type:
    """The type of a mapping from members of a registry to their options; each may be left out."""
    return with_config(ConfigDict(extra="forbid", strict=True))(TypedDict(name, kinds, total=False))  # type: ignore


def load_params(path: str | Path = "params.yaml") -> dict:
    """The parameters as nested dictionaries, by YAML 1.2, where 1e-05 is a number; InputError where it is not YAML."""
    try:
        params = YAML(typ="safe", pure=True).load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path} is missing; run from the project's root") from None
    except (YAMLError, ValueError, RecursionError, OSError) as error:
        raise InputError(f"{path} is not valid YAML: {one_line(error)}") from None
    return params if isinstance(params, dict) else {}


def read_block(name: str, kind: type[T]) -> T:
    """The block `name` of params.yaml, as in `checked`."""
    return checked(load_params(), name, kind)


def read_seed() -> int:
    """The seed of every random draw."""
    return read_block("seed", Seed)


def checked(params: dict, name: str, kind: type[T], path: str | Path = "params.yaml") -> T:
    """`params[name]` as `kind`, a Block or a dictionary of them; InputError with the key of the first mistake."""
    if name not in params:
        raise InputError(f"{path}: the block {name} is missing; restore it with `git checkout params.yaml`")
    adapter = TypeAdapter(kind)
    try:
        return adapter.validate_python(params[name])
    except ValidationError as error:
        known = set(_keys(adapter.json_schema()))
        raise InputError(one_line(f"{path}: {_mistake(name, params[name], error, known)}")) from None


def target_name(arguments: Sequence[str], known: Iterable[str], what: str) -> str:
    """Which of the `known` names a stage runs for: its argument, or the part after @ of the DVC stage's name.

    DVC passes its name in DVC_STAGE, so that no shell reads it. InputError, which calls the names `what`, for others.
    """
    found = " ".join(arguments) or os.environ.get("DVC_STAGE", "").partition("@")[2]
    if found not in (names := list(known)):
        raise InputError(f"{found!r} is not one of the {what}: {', '.join(names) or 'there are none'}; name one")
    return found


def nearest(key: object, known: Iterable[str]) -> str:
    """The one of `known` whose spelling is most like `key`.

    >>> nearest("warm_up", ["lr", "warmup"]), nearest("learning_rate", ["lr", "warmup"])
    ('warmup', 'lr')
    """
    known, initials = sorted(known), "".join(word[:1] for word in str(key).split("_"))
    return initials if initials in known else difflib.get_close_matches(str(key), known, 1, 0)[0]


def _mistake(name: str, value: object, error: ValidationError, known: set[str]) -> str:
    """The first mistake of a block; a wrong key comes first, since it often explains a missing one."""
    found = sorted(error.errors(), key=lambda one: one["type"] not in ("extra_forbidden", "invalid_key"))
    places = [_place(name, value, one["loc"], one["type"] == "missing") for one in found]
    first, place = found[0], places[0]
    if first["type"] == "extra_forbidden":
        near = f"; the nearest known key is {nearest(first['loc'][-1], known)}" if known else ""
        return f"{place} is unknown{near}"
    tried = dict.fromkeys(one["msg"].removeprefix("Value error, ") for one, at in zip(found, places) if at == place)
    given = "" if isinstance(first["input"], dict) else f" (it is {repr(first['input'])[:60]})"
    return f"{place}: {' or '.join(tried)}{given}"


def _place(name: str, value: object, loc: tuple[str | int, ...], missing: bool) -> str:
    """The dotted key of a mistake. `loc` also names types that pydantic tried; those are no keys of `value`."""
    for number, part in enumerate(loc, 1):
        inner = dict(enumerate(value)) if isinstance(value, list) else value
        if isinstance(inner, dict) and part in inner:
            value = inner[part]
        elif not (missing and number == len(loc)):
            continue
        name += f"[{part}]" if isinstance(part, int) else f".{part}"
    return name


def _keys(schema: object) -> Iterator[str]:
    """The names of all properties in a JSON schema, at any depth."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from _keys(part)
