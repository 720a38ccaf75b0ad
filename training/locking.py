"""Locks: one process writes to a folder at a time. A lock goes with its process, so none is ever stale."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TextIO

from training.errors import UserError

try:
    import fcntl
except ImportError:  # Windows
    fcntl: ModuleType | None = None  # type: ignore[no-redef]

NAME = ".lock"  # of the file, in the folder
LOOK = 0.005  # seconds between two looks at a lock that is waited for


class LockedError(UserError):
    """Another process holds the lock; the message names it and says what to do."""


class Lock:
    """Of a folder, or of a file beside which it lies."""

    def __init__(self, path: Path, what: str, remedy: str = "wait for it, or stop it") -> None:
        """`path` of the lock's own file; `what` the other one does, such as "another batch is writing to faces"."""
        self._path, self._what, self._remedy = path, what, remedy
        self._file: TextIO | None = None

    def take(self) -> None:
        """LockedError when another process holds it, OSError when the file cannot be written. Where the system knows no
        locks, everybody gets it."""
        if self._file is not None:
            return
        file = self._path.open("a+", encoding="utf-8")
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            number = file.read(20).strip()
            file.close()
            who = f" (process {number})" if number.isdecimal() else ""
            raise LockedError(f"{self._what}{who}: {self._remedy}") from None
        except OSError:  # a file system without locks
            pass
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file

    def wait(self, seconds: float) -> None:
        """As `take`, for so long, where the other one has it for a moment only."""
        end = time.monotonic() + seconds
        while True:
            try:
                return self.take()
            except LockedError:
                if time.monotonic() > end:
                    raise
            time.sleep(LOOK)

    def give_back(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def beside(path: Path) -> Path:
    """The lock's own file of a file that is written."""
    return path.with_name(f".{path.name}{NAME}")


@contextmanager
def locked(path: Path, what: str, patience: float = 0.0) -> Iterator[None]:
    """Holds the lock of a folder that is there, or of a file in such a one. Raises as `Lock.take`, after so many
    seconds."""
    lock = Lock(path / NAME if path.is_dir() else beside(path), what)
    lock.wait(patience)
    try:
        yield
    finally:
        lock.give_back()
