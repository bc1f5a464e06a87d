"""Fetches and unpacks what a data set's folder lacks; each step resumes where it stopped."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError

from httpx2 import HTTPError
from huggingface_hub.file_download import http_get
from tqdm import tqdm

from stages.common.files.errors import InputError, one_line
from stages.common.files.storage import inside, write_beside
from stages.download.options import DownloadOptions
from stages.download.published import Archive


def bring(folder: Path, archives: list[Archive], options: DownloadOptions) -> None:
    """Fetch and unpack each of `archives` into `folder`, which may be a link; existing files are kept.

    InputError where the disk is too small, before anything is fetched, and as in `fetch` and `open_zip`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise InputError(f"{folder} is not a folder or a link to one; remove it and run again") from None
    check_space(folder, [archive for archive in archives if not is_unpacked(folder, archive)], options.keep_zips)
    for archive in archives:
        zipped = folder / archive.name
        if not is_unpacked(folder, archive):
            if not zipped.exists():
                fetch(options.url, folder, archive)
            check_space(folder, [archive], options.keep_zips)
            unpack(zipped, folder)
        if not is_unpacked(folder, archive):
            raise InputError(f"{zipped} holds too few of {archive.files}; delete it and run again")
        partial(folder, archive).unlink(missing_ok=True)
        if not options.keep_zips:
            zipped.unlink(missing_ok=True)


def is_unpacked(folder: Path, archive: Archive) -> bool:
    """Whether the content of `archive` is in `folder`; if its zip is there too, all of it."""
    zipped = folder / archive.name
    return not (zipped.exists() and missing(zipped, folder)) and len(list(folder.glob(archive.files))) >= archive.count


def check_space(folder: Path, archives: list[Archive], keep_zips: bool) -> None:
    """InputError where the disk of `folder` has no room for the zips and their content, taken to be as large."""
    loads, contents = [0], 0
    for archive in archives:
        zipped = folder / archive.name
        if zipped.exists():
            contents += sum(member.file_size for member, _ in missing(zipped, folder))
        else:
            loads.append(archive.size - size(partial(folder, archive)))
            contents += archive.size
    needed, free = contents + (sum(loads) if keep_zips else max(loads)), shutil.disk_usage(folder).free
    if needed > free:
        raise InputError(f"{folder}: the disk has {free / 1e9:.1f} GB free and needs {needed / 1e9:.1f}; make room")


def fetch(url: str, folder: Path, archive: Archive) -> None:
    """Download `archive` from below `url` into `folder`; it gets its name after size and checksum are verified.

    InputError where the network, server or disk fails (the bytes so far are kept), or the zip is not the published one.
    """
    source, beside = f"{url.rstrip('/')}/{archive.folder}/{archive.name}", partial(folder, archive)
    try:
        with beside.open("ab") as file:
            if file.tell() < archive.size:
                http_get(source, file, resume_size=file.tell(), displayed_filename=archive.name)
        with beside.open("rb") as file:
            md5 = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    except (HTTPError, OSError) as error:
        raise InputError(f"{source}: {one_line(error)}; run again, it resumes at {size(beside):,} bytes") from None
    for what, found, published in (("bytes", size(beside), archive.size), ("MD5", md5, archive.md5)):
        if found != published:
            beside.unlink()
            raise InputError(f"{source}: {what} {found}, published {published}; run again, or set download's url")
    beside.replace(folder / archive.name)


def partial(folder: Path, archive: Archive) -> Path:
    """The file of a download that is not complete, or not checked."""
    return folder / f"{archive.name}.partial"


def size(path: Path) -> int:
    """Bytes of a file, 0 where there is none."""
    return path.stat().st_size if path.exists() else 0


def unpack(path: Path, folder: Path) -> None:
    """Write the members of a zip that `folder` lacks, each whole or not at all."""
    with open_zip(path) as zipped:
        for member, target in tqdm(missing(path, folder), desc=path.name, unit="file"):
            with write_beside(target) as beside, zipped.open(member) as source, beside.open("wb") as file:
                shutil.copyfileobj(source, file)


def missing(path: Path, folder: Path) -> list[tuple[ZipInfo, Path]]:
    """The members of a zip that `folder` lacks, or has in another size, with their paths; none may lead out of it."""
    with open_zip(path) as zipped:
        members = [(member, inside(folder, member.filename)) for member in zipped.infolist() if not member.is_dir()]
    return [(member, target) for member, target in members if size(target) != member.file_size]


@contextmanager
def open_zip(path: Path) -> Iterator[ZipFile]:
    """A zip to read; InputError where it is damaged, or the disk fails."""
    try:
        with ZipFile(path) as zipped:
            yield zipped
    except (BadZipFile, EOFError, NotImplementedError, RuntimeError, ZlibError) as error:  # RuntimeError: a password
        raise InputError(f"{path} cannot be unpacked ({error}); delete it and run again") from None
    except OSError as error:
        raise InputError(f"{path}: {error}; fix that and run again, it resumes") from None
