"""A project to ask, for the modules that do not change it."""

import pytest

from tests.infer.project import make_project


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("project")
    make_project(root)
    return root
