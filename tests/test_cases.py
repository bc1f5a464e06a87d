"""The inputs of ../shared/cases, each tried as its README says; tests/ by stage has the same kinds in inputs of our own."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image

from stages.benchmark.pictures import locate
from stages.benchmark.published import BENCHMARKS
from stages.benchmark.question import COLUMNS
from stages.captions.formats.coco import read
from stages.captions.options import Shares, Source
from stages.captions.shrink import shrink
from stages.captions.sources import read_source
from stages.check.across import check_across
from stages.check.blocks import check_blocks
from stages.common.files.errors import InputError
from stages.common.files.params import load_params
from stages.parse.bulk import parse_captions
from stages.parse.pipeline import compact_pipeline
from stages.triples.table import caption_triples, new_memory
from stages.common.language.lexicons import read_dynamic_verbs
from tests.triples.trees import parses_of
from tests.whole.project import parse, run, set_up, stage

ROOT = Path(__file__).parents[1]
CASES = ROOT.parent / "shared/cases"
SHARES = Shares(train=0.8, val=0.05, test=0.15)
pytestmark = pytest.mark.skipif(
    not CASES.is_dir(), reason="../shared/cases, the inputs that once failed, are not there"
)


def entries(case: str, split: str = "random") -> list:
    source = Source(annotations="captions.json", images="images", split=split)
    return read_source(CASES / case, source, SHARES, 0)


def with_fragment(case: str, **changes) -> dict:
    """The default parameters with the case's fragment laid over, block by block, and `changes` over that."""
    params = load_params(ROOT / "params.yaml")
    params["triples"]["truth"], params["captions"]["root"] = "", "coco"
    for blocks in (load_params(CASES / case / "params_fragment.yaml"), changes):
        for block, inner in blocks.items():
            params[block] |= inner
    return params


def test_bom():
    assert read(CASES / "bom/captions.json")[0].captions == [(1, "A dog chasing a cat")]


def test_captions():
    said = json.loads((CASES / "captions/captions.json").read_text(encoding="utf-8"))
    trees = parse_captions(compact_pipeline(), [case["caption"] for case in said])
    found: list[set[str]] = [set() for _ in said]
    for row in caption_triples(parses_of(trees), new_memory(read_lexicon(ROOT / "data/verbs.csv"))).to_pylist():
        if row["rank"] == 0:
            parts = (row[name] for name in ("subject", "relation", "particle", "preposition", "object"))
            found[row["caption"]].add(" ".join(filter(None, parts)))
    for case, triples in zip(said, found):
        expected = set(case["expected"])
        assert expected <= triples <= expected | set(case["acceptable"]), case["caption"]


def test_dvc_symlink_cache(tmp_path):
    """As its run.sh, on 100 drawn pictures: DVC turns the outputs of one stage into links, which the next one reads."""
    for name in ("dvc.yaml", "params.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    text = (tmp_path / "params.yaml").read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(re.sub(r"\n  images: \d+", "\n  images: 100", text), encoding="utf-8")
    shutil.copytree(ROOT / "stages", tmp_path / "stages", ignore=shutil.ignore_patterns("__pycache__"))
    environment = os.environ | {"DVC_NO_ANALYTICS": "true", "PYTHONDONTWRITEBYTECODE": "1"}
    for arguments in ("init --no-scm -q", "config cache.type symlink", "repro captions"):
        command = [sys.executable, "-m", "dvc", *arguments.split()]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert next((tmp_path / "data/scenes/images").iterdir()).is_symlink()
    assert (tmp_path / "data/captions/images/part-00000.parquet").is_file()


def test_exp_temp_relative_root():
    """The README says that such an experiment takes an absolute root, as it works in a folder of its own."""
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert "`captions.root` must be absolute" in text and "--temp" in text


def test_huge_picture():
    with pytest.raises(InputError, match=r"big.png has more than 100 megapixels; shrink it first"):
        shrink(CASES / "huge_picture/big.png", 96)


def test_id_negative_random_split():
    assert [entry.photo.image_id for entry in entries("id_negative_random_split")] == [-12]


def test_ids_uint64():
    with pytest.raises(InputError, match="id 9223372036854775815 does not fit 64 bits"):
        entries("ids_uint64", "train")


def test_lr_1e_05(tmp_path):
    """As DVC writes it into params.yaml; every other way of writing is in tests/common/test_params.py."""
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(re.sub(r"\n  lr: \S+", "\n  lr: 1e-05", text), encoding="utf-8")
    assert check_blocks(load_params(tmp_path / "params.yaml"))["train"].lr == 1e-5


@pytest.mark.parametrize("shares", [{}, {"shares": {"train": 0.98, "val": 0.02, "test": 0.0}}])
def test_no_test_share(shares):
    with pytest.raises(
        InputError, match="captions.shares.test is missing|give no image to split test; .* raise its share"
    ):
        check_across(check_blocks(with_fragment("no_test_share", captions=shares)))


def test_no_triples(tmp_path, monkeypatch):
    set_up(tmp_path, {"captions": {"shares": {"train": 0.5, "val": 0.0, "test": 0.5}}})
    (tmp_path / "coco/images").mkdir(parents=True)
    shutil.copy(CASES / "no_triples/captions.json", tmp_path / "coco")
    for image in json.loads((tmp_path / "coco/captions.json").read_text())["images"]:
        Image.new("RGB", (32, 32)).save(tmp_path / "coco/images" / image["file_name"])
    monkeypatch.chdir(tmp_path)
    stage(monkeypatch, "captions")
    parse()
    with pytest.raises(InputError, match=r"^data/captions/captions: [^\n]*$"):
        stage(monkeypatch, "triples")


def test_report_test_random_only(tmp_path, monkeypatch):
    set_up(tmp_path, {"captions": {"shares": {"train": 0.75, "val": 0.0, "test": 0.25}}})
    (tmp_path / "coco").symlink_to(CASES / "report_test_random_only/coco")
    page = run(tmp_path, monkeypatch)
    assert "No question of the sets dynamic, stative, swapped: the test split has no such tuple." in page


def test_same_names(tmp_path):
    for line in (CASES / "same_names/tree.txt").read_text().split():
        (tmp_path / line).parent.mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(tmp_path / line)
    asked = pd.DataFrame([["x", [("1.jpg", ())], ["a", "b"], False]], columns=COLUMNS)
    with pytest.raises(InputError, match="lies in .*/svo and in .*/vg.* holds the one that is meant"):
        locate(asked, tmp_path / "all", "svo_probes")


def test_share_misspelt():
    with pytest.raises(
        InputError, match="captions.shares.valid is unknown; the nearest known key is captions.shares.val"
    ):
        check_blocks(with_fragment("share_misspelt"))


def test_siglip():
    """The parameters hold; that such a model is written and loaded again is in tests/common/test_models.py."""
    check_across(check_blocks(with_fragment("siglip")))


def test_sixteen_bit_png():
    picture = Image.open(CASES / "sixteen_bit_png/ramp.png")
    *_, content = shrink(CASES / "sixteen_bit_png/ramp.png", 8192)
    found = np.asarray(Image.open(io.BytesIO(content)).convert("L")).astype(float)
    expected = np.asarray(picture).astype(float) / 257
    assert np.abs(found - expected).max() < 8 and np.ptp(found) > 240


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, r"captions.sources\[0\].split is missing; it takes one of train, val, test, random"),
        ({"shares": {}}, r"captions.shares.train is missing|captions.sources\[0\].split is missing"),
        ({"sources": [], "short_side": "96px"}, r"captions.sources is \[\]|captions.short_side is '96px'"),
    ],
)
def test_source_without_split(changes, message):
    with pytest.raises(InputError, match=message):
        check_blocks(with_fragment("source_without_split", captions=changes))


