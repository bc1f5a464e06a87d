"""Tables in parts: each part is made by one function call; a finished table appears at once, as one folder."""

import os
import platform
import queue
import shutil
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from stages.common.files.cache_keys import STAGES, content_key, set_aside
from stages.common.files.errors import InputError
from stages.common.files.storage import write_beside
from stages.common.files.tables import part_name, write_table

TRIES = 3  # for each part
LOADED_CODE = {
    folder.name: content_key("", sorted(folder.rglob("*.py"))) for folder in STAGES.iterdir() if folder.is_dir()
}
_one_at_a_time = threading.Lock()  # a Dask worker may have many threads, but a parser or a model must not be shared


def make_parts(
    out: Path, work: Callable[..., pa.Table], jobs: Sequence[tuple], key: str, executor: Executor
) -> list[Path]:
    """Write the table that `work(*job)` returns for each of `jobs` as a part; the parts' files.

    Parts wait in a hidden folder beside `out`, named after the cache key `key`, until `publish` is called. A later run
    with the same key makes only missing parts. A part whose worker dies or raises is tried again, TRIES times in all,
    then InputError names it. An InputError from `work` ends the run at once.
    """
    folder = out.absolute().with_name(f".{out.name}-{key[:16]}")
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / part_name(number) for number in range(len(jobs))]
    missing = {path: job for path, job in zip(paths, jobs) if not _is_whole(path)}
    calls = {path: (Path.cwd(), _code_keys(work), work, job, path) for path, job in missing.items()}
    with tqdm(total=len(paths), initial=len(paths) - len(calls), desc=out.name, unit="part") as progress:
        for _ in _finished(executor, calls):
            progress.update()
    return paths


def publish(paths: list[Path], out: Path) -> int:
    """Move the folder of these parts to `out`, and remove parts of other cache keys; the table's number of rows."""
    folder, rows = paths[0].parent, sum(pq.read_metadata(path).num_rows for path in paths)
    for other in set(folder.iterdir()) - set(paths):
        other.unlink()
    with write_beside(out) as beside:
        folder.rename(beside)
    for older in out.parent.glob(f".{out.name}-*"):
        shutil.rmtree(older)
    return rows


def _finished(executor: Executor, calls: dict[Path, tuple]) -> Iterator[Path]:
    """Call `_make` with each of `calls`, by part; yields each part's path when it is written."""
    running: dict[Future, Path] = {}
    finished: queue.SimpleQueue[Future] = queue.SimpleQueue()
    failed: Counter[Path] = Counter()

    def submit(path: Path) -> None:
        future = executor.submit(_make, *calls[path])
        running[future] = path
        future.add_done_callback(finished.put)

    for path in calls:
        submit(path)
    while running:
        future = finished.get()
        path = running.pop(future)
        try:
            future.result()
        except InputError:
            raise
        except Exception as error:
            failed[path] += 1
            failure = f"{path} failed: {type(error).__name__}: {error}".rstrip(": ")
            if failed[path] == TRIES or type(error).__name__ == "KilledWorker":  # Dask has tried as often by itself
                traceback.print_exception(error)
                raise InputError(f"{failure}, in try {TRIES} of {TRIES}; run again, finished parts are kept") from error
            print(f"{failure}; trying again", file=sys.stderr)
            submit(path)
        else:
            yield path


def _code_keys(work: Callable) -> list[str]:
    """Cache keys of the code behind a stage's function, as this process loaded it: a Dask worker may live for days."""
    return [LOADED_CODE[name] for name in ("common", work.__module__.split(".")[1])]


def _make(root: Path, code: list[str], work: Callable[..., pa.Table], job: tuple, path: Path) -> None:
    """Write one part; `root` is the project's folder, since a worker may be on another machine."""
    if code != _code_keys(work):
        raise InputError(f"the worker {platform.node()} runs other code than {root}/stages; restart it in {root}")
    with _one_at_a_time:
        os.chdir(root)
        table = work(*job)
        own = path.with_name(f".{platform.node()}-{os.getpid()}-{path.name}")  # a lost worker may still be writing
        write_table(own, table, table.schema)
        own.replace(path)


def _is_whole(path: Path) -> bool:
    """Whether a part exists; an unreadable one is set aside."""
    if path.is_file():
        try:
            pq.read_table(path)
            return True
        except (pa.ArrowException, OSError):
            set_aside(path)
    return False
