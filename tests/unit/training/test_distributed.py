import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.unit.training.helpers import debug_config, make_pictures, small_config
from training.checkpoint import load_checkpoint
from training.config import run_config
from training.distributed import (
    WholeBatchDraws,
    agreed,
    averaged,
    gathered,
    is_writer,
    joined,
    local_device,
    own,
    part_of,
    rank,
    size,
    total_of,
)  # fmt: skip
from training.events import Ended, Metrics, Started, decode
from training.loop import train

ROOT = Path(__file__).parents[3]
SEEN = ("train.precision=float32", "train.learning_rate=0.0005", "log.metrics_every=8", "log.save_every=1000",
        "log.samples_every=1000")  # fmt: skip

SKETCHED = {"resolution": 32, "width": 0.1, "l1": 1.0}  # of a translator

# Stands in for torchrun, which would import torch three times: a store, and two processes that find it by the same
# variables and give their commands one after the other.
TEAM = """
import os, sys
from pathlib import Path
import torch
from training.__main__ import main
from training.distributed import joined
from training import loop

torch.set_num_threads(1)
store = torch.distributed.TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(store.port), TORCHELASTIC_USE_AGENT_STORE="True")
os.environ.update(WORLD_SIZE="2", TORCHELASTIC_RESTART_COUNT="0")
children = []
for rank in range(2):
    if not (child := os.fork()):
        os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank))
        said = os.open(f"said{rank}.txt", os.O_CREAT | os.O_WRONLY)
        os.dup2(said, 1), os.dup2(said, 2)
        with joined():
            for command in sys.argv[1:]:
                print("=>", main(command.split()), flush=True)
        os._exit(0)
    children.append(child)
sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))
"""


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """More of them wait for each other where several processes compute."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def weights_of(folder):
    state = load_checkpoint(folder / "last.pt", torch.device("cpu"))
    return {f"{part}.{k}": v for part in ("generator", "average", "discriminator") for k, v in state[part].items()}


def logged(folder):
    events = [decode(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [event.values for event in events if isinstance(event, Metrics)]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The folder where two processes made the runs dcgan, style, pix2pix and half, which is half of dcgan, and
    `said0.txt` and `said1.txt` hold what they said."""
    if not hasattr(os, "fork"):
        pytest.skip("there is no fork here")
    root = tmp_path_factory.mktemp("runs")
    data = make_pictures(root / "faces")
    for name, variant, images in (("dcgan", "dcgan", 160), ("style", "style", 160), ("half", "dcgan", 80)):
        (root / f"{name}.toml").write_text(small_config(variant, data, *SEEN, f"train.images={images}").to_toml())
    sketched = debug_config(data, "variant=pix2pix", f"options={SKETCHED}", *SEEN, "train.images=160")
    (root / "pix2pix.toml").write_text(sketched.to_toml())
    commands = [f"run {name}.toml --folder {name}" for name in ("dcgan", "style", "pix2pix", "half")]
    commands += ["run half.toml --runs numbered --set train.batch=9", "resume dcgan --events"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    team = [sys.executable, "-c", TEAM, *commands]
    done = subprocess.run(team, cwd=root, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr + (root / "said0.txt").read_text() + (root / "said1.txt").read_text()
    return root


@pytest.mark.parametrize("variant", ["dcgan", "style"])
def test_two_processes_learn_what_one_learns(variant, runs, tmp_path):
    list(train(run_config(runs / variant), tmp_path))
    expected, found = logged(tmp_path), logged(runs / variant)
    assert len(expected) == len(found) == 20
    for step, (one, two) in enumerate(zip(expected, found, strict=True), 1):
        assert two == pytest.approx(one, abs=1e-4), f"step {step}"
    one, two = weights_of(tmp_path), weights_of(runs / variant)
    assert one.keys() == two.keys()
    for name in one:
        torch.testing.assert_close(two[name], one[name], atol=2e-3, rtol=1e-3, msg=name)


def test_two_processes_translate_as_one(runs, tmp_path):
    """Its steps magnify rounding, batch norm by batch norm: the first two are alike, the later ones less and less."""
    list(train(run_config(runs / "pix2pix"), tmp_path))
    expected, found = logged(tmp_path), logged(runs / "pix2pix")
    assert len(expected) == len(found) == 20
    for one, two, near in zip(expected, found, (1e-5, 5e-3), strict=False):
        assert two == pytest.approx(one, abs=near)


def test_a_run_of_two_processes_goes_on_in_one(runs):
    left = [*train(run_config(runs / "half", ("train.images=160",)), runs / "half")]
    assert isinstance(left[0], Started) and left[0].images == 80 and left[-1] == Ended(160, "finished")
    for one, two in zip(logged(runs / "dcgan"), logged(runs / "half"), strict=True):
        assert two == pytest.approx(one, abs=1e-4)


def test_one_process_writes_and_speaks(runs):
    said = [(runs / f"said{rank}.txt").read_text() for rank in (0, 1)]
    assert "160 pictures finished" in said[0] and '"event": "ended"' in said[0]
    error = "training: train.batch is 9, which 2 processes cannot share evenly: make it a multiple"
    assert said[1].splitlines() == ["=> 0", "=> 0", "=> 0", "=> 0", error, "=> 2", "=> 0"]
    assert error in said[0]
    assert not (runs / "numbered").exists()
    assert sorted(p.name for p in (runs / "style").iterdir()) == [
        ".lock", "config.toml", "fakes000000.png", "fakes000020.png", "last.pt", "metrics.jsonl", "reals.png",
    ]  # fmt: skip


@pytest.fixture
def second_of_two(monkeypatch):
    monkeypatch.setattr("training.distributed.size", lambda: 2)
    monkeypatch.setattr("training.distributed.rank", lambda: 1)


def test_random_numbers_are_this_processs_part_of_the_whole_batchs(second_of_two):
    def draws(count):
        torch.manual_seed(0)
        return [
            torch.rand(count, 3, 2),
            torch.rand((count, 1)),
            torch.randn(count, 5),
            torch.randint(10, (count,)),
            torch.randint(0, 99, (count, 2)),
            torch.randn(3),
        ]

    whole = draws(8)
    with WholeBatchDraws(8):
        parts = draws(4)
    for one, part in zip(whole[:-1], parts[:-1], strict=True):
        assert torch.equal(one[4:], part)
    assert torch.equal(whole[-1], parts[-1])  # not one a picture: the same in all processes


def test_a_batch_that_cannot_be_shared_evenly_is_named(second_of_two):
    assert part_of(8) == 4
    with pytest.raises(ValueError, match=r"train.batch is 9, which 2 processes cannot share evenly"):
        part_of(9)


def test_a_process_without_a_gpu_of_its_own_says_so(second_of_two, monkeypatch):
    monkeypatch.setattr("training.distributed.pick_device", lambda name: torch.device("cuda"))
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    monkeypatch.setenv("LOCAL_RANK", "1")
    with pytest.raises(ValueError, match="process 1 of this machine finds no GPU of its own, there are 1"):
        local_device("auto")


def test_without_torchrun_there_is_one_process():
    with joined():
        assert (rank(), size(), is_writer()) == (0, 1, True)
        x = torch.randn(3)
        assert gathered(x) is x and own(x) is x and total_of(x) is x
        assert agreed(True) and averaged({"a": 1.0}) == {"a": 1.0}
