"""ProjectLock: tells another window that a project is open in this one."""

from __future__ import annotations

import hashlib
from pathlib import Path

from training.locking import Lock

REMEDY = "close it there, or choose another name"


class ProjectLock:
    """Of one project at a time. It lies in `folder`, so that nothing is left beside the user's files, and goes with the
    window."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: Lock | None = None
        self._path: Path | None = None

    def take(self, path: Path) -> None:
        """In place of the former project. LockedError names the process that has it open; the former one then stays.
        Where nothing can be written, no window is told."""
        path = path.resolve()
        if path == self._path:
            return
        name = hashlib.sha256(str(path).encode()).hexdigest()[:16]
        lock = Lock(self._folder / f"{name}.lock", f"{path.name} is open in another window", REMEDY)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock.take()
        except OSError:
            pass
        self.give_back()
        self._lock, self._path = lock, path

    def give_back(self) -> None:
        if self._lock is not None:
            self._lock.give_back()
        self._lock = self._path = None
