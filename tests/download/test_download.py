"""A small set of the published layout from a local server: whole, resumed, refused, skipped."""

import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from hashlib import md5
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from stages.common.files.errors import InputError
from stages.common.files.params import load_params
from stages.download.__main__ import main
from stages.download.bring import bring
from stages.download.fetch import partial
from stages.download.options import DownloadOptions
from stages.download.published import COCO, PUBLISHED, Archive

ROOT = Path(__file__).parents[2]
FILES = {  # of each zip, as COCO lays them out
    "annotations/annotations_trainval2017.zip": {
        f"annotations/{kind}_{split}2017.json": json.dumps({"images": [], "annotations": [kind]}).encode()
        for kind in ("captions", "instances")
        for split in ("train", "val")
    },
    "zips/val2017.zip": {f"val2017/{i:012d}.jpg": os.urandom(1000) for i in range(3)},
    "zips/train2017.zip": {f"train2017/{i:012d}.jpg": os.urandom(3000) for i in range(5, 12)},
}


class Handler(http.server.SimpleHTTPRequestHandler):
    """The standard library's, which knows no Range, with Range where `ranges`, and slow where `slow`."""

    ranges = False
    slow = 0.0
    asked: list = []

    def log_message(self, *_):
        pass

    def do_GET(self):
        wanted = self.headers.get("Range")
        type(self).asked.append((self.path, wanted))
        if not (self.ranges and wanted) and not self.slow:
            super().do_GET()
            return
        path = Path(self.translate_path(self.path))
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
    archives: tuple[Archive, ...]
    handler: type[Handler]


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    for name, files in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(folder / name, "w") as zipped:
            for inner, content in files.items():
                zipped.writestr(inner, content)
    small = {"annotations": 2, "val2017": 3, "train2017": 7}
    archives = tuple(
        published(one._replace(count=small[one.files.partition("/")[0]]), (folder / one.path).read_bytes())
        for one in COCO
    )
    handler = type("Own", (Handler,), {"asked": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), lambda *a: handler(*a, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Site(f"http://127.0.0.1:{server.server_port}", folder, archives, handler)
    server.shutdown()


def published(archive: Archive, content: bytes) -> Archive:
    return archive._replace(size=len(content), md5=md5(content).hexdigest())


def get(site: Site, folder: Path, **changes) -> None:
    bring(folder, site.archives, DownloadOptions(**{"url": site.url, "keep_zips": False} | changes))


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


EVERYTHING = {name: data for files in FILES.values() for name, data in files.items()}


@pytest.mark.parametrize("keep_zips", [True, False])
def test_everything_is_there_and_zips_only_where_they_are_kept(site, tmp_path, keep_zips):
    get(site, tmp_path / "coco", keep_zips=keep_zips)
    zips = {one.name: (site.folder / one.path).read_bytes() for one in site.archives} if keep_zips else {}
    assert content(tmp_path / "coco") == EVERYTHING | zips


@pytest.mark.parametrize("keep_zips", [True, False])
def test_what_is_there_is_not_fetched_again_through_a_link_too(site, tmp_path, keep_zips):
    get(site, tmp_path / "big", keep_zips=keep_zips)
    (tmp_path / "coco").symlink_to(tmp_path / "big")
    site.handler.asked.clear()
    get(site, tmp_path / "coco")
    assert site.handler.asked == []
    assert content(tmp_path / "big") == EVERYTHING, "and the zips are gone"


def test_only_what_is_missing_is_fetched(site, tmp_path):
    get(site, tmp_path / "coco")
    shutil.rmtree(tmp_path / "coco/val2017")
    site.handler.asked.clear()
    get(site, tmp_path / "coco")
    assert site.handler.asked == [("/zips/val2017.zip", None)]
    assert content(tmp_path / "coco") == EVERYTHING


@pytest.mark.parametrize("ranges", [True, False])
def test_a_download_goes_on_where_it_stopped(site, tmp_path, ranges):
    """With Range the rest alone is sent; a server that knows none sends all, and that is right as well."""
    site.handler.ranges, train = ranges, site.archives[2]
    (tmp_path / "coco").mkdir()
    partial(tmp_path / "coco", train).write_bytes((site.folder / train.path).read_bytes()[:5000])
    get(site, tmp_path / "coco")
    assert site.handler.asked[-1] == ("/zips/train2017.zip", "bytes=5000-")
    assert content(tmp_path / "coco") == EVERYTHING


def test_files_that_were_half_unpacked_are_unpacked_again(site, tmp_path):
    get(site, tmp_path / "coco", keep_zips=True)
    (tmp_path / "coco/train2017/000000000007.jpg").write_bytes(b"half")
    (tmp_path / "coco/annotations/instances_val2017.json").unlink()
    site.handler.asked.clear()
    get(site, tmp_path / "coco")
    assert (content(tmp_path / "coco"), site.handler.asked) == (EVERYTHING, [])


def message(site: Site, folder: Path, **changes) -> str:
    with pytest.raises(InputError) as error:
        get(site, folder, **changes)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_no_network(site, tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda _: None)
    line = message(site, tmp_path / "coco", url="http://127.0.0.1:9")
    assert line.startswith("http://127.0.0.1:9/annotations/annotations_trainval2017.zip: ")
    assert line.endswith("refused; fix that and run again, it goes on from 0 bytes")


def test_what_the_server_does_not_have(site, tmp_path):
    (site.folder / "zips/val2017.zip").unlink()
    assert "/zips/val2017.zip: Client error '404 File not found'" in message(site, tmp_path / "coco")


def test_another_size_or_checksum_than_published(site, tmp_path):
    path, val = site.folder / "zips/val2017.zip", site.archives[1]
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert f"val2017.zip: MD5 {md5(path.read_bytes()).hexdigest()}, published {val.md5}; " in message(
        site, tmp_path / "coco"
    )
    path.write_bytes(b"<html>")
    assert f"val2017.zip: bytes 6, published {val.size}; run again, or set" in message(site, tmp_path / "coco")
    assert not list((tmp_path / "coco").glob("*.zip*"))


def test_a_disk_that_is_too_small_is_reported_before_anything_is_fetched(site, tmp_path, monkeypatch):
    """Of 5, 1 and 9 GB of zips as large unpacked: 15 GB and the largest zip besides, or all of them."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(30 * 10**9, 10**9, 20 * 10**9))
    sizes = [one._replace(size=size * 10**9) for one, size in zip(site.archives, (5, 1, 9))]
    site = site._replace(archives=tuple(sizes))
    assert message(site, tmp_path / "coco").endswith("the disk has 20.0 GB free and needs 24.0; make room")
    assert message(site, tmp_path / "coco", keep_zips=True).endswith(
        "the disk has 20.0 GB free and needs 30.0; make room"
    )
    assert site.handler.asked == []


def broken(site: Site, change) -> Site:
    """The site with another val2017.zip, published as it is."""
    path = site.folder / "zips/val2017.zip"
    change(path)
    return site._replace(archives=(site.archives[0], published(site.archives[1], path.read_bytes()), site.archives[2]))


def test_a_damaged_zip(site, tmp_path):
    spoilt = broken(site, lambda path: path.write_bytes(path.read_bytes()[:-200]))
    assert message(spoilt, tmp_path / "coco").endswith("(File is not a zip file); delete it and run again")


def test_a_damaged_picture_inside_a_zip_is_not_left_behind(site, tmp_path):
    def change(path):
        data = FILES["zips/val2017.zip"]["val2017/000000000001.jpg"]
        path.write_bytes(path.read_bytes().replace(data, data[::-1]))

    assert "(Bad CRC-32 for file 'val2017/000000000001.jpg'); delete it" in message(
        broken(site, change), tmp_path / "coco"
    )
    assert [path.name for path in (tmp_path / "coco/val2017").iterdir()] == ["000000000000.jpg"]


@pytest.mark.parametrize("name", ["../evil.jpg", "/evil.jpg", "val2017/../../evil.jpg"])
def test_a_path_that_leaves_the_folder_is_refused_before_anything_is_written(site, tmp_path, name):
    def change(path):
        with zipfile.ZipFile(path, "a") as zipped:
            zipped.writestr(name, b"evil")

    assert "leads out of" in message(broken(site, change), tmp_path / "coco")
    assert (
        not (tmp_path / "coco/val2017").exists()
        and not list(tmp_path.rglob("evil*"))
        and not Path("/evil.jpg").exists()
    )


def test_a_zip_without_what_it_should_hold(site, tmp_path):
    def change(path):
        with zipfile.ZipFile(path, "w") as zipped:
            zipped.writestr("val2017/1.jpg", b"1")

    assert message(broken(site, change), tmp_path / "coco").endswith(
        "holds too few of val2017/*.jpg; delete it and run again"
    )


def test_the_stage_names_what_it_can_fetch(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text("download: {}\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["download", "coco"])
    with pytest.raises(InputError, match=r"name one of params.yaml's downloads \(none\)"):
        main()


RUN = """
import sys
sys.path[:0] = [{root!r}]
from stages.common.files.errors import run_stage
from stages.download import published
published.PUBLISHED["coco"] = tuple(published.Archive(*one) for one in {archives!r})
from stages.download.__main__ import main
run_stage(main)
"""


def test_a_run_that_is_killed_goes_on(site, tmp_path):
    """Killed in the middle of a zip that comes slowly."""
    site.handler.ranges, site.handler.slow = True, 0.2
    coco = {"url": site.url, "keep_zips": False}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"download": {"coco": coco}}), encoding="utf-8")
    (tmp_path / "run.py").write_text(
        RUN.format(root=str(ROOT), archives=list(map(tuple, site.archives))), encoding="utf-8"
    )
    command, beside = [sys.executable, "run.py", "coco"], partial(tmp_path / "data/coco", site.archives[2])
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL) as running:
        while not beside.exists():
            assert running.poll() is None
            time.sleep(0.05)
        time.sleep(0.5)
        running.send_signal(signal.SIGKILL)
    site.handler.slow = 0
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert content(tmp_path / "data/coco") == EVERYTHING


def test_dvc_needs_scenes_or_the_download_as_the_root_says(tmp_path):
    """The graph of `dvc repro report`: by captions.root alone; nothing is fetched by default."""
    shutil.copy(ROOT / "dvc.yaml", tmp_path)
    params = load_params(ROOT / "params.yaml")
    preset = load_params(ROOT / "presets/coco.yaml")
    env = {**os.environ, "DVC_NO_ANALYTICS": "1"}
    subprocess.run(["dvc", "init", "--no-scm", "-q"], cwd=tmp_path, env=env, check=True)
    found = []
    for captions, download in (({}, {}), ({"root": "data/coco"}, preset["download"])):
        params["captions"] |= captions
        (tmp_path / "params.yaml").write_text(yaml.safe_dump(params | {"download": download}), encoding="utf-8")
        run = subprocess.run(
            ["dvc", "dag", "--dot", "report"], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
        )
        every = subprocess.run(
            ["dvc", "dag", "--dot"], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
        )
        found.append({name for name in ("scenes", "download@coco") if f'"{name}"' in run.stdout})
        assert ("download" in every.stdout) == bool(download)
    assert found == [{"scenes"}, {"download@coco"}]
    assert set(preset["download"]) <= set(PUBLISHED)
