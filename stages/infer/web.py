"""A page to try a model in a browser, by Gradio, which this page alone needs: pip install gradio."""

import os
from functools import cache

from stages.common.files.errors import InputError
from stages.common.files.pictures import open_picture
from stages.infer.relations import Relations, known_models

MAX_UPLOAD = "20mb"
TITLE = "Who does what to whom?"


def answer(model: Relations, path: str | None, subject: str, object: str) -> tuple[dict[str, float], str]:
    """The relations of the picture at `path` as text -> probability, and a line beside them."""
    if path is None:
        return {}, "Drop a picture."
    rows = model.rank(open_picture(path), subject=subject.strip() or None, object=object.strip() or None)
    notes = [] if rows.attrs["stands_out"] else ["No relation stands out."]
    notes += [] if model.calibrated else ["This model is not calibrated: its probabilities are too low or too high."]
    return dict(zip(rows["text"], rows["probability"].astype(float))), " ".join(notes)


def make_page(first: str):
    """The page as gradio.Blocks; `first` is the model chosen at first, a name or a folder."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # nothing is sent anywhere
    try:
        import gradio
    except ImportError:
        raise InputError("the page needs Gradio; pip install gradio") from None
    opened, names = cache(Relations), list(dict.fromkeys([first, *known_models()]))
    opened(first)

    def show(path: str | None, subject: str, object: str, name: str) -> tuple[dict[str, float], str]:
        if name not in names:
            raise gradio.Error(f"there is no model {name}")
        try:
            return answer(opened(name), path, subject, object)
        except InputError as error:
            raise gradio.Error(str(error)) from None

    with gradio.Blocks(title=TITLE, analytics_enabled=False) as page:
        gradio.Markdown(f"# {TITLE}\nDrop a picture; give two nouns, one, or none.")
        with gradio.Row():
            with gradio.Column():
                picture = gradio.Image(type="filepath", label="picture", height=360)
                with gradio.Row():
                    words = [gradio.Textbox(label=name, max_lines=1) for name in ("subject", "object")]
                name = gradio.Dropdown(names, value=first, label="model")
                button = gradio.Button("Which relation?", variant="primary")
            with gradio.Column():
                bars, note = gradio.Label(num_top_classes=10, label="relations"), gradio.Markdown()
        asked = {"inputs": [picture, *words, name], "outputs": [bars, note], "api_name": "relations"}
        gradio.on([picture.change, name.change, button.click, *(word.submit for word in words)], show, **asked)
    return page


def serve(model: str) -> None:
    """Serve the page at http://127.0.0.1, for this machine alone, until it is stopped."""
    make_page(model).launch(server_name="127.0.0.1", share=False, max_file_size=MAX_UPLOAD, show_error=True)
