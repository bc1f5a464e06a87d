"""A small data set of the published layout from a local server: complete, resumed, refused, skipped."""

import http.server
import json
import multiprocessing
import os
import re
import shutil
import threading
import time
import zipfile
from hashlib import md5
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from stages.common.files.errors import InputError
from stages.common.files.params import checked, load_params
from stages.download.__main__ import main
from stages.download.bring import bring, partial
from stages.download.options import DownloadOptions, Downloads
from stages.download.published import PUBLISHED, Archive
from tests.project import ROOT, run_here

ANNOTATIONS, VAL, TRAIN = (f"{archive.folder}/{archive.name}" for archive in PUBLISHED["coco"])
FILES = {  # of each zip, as COCO lays them out
    ANNOTATIONS: {
        f"annotations/{kind}_{split}2017.json": json.dumps([kind]).encode()
        for kind in ("captions", "instances")
        for split in ("train", "val")
    },
    VAL: {f"val2017/{i:012d}.jpg": os.urandom(1000) for i in range(3)},
    TRAIN: {f"train2017/{i:012d}.jpg": os.urandom(3000) for i in range(5, 12)},
}
COUNTS = {"annotations": 2, "val2017": 3, "train2017": 7}
EVERYTHING = {name: data for files in FILES.values() for name, data in files.items()}


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files, with Range if `ranges`, in `slow` seconds a kilobyte."""

    ranges = False
    slow = 0.0
    asked: list = []

    def log_message(self, *_):
        pass

    def do_GET(self):
        wanted, path = self.headers.get("Range"), Path(self.translate_path(self.path))
        type(self).asked.append((self.path, wanted))
        if not path.is_file():
            self.send_error(404, "File not found")
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]) if self.ranges and wanted else 0
        content = path.read_bytes()
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        for at in range(start, len(content), 1000):
            time.sleep(self.slow)
            self.wfile.write(content[at : at + 1000])


class Site(NamedTuple):
    url: str
    folder: Path
    archives: list[Archive]
    handler: type[Handler]

    def changed(self, change) -> "Site":
        """The site after `change` of its val2017.zip, published as it then is."""
        change(self.folder / VAL)
        return self._replace(archives=[published(self.folder, archive) for archive in self.archives])


def published(folder: Path, archive: Archive) -> Archive:
    """`archive` with the size and checksum of its zip in `folder`."""
    content, count = (folder / archive.folder / archive.name).read_bytes(), COUNTS[archive.files.partition("/")[0]]
    return archive._replace(size=len(content), md5=md5(content).hexdigest(), count=count)


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    for name, files in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(folder / name, "w") as zipped:
            for inner, content in files.items():
                zipped.writestr(inner, content)
    archives = [published(folder, archive) for archive in PUBLISHED["coco"]]
    handler = type("Own", (Handler,), {"asked": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), lambda *a: handler(*a, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Site(f"http://127.0.0.1:{server.server_port}", folder, archives, handler)
    server.shutdown()


def get(site: Site, folder: Path, **changes) -> None:
    bring(folder, site.archives, DownloadOptions(**{"url": site.url, "keep_zips": False} | changes))


def message(site: Site, folder: Path, **changes) -> str:
    """The line of the InputError that the download raises."""
    with pytest.raises(InputError) as error:
        get(site, folder, **changes)
    assert "\n" not in str(error.value)
    return str(error.value)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("keep_zips", [True, False])
def test_all_files_come_and_are_not_fetched_again_nor_through_a_link(site, tmp_path, keep_zips):
    get(site, tmp_path / "big", keep_zips=keep_zips)
    zips = {Path(name).name: (site.folder / name).read_bytes() for name in FILES} if keep_zips else {}
    assert content(tmp_path / "big") == EVERYTHING | zips
    (tmp_path / "coco").symlink_to(tmp_path / "big")
    site.handler.asked.clear()
    get(site, tmp_path / "coco")
    assert site.handler.asked == []
    assert content(tmp_path / "big") == EVERYTHING, "the zips are not kept"


def test_only_what_is_missing_is_fetched(site, tmp_path):
    get(site, tmp_path / "coco")
    shutil.rmtree(tmp_path / "coco/val2017")
    site.handler.asked.clear()
    get(site, tmp_path / "coco")
    assert site.handler.asked == [(f"/{VAL}", None)]
    assert content(tmp_path / "coco") == EVERYTHING


@pytest.mark.parametrize("ranges", [True, False])
def test_a_download_resumes_where_it_stopped(site, tmp_path, ranges):
    """With Range only the rest is sent; a server without it sends all, which works as well."""
    site.handler.ranges, train = ranges, site.archives[2]
    (tmp_path / "coco").mkdir()
    partial(tmp_path / "coco", train).write_bytes((site.folder / TRAIN).read_bytes()[:5000])
    get(site, tmp_path / "coco")
    assert site.handler.asked[-1] == (f"/{TRAIN}", "bytes=5000-")
    assert content(tmp_path / "coco") == EVERYTHING


def test_files_that_were_half_unpacked_are_unpacked_again(site, tmp_path):
    get(site, tmp_path / "coco", keep_zips=True)
    (tmp_path / "coco/train2017/000000000007.jpg").write_bytes(b"half")
    (tmp_path / "coco/annotations/instances_val2017.json").unlink()
    site.handler.asked.clear()
    get(site, tmp_path / "coco")
    assert (content(tmp_path / "coco"), site.handler.asked) == (EVERYTHING, [])


def test_no_network(site, tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda _: None)
    line = message(site, tmp_path / "coco", url="http://127.0.0.1:9")
    assert line.startswith(f"http://127.0.0.1:9/{ANNOTATIONS}: ")
    assert line.endswith("refused; run again, it resumes at 0 bytes")


def test_another_zip_than_published(site, tmp_path):
    path, val = site.folder / VAL, site.archives[1]
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    found = md5(path.read_bytes()).hexdigest()
    assert f"{VAL}: MD5 {found}, published {val.md5}; " in message(site, tmp_path / "coco")
    path.write_bytes(b"<html>")
    assert f"{VAL}: bytes 6, published {val.size}; run again, or set" in message(site, tmp_path / "coco")
    assert not list((tmp_path / "coco").glob("*.zip*"))
    path.unlink()
    assert f"/{VAL}: Client error '404 File not found'" in message(site, tmp_path / "coco")


def test_a_disk_that_is_too_small_is_reported_before_anything_is_fetched(site, tmp_path, monkeypatch):
    """Zips of 5, 1 and 9 GB with as much content: 15 GB and the largest zip, or all of them."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(30 * 10**9, 10**9, 20 * 10**9))
    archives = [one._replace(size=size * 10**9) for one, size in zip(site.archives, (5, 1, 9))]
    for keep_zips, needed in ((False, "24.0"), (True, "30.0")):
        line = message(site._replace(archives=archives), tmp_path / "coco", keep_zips=keep_zips)
        assert line.endswith(f"the disk has 20.0 GB free and needs {needed}; make room")
    assert site.handler.asked == []