def test_spawn_forkserver(tmp_path, monkeypatch):
    set_up(tmp_path, {})
    monkeypatch.chdir(tmp_path)
    for number in (1, 2):
        (tmp_path / "coco").mkdir(exist_ok=True)
        Image.new("RGB", (32, 32)).save(tmp_path / f"coco/{number}.jpg")
    images = [{"id": number, "file_name": f"{number}.jpg"} for number in (1, 2)]
    said = [{"id": number, "image_id": number, "caption": "A dog chasing a cat"} for number in (1, 2)]
    (tmp_path / "coco/captions.json").write_text(json.dumps({"images": images, "annotations": said}))
    monkeypatch.setattr("stages.captions.sources.assign_splits", lambda *_: ["train", "test"])
    params = load_params(tmp_path / "params.yaml")
    params["captions"]["sources"][0]["images"] = "."
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
    stage(monkeypatch, "captions")
    parse()
    expected = (tmp_path / "data/parse/parses/part-00000.parquet").read_bytes()
    path = os.pathsep.join([str(CASES / "spawn_forkserver"), str(ROOT)])
    command, environment = [sys.executable, "-m", "stages.parse"], os.environ | {"PYTHONPATH": path}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "data/parse/parses/part-00000.parquet").read_bytes() == expected


def test_sugarcrepe_pp():
    with pytest.raises(InputError, match="swap_obj.json is a list and no mapping, as of another benchmark"):
        BENCHMARKS["sugarcrepe"].read(CASES / "sugarcrepe_pp")


def test_svo_dead_link():
    questions = BENCHMARKS["svo_probes"].read(CASES / "svo_dead_link")
    kept, missing = locate(questions, CASES / "svo_dead_link/images", "svo_probes")
    assert len(kept) == 1 and missing == ["2.jpg", "5.jpg", "6.jpg"]


def test_symlinked_images(tmp_path):
    """As its run.sh, with an image on the other disk."""
    (tmp_path / "coco").mkdir()
    subprocess.run(["bash", CASES / "symlinked_images/run.sh"], cwd=tmp_path, check=True)
    Image.new("RGB", (8, 8)).save(tmp_path / "disk2/images/1.jpg")
    content = {
        "images": [{"id": 1, "file_name": "1.jpg"}],
        "annotations": [{"id": 1, "image_id": 1, "caption": "A dog"}],
    }
    (tmp_path / "coco/captions.json").write_text(json.dumps(content))
    source = Source(annotations="captions.json", images="images", split="train")
    (entry,) = read_source(tmp_path / "coco", source, SHARES, 0)
    assert shrink(entry.path, 96)[:2] == (8, 8)
