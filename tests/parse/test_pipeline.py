"""Where the parser runs, and models that are not there."""

import pytest
import torch

from stages.common.files.errors import InputError
from stages.parse.pipeline import default_pipeline, model_files, uses_gpu


@pytest.mark.parametrize(
    ("models", "device", "used"),
    [("compact", "auto", False), ("default", "auto", True), ("compact", "cuda", True), ("default", "cpu", False)],
)
def test_the_compact_models_parse_on_a_gpu_only_for_cuda(models, device, used, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert uses_gpu(models, device) == used
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert not uses_gpu(models, device)


def test_models_that_cannot_be_had_are_named_with_the_remedy(tmp_path, monkeypatch):
    def offline(*_, **__):
        raise ConnectionError("no network")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("stanza.download", offline)
    with pytest.raises(InputError, match=r"\(no network\); connect .* or set parse.models to compact"):
        default_pipeline()
    with pytest.raises(
        InputError, match="data/parser/tokenize.pt is missing; restore it with `git checkout data/parser`"
    ):
        model_files("compact")
