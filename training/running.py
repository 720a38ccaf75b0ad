"""A run in its folder, by itself there: what the command line, `prepare` and whoever else trains do with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from training.compute import keep_memory
from training.config import RunConfig, write_config
from training.distributed import is_writer
from training.events import Event
from training.locking import locked
from training.loop import train
from training.tensorboard import TensorBoard


def run_in(folder: Path, config: RunConfig, stop: Callable[[], bool]) -> Iterator[Event]:
    """The events of `train`, also for TensorBoard. LockedError when another process trains in the folder; of several
    processes that train together the first one alone holds it."""
    keep_memory()
    board = TensorBoard(folder)
    try:
        with lock_of(folder) if is_writer() else nullcontext():
            for event in train(config, folder, stop):
                if is_writer():
                    board.take(event)
                yield event
    finally:
        board.close()


def give_config(config: RunConfig, folder: Path) -> None:
    """Makes a run's folder, or gives one that is there another config, while nobody trains in it. LockedError."""
    folder.mkdir(parents=True, exist_ok=True)
    with lock_of(folder):
        write_config(config, folder)


def lock_of(folder: Path) -> AbstractContextManager[None]:
    return locked(folder, f"another process trains in {folder}")
