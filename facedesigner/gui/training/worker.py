"""Worker: functions run in the background, results come back in the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, QThreadPool, Signal

THREADS = 2

T = TypeVar("T")


class Worker(QObject):
    """Of one tag, only the newest is answered: what was asked before and has not begun is skipped."""

    _done = Signal(str, int, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(THREADS)
        self._newest: dict[str, int] = {}
        self._done.connect(self._deliver)

    def run(self, tag: str, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[str], None]) -> None:
        """`work` runs in a thread and must not touch widgets; `then` takes what it returns, `failed` the sentence of a
        ValueError or OSError."""
        stamp = self._newest[tag] = self._newest.get(tag, 0) + 1

        def job() -> None:
            if self._newest.get(tag) != stamp:
                return
            try:
                value = work()
            except (ValueError, OSError) as problem:
                self._done.emit(tag, stamp, failed, str(problem))
            else:
                self._done.emit(tag, stamp, then, value)

        self._pool.start(job)

    def close(self) -> None:
        self._newest.clear()
        self._pool.waitForDone()

    def _deliver(self, tag: str, stamp: int, call: Callable[[object], None], value: object) -> None:
        if self._newest.get(tag) == stamp:
            call(value)
