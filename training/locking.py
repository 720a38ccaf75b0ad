"""Locks: one process writes to a folder at a time. A lock goes with its process, so none is ever stale."""

from __future__ import annotations

import os
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


class LockedError(UserError):
    """Another process holds the lock; the message names it and says what to do."""


class Lock:
    """Of a folder, or of a file beside which it lies."""

    def __init__(self, path: Path, what: str) -> None:
        """`path` of the lock's own file; `what` the other one does, such as "another batch is writing to faces"."""
        self._path, self._what = path, what
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
            raise LockedError(f"{self._what}{who}: wait for it, or stop it") from None
        except OSError:  # a file system without locks
            pass
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file

    def give_back(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def beside(path: Path) -> Path:
    """The lock's own file of a file that is written."""
    return path.with_name(f".{path.name}{NAME}")


@contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    """Holds the lock of a folder that is there, or of a file that is written in such a one. Raises as `Lock.take`."""
    lock = Lock(path / NAME if path.is_dir() else beside(path), what)
    lock.take()
    try:
        yield
    finally:
        lock.give_back()
