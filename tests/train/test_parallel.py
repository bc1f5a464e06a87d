"""Two processes and one: the same weights, one line for a lost one, and a run that goes on with another number."""

from types import SimpleNamespace

import pytest
import torch

from stages.common.files.errors import InputError
from stages.train.batches import check_parts
from stages.common.training.distributed import LostProcess, explained, gather, processes, reported, wrap
from tests.train.joined import RUNS, run
from tests.project import start

CPU, GPU, MPS = map(torch.device, ("cpu", "cuda", "mps"))


@pytest.fixture(scope="module")
def joined(tmp_path_factory) -> list[dict]:
    """What each of two processes found of tests/train/joined.py."""
    folder = tmp_path_factory.mktemp("joined")
    process = start(folder, "torch.distributed.run", "--nproc-per-node", "2", "-m", "tests.train.joined", str(folder))
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    return [torch.load(folder / f"{rank}.pt", weights_only=True) for rank in (0, 1)]


@pytest.fixture(autouse=True)
def single_precision(monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)


def close(one: dict, other: dict) -> None:
    """The same weights within rounding."""
    for name, value in one.items():
        a, b = value, other[name]
        if name.endswith("in_proj_bias"):  # a key's bias has gradient 0: AdamW makes steps of its rounding
            a, b = (torch.cat(part.chunk(3)[::2]) for part in (a, b))
        torch.testing.assert_close(a, b, atol=2e-5, rtol=0, msg=lambda line, name=name: f"{name}: {line}")


@pytest.mark.parametrize("name", RUNS)
def test_two_processes_train_like_one(joined, name):
    """Six steps over eight tuples by one process, and over four each by two, of unequal numbers of images."""
    first, second = (found["runs"][name] for found in joined)
    assert all(torch.equal(value, second["weights"][key]) for key, value in first["weights"].items())
    model, state = run(**RUNS[name])
    close(model.state_dict(), first["weights"])
    one, two = (made["optimizer"]["state"] for made in (state, first["state"]))
    for number in one:  # AdamW's steps are the same for twice the gradient, its mean gradient is not
        torch.testing.assert_close(one[number]["exp_avg"], two[number]["exp_avg"], atol=2e-6, rtol=2e-3)


@pytest.mark.parametrize("name", ["ours", "unread model"])
def test_one_process_goes_on_where_two_were(joined, name):
    """From step 3 on by one: as two would have ended."""
    model, _ = run(**RUNS[name], state=joined[0]["runs"][name]["state"])
    close(model.state_dict(), joined[0]["runs"][name]["weights"])


def test_processes_tell_whether_they_agree(joined):
    assert [found["agree"] for found in joined] == [[True, False]] * 2


def test_one_process_needs_nobody():
    rows, towers = torch.ones(2, 3), torch.nn.Linear(3, 3)
    assert gather(rows) is rows and wrap(towers, rows) is towers


def test_how_many_processes(monkeypatch):
    """auto is one a GPU of the machine, or 1; torchrun's number goes before all."""
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)
    assert [processes("auto", device) for device in (CPU, GPU, MPS)] == [1, 4, 1]
    assert [processes(2, CPU), processes(2, GPU)] == [2, 2]
    with pytest.raises(InputError, match="run.processes is 8 on a machine of 4 GPUs; set it to auto"):
        processes(8, GPU)
    with pytest.raises(InputError, match="run.processes is 2 on mps"):
        processes(2, MPS)
    for name, value in {"WORLD_SIZE": "8", "RANK": "5", "LOCAL_WORLD_SIZE": "4"}.items():
        monkeypatch.setenv(name, value)
    assert processes("auto", GPU) == processes(1, GPU) == 8


def test_a_batch_that_does_not_divide_is_refused():
    check_parts(64, accumulate=2, world=8)
    with pytest.raises(InputError, match="64 is not divisible by run.processes 3 x train.accumulate 2 = 6; 66 is"):
        check_parts(64, accumulate=2, world=3)


def failure(message: str | dict, at: int, exitcode: int = 1) -> SimpleNamespace:
    kind = {"message": message} if message else ""
    return SimpleNamespace(message=kind, timestamp=at, exitcode=exitcode, signal_name=lambda: "SIGKILL")


def test_the_cause_is_reported_not_what_it_led_to():
    """A process that lost another is reported only where nothing else is known."""
    lost, wrong = failure("LostProcess: broken", 1), failure("InputError: images.parquet: row 3", 2)
    assert explained({0: lost, 1: wrong}) == "images.parquet: row 3"
    assert explained({0: lost}) == "broken"
    memory = failure("OutOfMemoryError: CUDA out of memory.\nTried", 2)
    assert explained({1: memory}) == "process 1 of the training ended with OutOfMemoryError: CUDA out of memory."
    again = "run the same command again: it goes on from the last checkpoint"
    assert explained({0: lost, 3: failure("", 2, -9)}) == f"process 3 of the training ended by SIGKILL; {again}"
    assert explained({2: failure("", 2, 1)}) == f"process 2 of the training ended with exit status 1; {again}"


def test_a_broken_connection_becomes_one_line(monkeypatch, tmp_path):
    """Told by the process itself under torchrun; left to `launch` where that started it."""

    def broken():
        raise RuntimeError("[gloo/transport/tcp/pair.cc:547] Connection closed by peer [127.0.0.1]:20137")

    with pytest.raises(RuntimeError, match="gloo"):
        reported(broken)
    environment = {"WORLD_SIZE": "2", "RANK": "0", "TORCHELASTIC_ERROR_FILE": str(tmp_path / "error.json")}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(LostProcess, match="the connection to another process of the training broke; run the same"):
        reported(broken)
    monkeypatch.setenv("ROLE_NAME", "stages.train")
    with pytest.raises(SystemExit) as ended:
        reported(broken)
    assert ended.value.code == 1 and "LostProcess" in (tmp_path / "error.json").read_text()
