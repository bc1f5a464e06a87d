"""Tables in parts: each made by one call, kept until all are there, then shown at once as one folder."""

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

from stages.common.files.errors import InputError
from stages.common.files.storage import write_beside
from stages.common.files.cache_keys import STAGES, content_key, put_aside
from stages.common.files.tables import part_name, write_table

TRIES = 3  # of a part
LOADED = {folder.name: content_key("", sorted(folder.rglob("*.py"))) for folder in STAGES.iterdir() if folder.is_dir()}
_alone = threading.Lock()  # a worker of Dask may have many threads, a parser or a model must not


def make_parts(
    out: Path, work: Callable[..., pa.Table], jobs: Sequence[tuple], key: str, executor: Executor
) -> list[Path]:
    """The files of a part each: the table that `work(*job)` returns for each of `jobs`.

    They wait in a hidden folder beside `out`, named after `key`, until `publish` shows them, and a later
    run of the same key makes only those that are missing. A part whose worker dies or raises is made
    again; InputError that names it where it fails TRIES times. An InputError of `work` itself ends the run.
    """
    folder = out.absolute().with_name(f".{out.name}-{key[:16]}")
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / part_name(number) for number in range(len(jobs))]
    missing = {path: job for path, job in zip(paths, jobs) if not _is_whole(path)}
    calls = {path: (Path.cwd(), _code_of(work), work, job, path) for path, job in missing.items()}
    done = len(paths) - len(calls)
    with tqdm(total=len(paths), initial=done, desc=out.name, unit="part") as progress:
        for _ in _finished(executor, calls):
            progress.update()
    return paths


def publish(paths: list[Path], out: Path) -> int:
    """Show the parts, all of one folder, as the folder `out`, and nothing else; the rows of the table."""
    folder, rows = paths[0].parent, sum(pq.read_metadata(path).num_rows for path in paths)
    for other in set(folder.iterdir()) - set(paths):
        other.unlink()
    with write_beside(out) as beside:
        folder.rename(beside)
    for older in out.parent.glob(f".{out.name}-*"):  # of other keys
        shutil.rmtree(older)
    return rows


def _finished(executor: Executor, calls: dict[Path, tuple]) -> Iterator[Path]:
    """Call `_make` for each of `calls`; gives each part's path when it is made."""
    names: dict[Future, Path] = {}
    finished: queue.SimpleQueue[Future] = queue.SimpleQueue()
    failed: Counter[Path] = Counter()

    def submit(path: Path) -> None:
        future = executor.submit(_make, *calls[path])
        names[future] = path
        future.add_done_callback(finished.put)

    for path in calls:
        submit(path)
    while names:
        future = finished.get()
        path = names.pop(future)
        try:
            future.result()
        except InputError:
            raise
        except Exception as error:
            failed[path] += 1
            failure = f"{path} failed: {type(error).__name__}: {error}".rstrip(": ")
            if failed[path] == TRIES or type(error).__name__ == "KilledWorker":  # Dask's, after as many tries
                traceback.print_exception(error)
                raise InputError(
                    f"{failure}, in the last of {TRIES} tries; what is finished is kept for the next run"
                ) from error
            print(f"{failure}; made again", file=sys.stderr)
            submit(path)
        else:
            yield path


def _code_of(work: Callable) -> list[str]:
    """What stands for the code of a stage's function as this process loaded it: a worker may live for days."""
    return [LOADED[name] for name in ("common", work.__module__.split(".")[1])]


def _make(root: Path, loaded: list[str], work: Callable[..., pa.Table], job: tuple, path: Path) -> None:
    """Write the part `path`, in the project's folder `root`; a worker may be on another machine."""
    if loaded != _code_of(work):
        raise InputError(f"the worker {platform.node()} runs other code than {root}/stages; restart it in {root}")
    with _alone:
        os.chdir(root)
        table = work(*job)
        own = path.with_name(f".{platform.node()}-{os.getpid()}-{path.name}")  # a worker given up may still write
        write_table(own, table, table.schema)
        own.replace(path)


def _is_whole(path: Path) -> bool:
    """Whether a part is there; one that cannot be read is put aside."""
    if path.is_file():
        try:
            pq.read_table(path)
            return True
        except (pa.ArrowException, OSError):
            put_aside(path)
    return False
