"""Refuses model configurations that would run Python code that comes with a model.

transformers runs .py files of a folder or a hub's repository where it is given `trust_remote_code`, or where a user
answers yes when it asks; `auto_map` in its configurations names the classes to take from them. open_clip hands
tokenizer_kwargs of a model's configuration on to transformers.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from stages.common.files.errors import InputError, one_line
from stages.common.files.storage import file_text

RUNS_CODE = ("trust_remote_code", "auto_map")
NAMES = ("hf_model_name", "hf_tokenizer_name")  # of a text tower and a tokenizer of transformers
TOKENIZER_KEYS = {"clean", "strip_sep_token", "language", "additional_special_tokens", "reduction_mask"}


def check_config(config: object, where: str | Path) -> None:
    """InputError where an open_clip configuration asks for code to be run, or has an unknown tokenizer option.

    `where` names its file in the message. Folders that it names as a text tower or a tokenizer are checked too.
    """
    _check_keys(config, where)
    names = [value for key, value in _items(config) if key in NAMES and isinstance(value, str) and value]
    for path in (path for name in names for path in _json_files(name)):
        _check_keys(_read(path), path)
    if names:
        from transformers import dynamic_module_utils

        dynamic_module_utils.TIME_OUT_REMOTE_CODE = 0  # transformers raises an error instead of asking the user


def check_folder(folder: str | Path) -> None:
    """`check_config` for each JSON file of a model's folder."""
    for path in _json_files(folder):
        check_config(_read(path), path)


def _check_keys(config: object, where: str | Path) -> None:
    for key, value in _items(config):
        if key in RUNS_CODE and value:
            raise InputError(f"{where}: {key} would run Python code that comes with the model; use a model without it")
    for key, value in _items(config):
        if key == "tokenizer_kwargs" and (unknown := sorted(set(value or ()) - TOKENIZER_KEYS)):
            known = ", ".join(sorted(TOKENIZER_KEYS))
            raise InputError(f"{where}: tokenizer_kwargs has the key {unknown[0]!r}, none of {known}; remove it")


def _items(value: object) -> Iterator[tuple[str, object]]:
    """Each key and its value in nested mappings and lists."""
    if isinstance(value, dict):
        yield from value.items()
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _items(part)


def _json_files(folder: str | Path) -> list[Path]:
    """The JSON files of a folder; none where there is no such folder, as for a name on a hub."""
    return sorted(Path(folder).glob("*.json"))


def _read(path: Path) -> object:
    try:
        return json.loads(file_text(path))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path} is not valid JSON ({one_line(error)}); replace the model's folder") from None
