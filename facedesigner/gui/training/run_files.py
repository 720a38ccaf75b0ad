"""What is done to run folders: their config changed, their files deleted. No Qt."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from facedesigner.state.files import write_atomically
from training.config import RunConfig
from training.errors import UserError

# What a run makes; whatever else lies in its folder belongs to the user.
MADE = ("config.toml", "*.jsonl", "*.png", "*.pt", "*.json", ".*.tmp", "events.out.tfevents.*")


def extend(folder: Path, config: RunConfig, images: int) -> None:
    """Lets a run go on to so many pictures. OSError when the config cannot be written."""
    longer = dataclasses.replace(config, train=dataclasses.replace(config.train, images=images))
    write_atomically(folder / "config.toml", longer.to_toml().encode())


def delete(folder: Path) -> str:
    """Deletes what the run made, and the folder if nothing else is in it; else returns a sentence on what was kept.
    OSError when a file cannot be deleted, UserError when the folder is no run."""
    if not (folder / "config.toml").is_file():
        raise UserError(f"{folder} has no config.toml, so it may be no run: delete it in your file manager")
    for pattern in MADE:
        for path in folder.glob(pattern):
            if path.is_file():
                path.unlink()
    if any(folder.iterdir()):
        return f"{folder} holds files that the run did not make; they were kept."
    folder.rmdir()
    return ""


def clear_stillborn(folder: Path) -> None:
    """Removes the folder of a run that ended before its first step; any other is left alone."""
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else {""}
    log = folder / "metrics.jsonl"
    if names <= {"config.toml", "metrics.jsonl"} and not (log.is_file() and log.stat().st_size):
        delete(folder)
