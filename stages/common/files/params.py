"""The parameters of a run: params.yaml in the working directory, each block checked against its type."""

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from typing_extensions import TypedDict

from stages.common.files.errors import InputError

Kind = TypeVar("Kind")
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]  # of a method, rival, set ...
Text = Annotated[str, StringConstraints(min_length=1)]
Seed = Annotated[int, Field(strict=True, ge=0, lt=2**32)]


class Block(BaseModel):
    """A block of params.yaml: unknown keys are refused, 1 is a number and neither "1" nor true is, and no number is
    infinite or nan."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def mapping(name: str, kinds: dict[str, type]) -> type:
    """The type of a mapping from the names of a registry to their options: each may be left out, no other be there."""
    kind = TypedDict(name, kinds, total=False)  # type: ignore[misc]
    kind.__pydantic_config__ = ConfigDict(extra="forbid", strict=True)  # type: ignore[attr-defined]
    return kind


def load_params(path: str | Path = "params.yaml") -> dict:
    """The parameters as nested dictionaries. InputError where the file is missing or not YAML.

    Read as YAML 1.2, which DVC writes: there 1e-05 is a number, in YAML 1.1 a string.
    """
    try:
        params = _named(YAML(typ="safe", pure=True).load(Path(path).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise InputError(f"{path} is missing; run from the project's root") from None
    except (YAMLError, ValueError, RecursionError) as error:  # ValueError: bytes that are no text, 5,000 digits
        raise InputError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(params, dict):
        raise InputError(f"{path} holds no parameters; restore it with `git checkout params.yaml`")
    return params


def _named(value: object) -> object:
    """`value` with every key a short text of one line, so that one that is not (1, null) is reported as an unknown one.

    >>> _named({"lr": 1, None: [{True: 2}], "a\\nb": 3})
    {'lr': 1, 'None': [{'True': 2}], "'a\\\\nb'": 3}
    """
    if isinstance(value, list):
        return [_named(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    plain = {key: isinstance(key, str) and key.isprintable() and len(key) <= 60 for key in value}
    return {key if plain[key] else _cut(repr(key)): _named(inner) for key, inner in value.items()}


def read_block(name: str, kind: type[Kind], path: str | Path = "params.yaml") -> Kind:
    """The block `name` of the parameters, checked as `kind`: a Block, or a dictionary of them.

    InputError, one line, for the first mistake: the file, the key and what it takes.
    """
    return checked(load_params(path), name, kind, path)


def checked(params: dict, name: str, kind: type[Kind], path: str | Path = "params.yaml") -> Kind:
    """`params[name]` as `kind`; InputError as by `read_block`."""
    adapter = TypeAdapter(kind)
    if name not in params:
        schema = adapter.json_schema()
        raise InputError(f"{path}: {name} is missing; it takes {takes(schema, schema)}")
    try:
        return adapter.validate_python(params[name])
    except ValidationError as error:
        raise InputError(f"{path}: {_mistake(name, error, adapter.json_schema())}") from None


def read_seed(path: str | Path = "params.yaml") -> int:
    """The seed of every draw."""
    return read_block("seed", Seed, path)


def nearest(key: object, known: Iterable[str]) -> str:
    """The one of `known` that is spelt most like `key`.

    >>> nearest("warm_up", ["lr", "warmup"]), nearest("learning_rate", ["lr", "warmup"])
    ('warmup', 'lr')
    """
    known, initials = list(known), "".join(word[:1] for word in str(key).split("_"))
    return initials if initials in known else difflib.get_close_matches(str(key), known, 1, 0)[0]


def _mistake(name: str, error: ValidationError, schema: dict) -> str:
    """What is wrong in block `name`, in one line: an unknown key before anything else, as it explains a missing one."""
    found = error.errors(include_url=False)
    first = min(found, key=lambda one: one["type"] != "extra_forbidden")
    kind, place = first["type"], _own(first["loc"], schema)
    inside = place[:-1]
    if kind == "extra_forbidden":
        missing = [str(one["loc"][-1]) for one in found if one["type"] == "missing" and one["loc"][:-1] == inside]
        known = missing or _at(schema, inside)["properties"]
        if not known:
            return f"{_dotted(name, place)} is unknown; {_dotted(name, inside)} has no options, so make it {{}}"
        near = _dotted(name, (*inside, nearest(place[-1], known)))
        return f"{_dotted(name, place)} is unknown; the nearest known key is {near}"
    if place and place[-1] == "[key]":
        own = first["ctx"]["error"] if kind == "value_error" else "it takes small letters, digits and _, at most 40"
        return f"{_dotted(name, inside)} has no fit name; {own}"
    remedy = f"it takes {takes(_at(schema, place), schema)}"
    if kind == "missing":
        return f"{_dotted(name, place)} is missing; {remedy}"
    if kind == "value_error":  # a check of our own, which says what is wrong
        remedy = str(first["ctx"]["error"])
    return f"{_dotted(name, place)} is {shown(first['input'])}; {remedy}"


def _own(place: tuple[str | int, ...], schema: dict) -> tuple[str | int, ...]:
    """`place` without what pydantic adds where a value may be of several kinds: which of them it tried."""
    several = (place[:depth] for depth in range(len(place)) if "anyOf" in _at(schema, place[:depth]))
    return next(several, place)


def _dotted(name: str, place: tuple[str | int, ...]) -> str:
    return name + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)


def shown(value: object) -> str:
    """A value as one writes it in YAML, cut after 60 characters."""
    return _cut("null" if value is None else str(value).lower() if isinstance(value, bool) else repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


def _at(schema: dict, place: tuple[str | int, ...]) -> dict:
    """The JSON schema of the value at `place` inside that of a block."""
    here = schema
    for part in place:
        here = _resolved(here, schema)
        here = here["items"] if isinstance(part, int) else here.get("properties", {}).get(part) or _values(here)
    return _resolved(here, schema)


def _resolved(part: dict, schema: dict) -> dict:
    return schema["$defs"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part


def _values(part: dict) -> dict:
    """The JSON schema of the values of a dictionary with names of one's own."""
    values = next(iter(part.get("patternProperties", {}).values()), part.get("additionalProperties"))
    return values if isinstance(values, dict) else {}