def test_a_folder_that_is_a_file(site, tmp_path):
    (tmp_path / "coco").touch()
    assert message(site, tmp_path / "coco").endswith("coco is not a folder or a link to one; remove it and run again")


def test_a_damaged_zip(site, tmp_path):
    damaged = site.changed(lambda path: path.write_bytes(path.read_bytes()[:-200]))
    assert message(damaged, tmp_path / "coco").endswith("(File is not a zip file); delete it and run again")


def test_a_damaged_picture_inside_a_zip_is_not_left_behind(site, tmp_path):
    data = FILES[VAL]["val2017/000000000001.jpg"]
    damaged = site.changed(lambda path: path.write_bytes(path.read_bytes().replace(data, data[::-1])))
    line = message(damaged, tmp_path / "coco")
    assert "(Bad CRC-32 for file 'val2017/000000000001.jpg'); delete it" in line
    assert [path.name for path in (tmp_path / "coco/val2017").iterdir()] == ["000000000000.jpg"]


@pytest.mark.parametrize("name", ["../evil.jpg", "/evil.jpg", "val2017/../../evil.jpg"])
def test_a_path_that_leaves_the_folder_is_refused_before_anything_is_written(site, tmp_path, name):
    def change(path):
        with zipfile.ZipFile(path, "a") as zipped:
            zipped.writestr(name, b"evil")

    assert "leads out of" in message(site.changed(change), tmp_path / "coco")
    assert not (tmp_path / "coco/val2017").exists() and not Path("/evil.jpg").exists()
    assert not list(tmp_path.rglob("evil*"))


def test_a_zip_with_too_few_files(site, tmp_path):
    def change(path):
        with zipfile.ZipFile(path, "w") as zipped:
            zipped.writestr("val2017/1.jpg", b"1")

    line = message(site.changed(change), tmp_path / "coco")
    assert line.endswith("holds too few of val2017/*.jpg; delete it and run again")


def test_names_and_addresses(tmp_path, monkeypatch):
    (tmp_path / "params.yaml").write_text("download: {}\n", encoding="utf-8")
    with pytest.raises(InputError, match="^'coco' is not one of the downloads of params.yaml: there are none;"):
        run_here(monkeypatch, tmp_path, main, "coco")
    with pytest.raises(InputError, match=r"download.coco.url: String should match pattern '\^https\?://'"):
        checked({"download": {"coco": {"url": "ftp://x", "keep_zips": False}}}, "download", Downloads)


def test_a_killed_run_resumes(site, tmp_path):
    """Killed in the middle of a zip that comes slowly."""
    site.handler.ranges, site.handler.slow = True, 0.2
    options = DownloadOptions(url=site.url, keep_zips=False)
    process = multiprocessing.Process(target=bring, args=(tmp_path / "coco", site.archives, options))
    process.start()
    while not partial(tmp_path / "coco", site.archives[2]).exists():
        assert process.is_alive()
        time.sleep(0.05)
    time.sleep(0.5)
    process.kill()
    process.join()
    site.handler.slow = 0
    get(site, tmp_path / "coco")
    assert content(tmp_path / "coco") == EVERYTHING


def test_the_root_of_captions_is_made_by_scenes_or_by_the_download():
    """DVC makes the one that captions.root names; nothing is fetched by default."""
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    params, preset = load_params(ROOT / "params.yaml"), load_params(ROOT / "presets/coco.yaml")
    assert "${captions.root}" in stages["captions"]["deps"]
    assert params["captions"]["root"] in stages["scenes"]["outs"] and params["download"] == {}
    ((fetched, _),) = stages["download"]["do"]["outs"][0].items()
    assert preset["captions"]["root"] in [fetched.replace("${key}", name) for name in preset["download"]]
    assert set(preset["download"]) <= set(PUBLISHED)
