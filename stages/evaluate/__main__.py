"""python -m stages.evaluate NAME: every measure of the model in data/models/NAME -> data/evaluate/NAME."""

import pandas as pd

from stages.common.clip.checkpoint import MODELS, load_checkpoint
from stages.common.clip.embed import best_device
from stages.common.files.errors import run_stage
from stages.common.files.params import read_block, target_name
from stages.common.files.storage import write_beside, write_json
from stages.common.run import RunOptions
from stages.evaluate.inputs import read_inputs
from stages.evaluate.measures import MEASURES
from stages.evaluate.model import evaluate_calibrated
from stages.evaluate.schemas import ANSWERS, EVALUATED, MEASURE_ROWS, write_frame


def main(arguments: list[str]) -> None:
    known = sorted(path.name for path in MODELS.glob("[a-z]*"))
    name, device = (
        target_name(arguments, known, f"models in {MODELS}"),
        best_device(read_block("run", RunOptions).device),
    )
    inputs = read_inputs()
    model, calibration = evaluate_calibrated(load_checkpoint(MODELS / name, device), inputs, MEASURES.values())
    rows = pd.concat([one.rows(inputs, model).assign(measure=measure) for measure, one in MEASURES.items()])
    with write_beside(EVALUATED / name) as folder:
        write_frame(folder / "measures.parquet", rows, MEASURE_ROWS)
        write_frame(folder / "answers.parquet", model.answers, ANSWERS)
        write_json(folder / "calibration.json", calibration)


if __name__ == "__main__":
    run_stage(main)
