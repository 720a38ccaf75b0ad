"""EnhanceThread: opens a picture and enlarges it one method after the other; only the newest job is worked on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QThread, Signal

from facedesigner.engine.methods import Stopped

if TYPE_CHECKING:
    from facedesigner.engine.opening import Opened
    from facedesigner.engine.request import Image


@dataclass(frozen=True, eq=False)
class Job:
    """What to enlarge: a file, or a picture that is there already."""

    stamp: int
    source: Path | Opened
    scale: int
    methods: tuple[str, ...]


def open_picture(path: Path) -> Opened:
    from facedesigner.engine.opening import open_picture

    return open_picture(path)


def enlarge(
    pixels: Image, method: str, scale: int, progress: Callable[[float], None], stop: Callable[[], bool]
) -> Image:
    from facedesigner.engine.enhance import upscale

    return upscale(pixels, method, scale, progress, stop)


class EnhanceThread(QThread):
    """All signals carry the job's stamp first, so that a late answer can be told from a new one."""

    opened = Signal(int, object)  # Opened
    refused = Signal(int, str)  # the file cannot be opened
    progressed = Signal(int, str, float)  # method, share from 0 to 1
    enlarged = Signal(int, str, object, float)  # method, Image, seconds
    failed = Signal(int, str, str)  # method, why
    ended = Signal(int, bool)  # whether nothing was stopped

    def __init__(self, enlarge: Callable[..., Any] = enlarge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._enlarge = enlarge
        self._wake = threading.Condition()
        self._slot: Job | None = None
        self._stopped = 0  # the newest job that is not wanted any more
        self._closing = False

    def submit(self, job: Job) -> None:
        """Takes the place of whatever is waiting or under way."""
        with self._wake:
            self._slot = job
            self._wake.notify()

    def cancel(self, stamp: int) -> None:
        """Stops that job and older ones, after the tile that is being enlarged."""
        self._stopped = stamp

    def close(self) -> None:
        with self._wake:
            self._closing = True
            self._wake.notify()
        self.wait()

    def run(self) -> None:
        while True:
            with self._wake:
                while self._slot is None and not self._closing:
                    self._wake.wait()
                if self._closing or self._slot is None:
                    return
                job, self._slot = self._slot, None
            self._work(job)

    def _work(self, job: Job) -> None:
        source: Any = job.source
        if isinstance(source, Path):
            try:
                source = open_picture(source)
            except ValueError as error:
                self.refused.emit(job.stamp, str(error))
                return
            self.opened.emit(job.stamp, source)
        for method in job.methods:
            if not self._do(job, source.pixels, method):
                self.ended.emit(job.stamp, False)
                return
        self.ended.emit(job.stamp, True)

    def _do(self, job: Job, pixels: Image, method: str) -> bool:
        """False when it was stopped."""
        began = time.perf_counter()
        try:
            large = self._enlarge(
                pixels,
                method,
                job.scale,
                lambda share: self.progressed.emit(job.stamp, method, share),
                lambda: self._is_stopped(job),
            )
        except Stopped:
            return False
        except Exception as error:  # missing weights, too large, no memory: the other methods may still work
            self.failed.emit(job.stamp, method, str(error) or type(error).__name__)
        else:
            self.enlarged.emit(job.stamp, method, large, time.perf_counter() - began)
        return not self._is_stopped(job)

    def _is_stopped(self, job: Job) -> bool:
        return self._closing or self._slot is not None or self._stopped >= job.stamp


class SaveThread(QThread):
    """Writes one picture: compressing a large one takes seconds."""

    written = Signal(str)
    failed = Signal(str)

    def __init__(self, image: Image, path: Path, texts: dict[str, str], how: str, parent: QObject) -> None:
        super().__init__(parent)
        self.path = path
        self._what = (image, path, texts, how)

    def run(self) -> None:
        from facedesigner.export.enlarged import save_enlarged
        from facedesigner.export.writing import ExportError

        try:
            self.written.emit(str(save_enlarged(*self._what, overwrite=True)))  # the dialog asked
        except (ExportError, MemoryError) as error:
            self.failed.emit(str(error) or "there is not enough memory to write it")
