"""python -m stages.infer [PICTURE ...]: relations of pictures, ranked; without arguments the stage -> data/infer.

See docs/infer.md, or python -m stages.infer --help.
"""

import argparse
import sys

from stages.common.clip.clip import MODELS
from stages.common.files.errors import InputError, run_stage
from stages.common.files.params import read_block
from stages.common.files.pictures import open_picture
from stages.common.files.storage import write_beside
from stages.common.run import RunOptions
from stages.infer.batch import answers, as_text, write_batch
from stages.infer.chart import chart
from stages.infer.options import InferOptions
from stages.infer.pictures import is_one, questions
from stages.infer.relations import Relations
from stages.infer.web import serve

OUT, CHART = "data/infer", "metrics/inference.png"
CHARTED = 3  # pictures on the chart


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m stages.infer", description="Which relation does a picture show?")
    parser.add_argument(
        "pictures",
        nargs="*",
        metavar="PICTURE",
        help="a picture, a folder, a pattern, a csv of picture,subject,object or a json in COCO's format",
    )
    for name in ("subject", "relation", "object"):
        parser.add_argument(f"--{name}", metavar="WORD", help=f"what the {name} is")
    parser.add_argument(
        "--text", action="append", default=[], metavar="SENTENCE", help="sentences of your own to choose from"
    )
    parser.add_argument(
        "--model", default="ours", help="a name in data/models, a folder, or hf-hub:OWNER/NAME (default: %(default)s)"
    )
    parser.add_argument("--top", type=int, default=10, metavar="N", help="how many (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
    parser.add_argument(
        "--out", default="data/relations", metavar="FOLDER", help="of a batch's table and page (default: %(default)s)"
    )
    parser.add_argument("--strict", action="store_true", help="exit with status 1 where a picture is broken")
    parser.add_argument("--page", action="store_true", help="a page to try it in the browser (needs Gradio)")
    given = parser.parse_args()
    words = given.subject or given.relation or given.object
    if given.text and words:
        parser.error("--text takes no --subject, --relation or --object beside it")
    if given.top < 1:
        parser.error("--top takes a number of at least 1")
    if not given.page and not given.pictures:
        parser.error("name a picture, or --page")
    return given


def ask(given: argparse.Namespace) -> None:
    """One picture: its relations, printed."""
    model = opened(given.model)
    rows = model.rank(given.pictures[0], given.subject, given.relation, given.object, given.text, given.top)
    if given.json:
        print(rows.to_json(orient="records", indent=2))
        return
    print(as_text(rows))
    if not rows.attrs["stands_out"]:
        print("no relation stands out: the model says as much of pictures that show none of this")


def ask_many(given: argparse.Namespace) -> None:
    """A batch: a table and a page."""
    asked = {"relation": given.relation, "subject": given.subject, "object": given.object}
    listed = questions(given.pictures)
    found, broken = answers(opened(given.model), listed, asked | {"texts": given.text, "top": given.top})
    write_batch(given.out, found, f"Relations by {given.model}")
    print(f"{given.out}/relations.parquet and index.html: {len(found)} pictures, {broken} skipped")
    if broken and given.strict:
        raise InputError(f"{broken} of {len(listed)} pictures are broken")


def opened(model: str, device: str = "auto") -> Relations:
    """The model; a line on stderr where it is not calibrated."""
    found = Relations(model, device)
    if not found.calibrated:
        print(f"{model} is not calibrated: its probabilities are by CLIP's own logit_scale", file=sys.stderr)
    return found


def stage() -> None:
    """data/infer of params.yaml's infer.images, and the chart of the first pictures."""
    options = read_block("infer", InferOptions)
    listed = questions([options.images])
    model = opened(str(MODELS / options.model), read_block("run", RunOptions).device)
    found, broken = answers(model, listed, {})
    write_batch(OUT, found, f"Relations by {options.model}")
    shown = [(open_picture(question.picture), question.asked, rows) for question, rows in found[:CHARTED]]
    with write_beside(CHART) as beside:
        beside.write_bytes(chart(shown))


def main() -> None:
    if len(sys.argv) == 1:
        return stage()
    given = arguments()
    if given.page:
        return serve(given.model)
    return ask(given) if len(given.pictures) == 1 and is_one(given.pictures[0]) else ask_many(given)


if __name__ == "__main__":
    run_stage(main)
