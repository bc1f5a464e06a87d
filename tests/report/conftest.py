"""A project with made-up evaluations, and what the report finds in it, for the modules that do not change it."""

import pytest

from stages.report.__main__ import findings
from tests.report.project import make_project


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("project")
    make_project(root)
    return root


@pytest.fixture(scope="module")
def found(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return findings()
