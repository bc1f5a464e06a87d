"""The page's answers without a browser, and the page itself where Gradio is installed."""

import builtins
from pathlib import Path

import pytest

from stages.common.files.errors import InputError
from stages.infer import Relations
from stages.infer.web import answer, make_page


@pytest.fixture(autouse=True)
def here(folder, monkeypatch):
    monkeypatch.chdir(folder)


def test_an_answer_is_bars_and_a_note():
    model = Relations("ours", "cpu")
    bars, note = answer(model, "pictures/1.png", " dog ", "cat")
    assert set(bars) == {"dog chasing cat", "cat chasing dog"} and sum(bars.values()) == pytest.approx(1)
    model.threshold = 2.0
    assert answer(model, "pictures/1.png", "", "")[1] == "No relation stands out."
    assert "not calibrated" in answer(Relations("plain", "cpu"), "pictures/1.png", "", "")[1]
    assert answer(model, None, "", "") == ({}, "Drop a picture.")


def test_without_gradio_one_line(monkeypatch):
    def refuse(name, *rest, **more):
        if name == "gradio":
            raise ImportError(name)
        return plain(name, *rest, **more)

    plain = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(InputError, match="^the page needs Gradio; pip install gradio$"):
        make_page("ours")


def test_the_page_answers_on_this_machine_alone():
    pytest.importorskip("gradio", reason="Gradio is not installed: pip install gradio")
    client = pytest.importorskip("gradio_client")
    page = make_page("ours")
    _, address, _ = page.launch(server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    try:
        assert address.startswith("http://127.0.0.1:")
        picture = client.handle_file(str(Path("pictures/1.png").resolve()))
        bars, note = client.Client(address, verbose=False).predict(picture, "dog", "cat", "ours", api_name="/relations")
        assert {row["label"] for row in bars["confidences"]} == {"dog chasing cat", "cat chasing dog"}
    finally:
        page.close()
