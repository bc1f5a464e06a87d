"""python -m stages.evaluate NAME: every measure of the model in data/models/NAME -> data/evaluate/NAME."""

import pandas as pd

from stages.common.clip.checkpoint import MODELS, load_checkpoint
from stages.common.clip.embed import best_device
from stages.common.files.errors import run_stage
from stages.common.files.params import read_block, target_name
from stages.common.files.storage import write_beside, write_json
from stages.common.run import RunOptions
from stages.evaluate.calibration import MAX_PICTURES, calibrate, pictures_of
from stages.evaluate.inputs import read_inputs
from stages.evaluate.measures import MEASURES
from stages.evaluate.model import evaluate
from stages.evaluate.schemas import ANSWERS, EVALUATED, MEASURE_ROWS, write_frame


def main(arguments: list[str]) -> None:
    known = sorted(path.name for path in MODELS.glob("[a-z]*"))
    name = target_name(arguments, known, f"models in {MODELS}")
    clip, inputs = load_checkpoint(MODELS / name, best_device(read_block("run", RunOptions).device)), read_inputs()
    val = inputs.triples["val"]
    model = evaluate(clip, inputs, pictures_of(val, inputs.statements)[:MAX_PICTURES])
    model = model._replace(statements=model.embed(inputs.statements["text"]))
    model = model._replace(calibration=calibrate(inputs.statements, model.statements, val, model.images))
    rows = pd.concat([one.rows(inputs, model).assign(measure=measure) for measure, one in MEASURES.items()])
    with write_beside(EVALUATED / name) as folder:
        write_frame(folder / "measures.parquet", rows, MEASURE_ROWS)
        write_frame(folder / "answers.parquet", model.answers, ANSWERS)
        write_json(folder / "calibration.json", model.calibration)


if __name__ == "__main__":
    run_stage(main)