def takes(part: dict, schema: dict) -> str:
    """What a value takes, in words, from its JSON schema `part` inside that of its block.

    >>> takes({"type": "number", "exclusiveMinimum": 0, "maximum": 1}, {})
    'a number above 0 and at most 1'
    >>> takes({"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 2}, {})
    'a list of 2 or more, each a whole number of at least 1'
    >>> takes({"anyOf": [{"const": "auto"}, {"type": "integer", "minimum": 1}]}, {})
    'auto or a whole number of at least 1'
    """
    part = _resolved(part, schema)
    if "anyOf" in part:
        return " or ".join(one.get("const") or takes(one, schema) for one in part["anyOf"])
    if "enum" in part or "const" in part:
        return f"one of {', '.join(map(str, part.get('enum', [part.get('const')])))}"
    match part.get("type"):
        case "number" | "integer":
            return ("a number" if part["type"] == "number" else "a whole number") + _range(part)
        case "boolean":
            return "true or false"
        case "string":
            return "a text that is not empty" if part.get("minLength") else "a text"
        case "array":
            least, most = part.get("minItems"), part.get("maxItems")
            count = f" of {least}" + (" or more" if least != most else "") if least else ""
            return f"a list{count}, each {takes(part['items'], schema)}"
    if "properties" in part:
        return f"a mapping with {', '.join(part['properties'])}" if part["properties"] else "{}, as it has no options"
    values = _values(part)
    if not values:
        return "a mapping, {} where it is empty"
    return f"a mapping from names to {takes(values, schema)}" + ("" if part.get("minProperties") else ", or {}")


def _range(part: dict) -> str:
    if "minimum" in part and "maximum" in part:
        return f" from {part['minimum']} to {part['maximum']}"
    names = {"exclusiveMinimum": "above", "minimum": "of at least", "exclusiveMaximum": "below", "maximum": "at most"}
    bounds = [f"{word} {part[name]}" for name, word in names.items() if name in part]
    return f" {' and '.join(bounds)}" if bounds else ""
