"""Fetches one zip, and unpacks one; both resume where they stopped."""

import hashlib
import shutil
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError

from httpx2 import HTTPError
from huggingface_hub.file_download import http_get
from tqdm import tqdm

from stages.common.files.errors import InputError
from stages.common.files.storage import inside, write_beside
from stages.download.published import Archive

DAMAGED = (BadZipFile, EOFError, NotImplementedError, RuntimeError, ZlibError)  # RuntimeError: a password


def partial(folder: Path, archive: Archive) -> Path:
    """The file of a download that is not complete, or not checked."""
    return folder / f"{archive.name}.partial"


def fetch(url: str, folder: Path, archive: Archive) -> None:
    """Download `archive` from below `url` into `folder`, resuming a partial download.

    InputError where the network, the server or the disk fails: what has come is kept; and where size or checksum are
    not the published ones: nothing is kept.
    """
    source, beside = f"{url.rstrip('/')}/{archive.path}", partial(folder, archive)
    try:
        with beside.open("ab") as file:
            if file.tell() < archive.size:
                http_get(source, file, resume_size=file.tell(), displayed_filename=archive.name)
    except (HTTPError, OSError) as error:
        why = " ".join(str(error).split())
        raise InputError(f"{source}: {why}; fix that and run again, it resumes at {size(beside):,} bytes") from None
    for what, found, published in (("bytes", size, archive.size), ("MD5", md5, archive.md5)):
        if (value := found(beside)) != published:
            beside.unlink()
            raise InputError(f"{source}: {what} {value}, published {published}; run again, or set download's url")
    beside.replace(folder / archive.name)


def size(path: Path) -> int:
    """Bytes of a file, 0 where there is none."""
    return path.stat().st_size if path.exists() else 0


def md5(path: Path) -> str:
    """The MD5 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def missing(path: Path, folder: Path) -> list[tuple[ZipInfo, Path]]:
    """The members of a zip that `folder` lacks, or has in another size, and the path of each.

    InputError where a member leads out of `folder`, or the zip is damaged.
    """
    try:
        with ZipFile(path) as zipped:
            members = [(member, inside(folder, member.filename)) for member in zipped.infolist() if not member.is_dir()]
    except DAMAGED as error:
        raise damaged(path, error) from None
    return [(member, target) for member, target in members if size(target) != member.file_size]


def unpack(path: Path, folder: Path) -> None:
    """Write the members of a zip that `folder` lacks, each whole or not at all. InputError as in `missing`."""
    try:
        with ZipFile(path) as zipped:
            for member, target in tqdm(missing(path, folder), desc=path.name, unit="file"):
                with write_beside(target) as beside, zipped.open(member) as source, beside.open("wb") as file:
                    shutil.copyfileobj(source, file)
    except DAMAGED as error:
        raise damaged(path, error) from None
    except OSError as error:
        raise InputError(f"{path}: {error}; fix that and run again, it resumes") from None


def damaged(path: Path, error: Exception) -> InputError:
    return InputError(f"{path} cannot be unpacked ({error}); delete it and run again")
