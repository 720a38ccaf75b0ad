"""Runs whose files were damaged, on disks that were full, and two at once."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from tests.unit.training.helpers import make_pictures, small_config
from training.checkpoint import CheckpointError
from training.commands.run import train_in
from training.config import RunConfig, run_config, write_config
from training.events import Ended
from training.locking import LockedError, locked
from training.loop import train


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return make_pictures(tmp_path_factory.mktemp("data") / "faces")


def begun(pictures: Path, folder: Path) -> RunConfig:
    """A run that was stopped after its first step."""
    config = small_config("dcgan", pictures, "train.images=32")
    write_config(config, folder)
    list(train(config, folder, stop=lambda: True))
    return config


@pytest.mark.parametrize(
    "line", ['{"event": "metrics", "images": null}', '{"event": "saved"}', "\x00\xff binary", "[" * 100_000, "3"]
)
def test_a_damaged_line_of_the_log_keeps_no_run_from_going_on(pictures, tmp_path, line):
    config = begun(pictures, tmp_path)
    with (tmp_path / "metrics.jsonl").open("ab") as log:
        log.write(line.encode("latin-1") + b"\n")
    *_, ended = train(config, tmp_path)
    assert ended == Ended(32, "finished")
    assert len(line) < 3 or line not in (tmp_path / "metrics.jsonl").read_text()


@pytest.mark.parametrize(
    "changes", [{"step": -5}, {"step": None}, {"generator": None}, {"seconds": None}, {"seconds": float("nan")}]
)
def test_a_damaged_checkpoint_is_said(pictures, tmp_path, changes):
    config = begun(pictures, tmp_path)
    state = torch.load(tmp_path / "last.pt", weights_only=True)
    torch.save(state | changes, tmp_path / "last.pt")
    with pytest.raises(CheckpointError, match="the checkpoint does not"):
        list(train(config, tmp_path))


@pytest.mark.parametrize("text", ["", "\n", 'title = "mine"\n'])
def test_an_empty_or_foreign_config_of_a_run_is_an_error(tmp_path, text):
    (tmp_path / "config.toml").write_text(text)
    with pytest.raises(ValueError, match="empty or of something else"):
        run_config(tmp_path)


def test_a_full_disk_is_said_in_words(pictures, tmp_path, monkeypatch):
    config = begun(pictures, tmp_path)
    before = (tmp_path / "last.pt").read_bytes()

    def full(*_):
        raise RuntimeError("[enforce fail at inline_container.cc:671] . unexpected pos 64 vs 0")

    monkeypatch.setattr(torch, "save", full)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    with pytest.raises(CheckpointError, match="the disk is full"):
        list(train(config, tmp_path))
    assert (tmp_path / "last.pt").read_bytes() == before


def test_one_process_trains_in_a_folder(pictures, tmp_path):
    config = begun(pictures, tmp_path)
    with locked(tmp_path, "busy"), pytest.raises(LockedError, match="another process trains"):
        train_in(tmp_path, config, False)
