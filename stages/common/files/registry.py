"""Registries: a folder of modules with one entry each, named after its file."""

import importlib
import pkgutil


def members(package: str, attribute: str) -> dict[str, object]:
    """`attribute` of each module in `package` that has it, by module name, sorted."""
    path = importlib.import_module(package).__path__
    modules = [importlib.import_module(f"{package}.{found.name}") for found in pkgutil.iter_modules(path)]
    having = [module for module in modules if hasattr(module, attribute)]
    return {module.__name__.rpartition(".")[2]: getattr(module, attribute) for module in having}
