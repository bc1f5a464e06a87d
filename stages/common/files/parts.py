"""Tables in parts: each part is made by one function call; a finished table appears at once, as one folder."""

import os
import platform
import shutil
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, as_completed
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from stages.common.files.cache_keys import STAGES, content_key, set_aside
from stages.common.files.errors import InputError
from stages.common.files.storage import write_beside
from stages.common.files.tables import part_name, write_table

TRIES = 3  # for each part
Work = Callable[..., pa.Table]  # makes a part
LOADED_CODE = {path.name: content_key("", sorted(path.rglob("*.py"))) for path in STAGES.iterdir() if path.is_dir()}
_one_at_a_time = threading.Lock()  # a Dask worker may have many threads, but a parser or a model must not be shared


def make_parts(out: Path, work: Work, jobs: Sequence[tuple], key: str, executor: Executor) -> list[Path]:
    """Write the table that `work(*job)` returns for each of `jobs` as a part; the parts' files.

    Parts wait in a hidden folder beside `out`, named after the cache key `key`, until `publish` is called. A later run
    with the same key makes only missing parts. A part whose worker dies or raises is tried TRIES times, then InputError
    names it. An InputError from `work` ends the run at once.
    """
    folder = out.absolute().with_name(f".{out.name}-{key[:16]}")
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / part_name(number) for number in range(len(jobs))]
    missing = {path: job for path, job in zip(paths, jobs) if not _is_whole(path)}
    with tqdm(total=len(paths), initial=len(paths) - len(missing), desc=out.name, unit="part") as progress:
        for _ in range(TRIES):
            code = _code_keys(work)
            calls = {executor.submit(_make, Path.cwd(), code, work, job, path): path for path, job in missing.items()}
            for future in as_completed(calls):
                path, error = calls[future], future.exception()
                if isinstance(error, InputError):
                    raise error
                if error is None:
                    del missing[path]
                    progress.update()
                else:
                    last, failure = error, f"{path} failed: {type(error).__name__}: {error}".rstrip(": ")
                    print(failure, file=sys.stderr)
            if not missing:
                return paths
    traceback.print_exception(last)
    raise InputError(f"{failure}, in {TRIES} tries; run again, finished parts are kept")


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


def _code_keys(work: Work) -> list[str]:
    """Cache keys of the code behind a stage's function, as this process loaded it: a Dask worker may live for days."""
    return [LOADED_CODE[name] for name in ("common", work.__module__.split(".")[1])]


def _make(root: Path, code: list[str], work: Work, job: tuple, path: Path) -> None:
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
    """Whether a part exists; a damaged one is set aside."""
    if path.is_file():
        try:
            pq.read_table(path)
        except (pa.ArrowException, OSError):
            set_aside(path)
    return path.is_file()
