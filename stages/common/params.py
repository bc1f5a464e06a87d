"""The parameters of a run: params.yaml in the working directory."""

from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from stages.common.errors import InputError


def load_params(path: str | Path = "params.yaml") -> dict:
    """The parameters as nested dictionaries. InputError where the file is missing or not YAML.

    Read as YAML 1.2, which DVC writes: there 1e-05 is a number, in YAML 1.1 a string.
    """
    try:
        params = YAML(typ="safe", pure=True).load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path} is missing; run from the project's root") from None
    except YAMLError as error:
        raise InputError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(params, dict):
        raise InputError(f"{path} holds no parameters; restore it with `git checkout params.yaml`")
    return params
