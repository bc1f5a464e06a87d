"""The parameters of a run: params.yaml in the working directory."""

from pathlib import Path

import yaml

from stages.common.errors import InputError


def load_params(path: str | Path = "params.yaml") -> dict:
    """The parameters as nested dictionaries. InputError where the file is missing or not YAML."""
    try:
        params = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path} is missing; run from the project's root, or copy a file of presets/") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path} is not valid YAML: {error}") from None
    if not isinstance(params, dict):
        raise InputError(f"{path} holds no parameters; copy a file of presets/")
    return params
