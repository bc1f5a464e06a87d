"""python -m stages.infer [PICTURE ...]: relations of pictures, ranked; without arguments the stage -> data/infer.

See docs/infer.md, or python -m stages.infer --help.
"""

import argparse
import sys

from stages.common.clip.checkpoint import MODELS
from stages.common.files.errors import InputError, run_stage
from stages.common.files.params import read_block
from stages.common.files.storage import write_beside
from stages.common.run import RunOptions
from stages.infer.batch import answer_all, chart, write_batch
from stages.infer.options import InferOptions
from stages.infer.pictures import is_one, read_queries
from stages.infer.relations import Relations
from stages.infer.web import serve

OUT, CHART = "data/infer", "metrics/inference.png"


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m stages.infer", description="Which relation does a picture show?")
    add = parser.add_argument
    help = "a picture, a folder, a pattern, a csv of picture,subject,object or a json in COCO's format"
    add("pictures", nargs="*", metavar="PICTURE", help=help)
    for name in ("subject", "relation", "object"):
        add(f"--{name}", metavar="WORD", help=f"the {name} to ask about")
    add("--text", action="append", default=[], metavar="SENTENCE", help="sentences of your own to choose from")
    help = "a name in data/models, a folder, or hf-hub:OWNER/NAME (default: %(default)s)"
    add("--model", default="ours", help=help)
    add("--top", type=int, default=10, metavar="N", help="how many relations (default: %(default)s)")
    add("--json", action="store_true", help="print JSON instead of lines")
    help = "the folder of a batch's table and page (default: %(default)s)"
    add("--out", default="data/relations", metavar="FOLDER", help=help)
    add("--strict", action="store_true", help="exit with status 1 if a picture is broken")
    add("--page", action="store_true", help="a page to try it in the browser (needs Gradio)")
    given = parser.parse_args(arguments)
    if given.text and (given.subject or given.relation or given.object):
        parser.error("--text takes no --subject, --relation or --object beside it")
    if given.top < 1:
        parser.error("--top takes a number of at least 1")
    if not given.page and not given.pictures:
        parser.error("name a picture, or --page")
    return given


def load(model: str, device: str = "auto") -> Relations:
    """The model; a line on stderr where it is not calibrated."""
    found = Relations(model, device)
    if not found.calibrated:
        print(f"{model} is not calibrated: its probabilities use CLIP's own logit_scale", file=sys.stderr)
    return found


def ask(given: argparse.Namespace) -> None:
    """Print the relations of one picture."""
    model = load(given.model)
    rows = model.rank(given.pictures[0], given.subject, given.relation, given.object, given.text, given.top)
    if given.json:
        print(rows.to_json(orient="records", indent=2))
        return
    for row in rows.itertuples():
        bar = "#" * round(20 * row.probability)
        print(f"{row.rank:2d}  {100 * row.probability:5.1f}%  {bar:20s}  {row.text}")
    if not rows.attrs["stands_out"]:
        print("no relation stands out: the model scores pictures that show none of this as high")


def ask_many(given: argparse.Namespace) -> None:
    """Write the table and the page of a batch of pictures."""
    words = {"relation": given.relation, "subject": given.subject, "object": given.object}
    queries = [query for source in given.pictures for query in read_queries(source)]
    found, broken = answer_all(load(given.model), queries, words | {"texts": given.text, "top": given.top})
    write_batch(given.out, found, f"Relations by {given.model}")
    print(f"{given.out}/relations.parquet and index.html: {len(found)} pictures, {broken} skipped")
    if broken and given.strict:
        raise InputError(f"{broken} of {len(queries)} pictures are broken")


def stage() -> None:
    """data/infer for infer.images of params.yaml, and a chart of the first pictures."""
    options = read_block("infer", InferOptions)
    queries = read_queries(options.images)
    found, _ = answer_all(load(str(MODELS / options.model), read_block("run", RunOptions).device), queries, {})
    write_batch(OUT, found, f"Relations by {options.model}")
    with write_beside(CHART) as beside:
        beside.write_bytes(chart(found))


def main(arguments: list[str]) -> None:
    if not arguments:
        return stage()
    given = parse(arguments)
    if given.page:
        return serve(given.model)
    return ask(given) if len(given.pictures) == 1 and is_one(given.pictures[0]) else ask_many(given)


if __name__ == "__main__":
    run_stage(main)
