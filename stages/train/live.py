"""The history of a run as DVCLive's tables while it goes on: `dvc plots show data/live -x step`."""

import os
from collections.abc import Callable
from pathlib import Path


def start_live(folder: Path, history: list[dict]) -> Callable[[dict], None]:
    """Begin the tables in `folder` anew with the rows of `history`; returns a function that adds a row.

    So they are the same however often the run was broken off. Nothing is sent anywhere: no step is
    ended by DVCLive's own means, which ask for DVC Studio, and write a file that `dvc plots` cannot read.
    """
    os.environ["DVC_STUDIO_OFFLINE"] = "true"
    from dvclive import Live  # brings all of DVC, which the processes that decode images do without

    live = Live(str(folder), report=None, save_dvc_exp=False, dvcyaml=None, monitor_system=False)

    def add(row: dict) -> None:
        live.step = row["step"]
        for name, value in row.items():
            if name != "step":
                live.log_metric(name, value)

    for row in history:
        add(row)
    return add
