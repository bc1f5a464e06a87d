"""python -m stages.interpolate METHOD: models between base and a method -> data/evaluate/METHOD-interpolation."""

import pandas as pd

from stages.common.clip.checkpoint import MODELS, load_checkpoint
from stages.common.clip.embed import best_device
from stages.common.clip.interpolation import interpolate
from stages.common.files.errors import run_stage
from stages.common.files.params import read_block, target_name
from stages.common.files.storage import write_beside
from stages.common.run import RunOptions
from stages.evaluate.inputs import read_inputs
from stages.evaluate.measure import COLUMNS, overall
from stages.evaluate.measures import MEASURES
from stages.evaluate.model import evaluate
from stages.evaluate.options import EvaluateOptions
from stages.evaluate.schemas import EVALUATED, MEASURE_ROWS, write_frame


def main(arguments: list[str]) -> None:
    method = target_name(arguments, read_block("train", dict)["methods"], "train.methods of params.yaml")
    device = best_device(read_block("run", RunOptions).device)
    base, tuned = (load_checkpoint(MODELS / name, device) for name in ("base", method))
    ends = [{name: value.clone() for name, value in clip.model.state_dict().items()} for clip in (base, tuned)]
    inputs, found = read_inputs(), []
    for alpha in read_block("evaluate", EvaluateOptions).alphas:
        tuned.model.load_state_dict(interpolate(*ends, alpha))
        model = evaluate(tuned, inputs)
        parts = [MEASURES[name].rows(inputs, model).assign(measure=name) for name in ("relation", "retrieval")]
        for name, value in overall(pd.concat(parts), inputs.differs).items():
            found.append((name, "both", f"{alpha:g}", value, len(inputs.tuples)))
    with write_beside(EVALUATED / f"{method}-interpolation") as folder:
        table = pd.DataFrame(found, columns=COLUMNS).assign(measure="interpolation")
        write_frame(folder / "measures.parquet", table, MEASURE_ROWS)


if __name__ == "__main__":
    run_stage(main)
