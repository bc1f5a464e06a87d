"""Fetches and unpacks what a data set's folder lacks."""

import shutil
from pathlib import Path

from stages.common.files.errors import InputError
from stages.download.fetch import fetch, missing, partial, size, unpack
from stages.download.options import DownloadOptions
from stages.download.published import Archive


def bring(folder: Path, archives: tuple[Archive, ...], options: DownloadOptions) -> None:
    """Fetch and unpack each of `archives` into `folder`, which may be a link; existing files are kept.

    A zip in `folder` is complete: a download gets its name after it is checked. InputError where the disk is too small,
    before anything is fetched, and as in `fetch` and `unpack`.
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
    if zipped.exists() and missing(zipped, folder):
        return False
    return sum(1 for _ in folder.glob(archive.files)) >= archive.count


def check_space(folder: Path, archives: list[Archive], keep_zips: bool) -> None:
    """InputError where the disk of `folder` has no room for the zips and their content.

    A zip that is not fetched yet counts as large as its content.
    """
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
