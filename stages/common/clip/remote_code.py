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
    named = [value for key, value in _items(config) if key in NAMES and isinstance(value, str) and value]
    for path, content in (file for folder in named for file in _json_files(folder)):
        _check_keys(content, path)
    if named:
        from transformers import dynamic_module_utils

        dynamic_module_utils.TIME_OUT_REMOTE_CODE = 0  # transformers raises an error instead of asking the user


def check_folder(folder: str | Path) -> None:
    """`check_config` for each JSON file of a model's folder."""
    for path, content in _json_files(folder):
        check_config(content, path)


def _check_keys(config: object, where: str | Path) -> None:
    for key, value in _items(config):
        if key in RUNS_CODE and value:
            raise InputError(f"{where}: {key} would run Python code that comes with the model; use a model without it")
        if key == "tokenizer_kwargs" and value:
            unknown = sorted(value.keys() - TOKENIZER_KEYS) if isinstance(value, dict) else [value]
            if unknown:
                known = ", ".join(sorted(TOKENIZER_KEYS))
                raise InputError(f"{where}: tokenizer_kwargs has {unknown[0]!r}, not one of {known}; remove it")


def _items(value: object) -> Iterator[tuple[str, object]]:
    """Each key and its value in nested mappings and lists, the inner ones first."""
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _items(part)
    if isinstance(value, dict):
        yield from value.items()


def _json_files(folder: str | Path) -> Iterator[tuple[Path, object]]:
    """The JSON files of a folder and their contents; none where there is no such folder, as for a name on a hub."""
    for path in sorted(Path(folder).glob("*.json")):
        try:
            yield path, json.loads(file_text(path))
        except (OSError, ValueError, RecursionError) as error:
            raise InputError(f"{path} is not valid JSON ({one_line(error)}); replace the model's folder") from None
