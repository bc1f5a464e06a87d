"""The history of a run as DVCLive's tables while it goes on: `dvc plots show data/live -x step`."""

import os
from collections.abc import Callable
from pathlib import Path


def start_history(folder: Path, history: list[dict]) -> Callable[[dict], None]:
    """Start the tables in `folder` with the rows of `history`; a function that adds a row.

    Nothing is sent anywhere: DVCLive's own way to end a step asks for DVC Studio.
    """
    os.environ["DVC_STUDIO_OFFLINE"] = "true"
    from dvclive import Live  # imports all of DVC, which decoding processes do not need

    live = Live(str(folder), report=None, save_dvc_exp=False, dvcyaml=None, monitor_system=False)

    def add(row: dict) -> None:
        live.step = row["step"]
        for name, value in row.items():
            if name != "step":
                live.log_metric(name, value)

    for row in history:
        add(row)
    return add
