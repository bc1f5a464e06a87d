"""Two processes and one: the same weights, one line for a lost one, and a run that resumes with another number."""

from types import SimpleNamespace

import pytest
import torch

from stages.common.files.errors import InputError
from stages.common.training.distributed import LostProcess, explain, gather, processes, report_errors, wrap
from tests.common.training.joined import RUNS, run
from tests.project import start

CPU, GPU, MPS = map(torch.device, ("cpu", "cuda", "mps"))


@pytest.fixture(scope="module")
def joined(tmp_path_factory) -> list[dict]:
    """What each of two processes found of tests/common/training/joined.py."""
    folder = tmp_path_factory.mktemp("joined")
    command = ["torch.distributed.run", "--nproc-per-node", "2", "-m", "tests.common.training.joined", str(folder)]
    process = start(folder, *command)
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
def test_one_process_resumes_where_two_were(joined, name):
    """From step 3 on by one: as two would have ended."""
    model, _ = run(**RUNS[name], state=joined[0]["runs"][name]["state"])
    close(model.state_dict(), joined[0]["runs"][name]["weights"])


def test_processes_find_out_whether_they_agree(joined):
    assert [found["agree"] for found in joined] == [[True, False]] * 2


def test_one_process_shares_nothing():
    rows, towers = torch.ones(2, 3), torch.nn.Linear(3, 3)
    assert gather(rows) is rows and wrap(towers, rows) is towers


def test_how_many_processes(monkeypatch):
    """auto is one a GPU of the machine, or 1; torchrun's number comes before all."""
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


def failure(message: str, at: int, exitcode: int = 1) -> SimpleNamespace:
    kind = {"message": message} if message else ""
    return SimpleNamespace(message=kind, timestamp=at, exitcode=exitcode, signal_name=lambda: "SIGKILL")


def test_the_cause_is_reported_not_what_it_led_to():
    """A process that lost another is reported only where nothing else is known."""
    lost, wrong = failure("LostProcess: broken", 1), failure("InputError: images.parquet: row 3", 2)
    assert explain({0: lost, 1: wrong}) == "images.parquet: row 3"
    assert explain({0: lost}) == "broken"
    memory = failure("OutOfMemoryError: CUDA out of memory.\nTried", 2)
    assert explain({1: memory}) == "process 1 of the training ended with OutOfMemoryError: CUDA out of memory."
    again = "run the same command again: it resumes from the last checkpoint"
    assert explain({0: lost, 3: failure("", 2, -9)}) == f"process 3 of the training ended by SIGKILL; {again}"
    assert explain({2: failure("", 2, 1)}) == f"process 2 of the training ended with exit status 1; {again}"


def test_a_broken_connection_becomes_one_line(monkeypatch, tmp_path):
    """Raised by the process itself under torchrun; left to `launch` where that started it."""

    def broken(arguments: list[str]) -> None:
        assert arguments == ["drive"]
        raise RuntimeError("[gloo/transport/tcp/pair.cc:547] Connection closed by peer [127.0.0.1]:20137")

    with pytest.raises(RuntimeError, match="gloo"):
        report_errors(broken, ["drive"])
    environment = {"WORLD_SIZE": "2", "RANK": "0", "TORCHELASTIC_ERROR_FILE": str(tmp_path / "error.json")}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(LostProcess, match="the connection to another process of the training broke; run the same"):
        report_errors(broken, ["drive"])
    monkeypatch.setenv("ROLE_NAME", "stages.train")
    with pytest.raises(SystemExit) as ended:
        report_errors(broken, ["drive"])
    assert ended.value.code == 1 and "LostProcess" in (tmp_path / "error.json").read_text()
