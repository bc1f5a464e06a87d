"""Registries: a folder of modules with one entry each, named after its file."""

import importlib
import pkgutil


def members(package: str, attribute: str) -> dict[str, object]:
    """`attribute` of each module in `package` that has it, by module name, sorted."""
    names = [found.name for found in pkgutil.iter_modules(importlib.import_module(package).__path__)]
    modules = {name: importlib.import_module(f"{package}.{name}") for name in names}
    return {name: getattr(module, attribute) for name, module in modules.items() if hasattr(module, attribute)}
