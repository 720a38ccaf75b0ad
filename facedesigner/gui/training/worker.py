"""Worker: functions run in the background, results come back in the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from facedesigner.gui.work.desk import Desk

T = TypeVar("T")


class Worker(Desk):
    def run(
        self, tag: str, work: Callable[[], T], then: Callable[[T], object], failed: Callable[[str], object]
    ) -> None:
        """`work` runs in the thread and must not touch widgets; `then` takes what it returns, `failed` a sentence. Of
        one tag, only the newest is answered."""

        def take(value: T, error: Exception | None) -> None:
            if error is None:
                then(value)
            else:
                failed(str(error) or type(error).__name__)

        self.ask(lambda *_: work(), take, self, replace=tag, newest=True)
