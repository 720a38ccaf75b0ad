"""RenderThread: the one thread that owns the engine and draws."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, Signal

if TYPE_CHECKING:
    from facedesigner.engine.face_engine import FaceEngine
    from facedesigner.engine.request import ModelInfo, RenderRequest, RenderResult

Job = Callable[[], None]


@dataclass(slots=True, eq=False)
class _Batch:
    """What is left to draw of one batch. Compared by identity: a newer batch of the same tag is another one."""

    waiting: deque[tuple[int, RenderRequest]]
    total: int
    started: bool = False


class RenderThread(QThread):
    """Draws in the background, always the newest request first.

    `submit` is a mailbox with one slot: a request that was not begun is overwritten by the next, so that dragging a
    slider never queues. Order of work: load, device, calls, the slot, then the batches, oldest first. Whatever goes
    wrong travels as a result, an answer or a message; the thread lives on until `close`.
    """

    loaded = Signal(object)  # ModelInfo
    load_failed = Signal(str)  # the sentence to show; the old model, if any, goes on
    device_changed = Signal(str)  # the device now in use
    rendered = Signal(object)  # RenderResult of submit()
    batch_started = Signal(str, int)  # tag, number of pictures
    batch_rendered = Signal(
        str, int, object
    )  # tag, index, RenderResult; compare its request, it may be a replaced one's
    batch_finished = Signal(str, bool)  # tag, True when all were drawn, False when cancelled
    answered = Signal(str, object, str)  # tag, value or None, error message or ""

    def __init__(
        self,
        engine_factory: Callable[[], FaceEngine],
        weights: Path | None,
        device: str = "auto",
        parent: QObject | None = None,
    ) -> None:
        """`engine_factory` runs in the thread, so that torch is imported there; `weights`, if any, are loaded first."""
        super().__init__(parent)
        self._factory = engine_factory
        self._engine: FaceEngine | None = None
        self._known_device = ""
        self._wake = threading.Condition()  # guards all below
        self._closing = False
        self._load: Path | None = weights
        self._device: str | None = None if device == "auto" else device
        self._slot: RenderRequest | None = None
        self._calls: dict[str, Callable[[FaceEngine], object]] = {}
        self._batches: dict[str, _Batch] = {}
        self._cancelled: list[str] = []

    @property
    def queue_length(self) -> int:
        """Requests of `submit` that wait: 0 or 1."""
        with self._wake:
            return int(self._slot is not None)

    def submit(self, request: RenderRequest) -> None:
        """Asks for one picture, in place of the one that waits. Answered by `rendered`."""
        with self._wake:
            self._slot = request
            self._wake.notify()

    def submit_batch(self, tag: str, requests: Sequence[RenderRequest]) -> None:
        """Draws several pictures while nothing more urgent waits; the same tag replaces a batch without a finish."""
        with self._wake:
            self._batches.pop(tag, None)
            self._batches[tag] = _Batch(deque(enumerate(requests)), len(requests))
            self._wake.notify()

    def cancel(self, tag: str) -> None:
        """Gives up a batch; `batch_finished(tag, False)` follows if there was one."""
        with self._wake:
            if self._batches.pop(tag, None):
                self._cancelled.append(tag)
                self._wake.notify()

    def call(self, tag: str, function: Callable[[FaceEngine], object]) -> None:
        """Runs a function of the engine in the thread; a waiting one of the same tag is replaced."""
        with self._wake:
            self._calls.pop(tag, None)
            self._calls[tag] = function
            self._wake.notify()

    def load(self, path: Path) -> None:
        """Loads other weights. Answered by `loaded` or `load_failed`."""
        with self._wake:
            self._load = path
            self._wake.notify()

    def use_device(self, name: str) -> None:
        """Answered by `device_changed`, or by `answered("device", None, message)` if it is not to be had."""
        with self._wake:
            self._device = name
            self._wake.notify()

    def close(self) -> None:
        """Asks the thread to stop after the picture at hand, and waits until it has.

        What was called for, such as a file to write, is still done; what was only to be shown is not.
        """
        with self._wake:
            self._closing = True
            self._wake.notify()
        self.wait()

    def run(self) -> None:
        while (job := self._next()) is not None:
            job()
        self._engine = None  # freed here, in the thread that made it

    def _next(self) -> Job | None:
        """Waits for work and takes the most urgent; None when closing."""
        with self._wake:
            while not self._closing:
                if job := self._take():
                    return job
                self._wake.wait()
            return self._take_call()

    def _take(self) -> Job | None:
        if self._load is not None:
            path, self._load = self._load, None
            return lambda: self._run_load(path)
        if self._device is not None:
            name, self._device = self._device, None
            return lambda: self._run_device(name)
        if job := self._take_call():
            return job
        if self._slot is not None:
            request, self._slot = self._slot, None
            return lambda: self.rendered.emit(self._render(request))
        if self._cancelled:
            tag = self._cancelled.pop(0)
            return lambda: self.batch_finished.emit(tag, False)
        if self._batches:
            tag, batch = next(iter(self._batches.items()))
            return lambda: self._run_batch(tag, batch)
        return None

    def _take_call(self) -> Job | None:
        if not self._calls:
            return None
        tag = next(iter(self._calls))
        function = self._calls.pop(tag)
        return lambda: self._run_call(tag, function)

    def _run_load(self, path: Path) -> None:
        try:
            if self._engine is None:
                self._engine = self._factory()
            info: ModelInfo = self._engine.load(path)
        except Exception as error:
            self.load_failed.emit(_sentence(error))
        else:
            self._announce_device()
            self.loaded.emit(info)

    def _run_device(self, name: str) -> None:
        try:
            self._need_engine().use_device(name)
        except Exception as error:
            self.answered.emit("device", None, _sentence(error))
        else:
            self._known_device = ""  # an answer is owed even if it is the same one
            self._announce_device()

    def _run_call(self, tag: str, function: Callable[[FaceEngine], object]) -> None:
        try:
            value = function(self._need_engine())
        except Exception as error:
            self.answered.emit(tag, None, _sentence(error))
        else:
            self.answered.emit(tag, value, "")

    def _run_batch(self, tag: str, batch: _Batch) -> None:
        if not batch.started:
            batch.started = True
            self.batch_started.emit(tag, batch.total)
        if batch.waiting:
            index, request = batch.waiting.popleft()
            result = self._render(request)
            with self._wake:  # so that nothing of a cancelled batch comes after its end
                if self._batches.get(tag) is batch:
                    self.batch_rendered.emit(tag, index, result)
        with self._wake:
            if not batch.waiting and self._batches.get(tag) is batch:
                del self._batches[tag]
                self.batch_finished.emit(tag, True)

    def _render(self, request: RenderRequest) -> RenderResult:
        started = time.perf_counter()
        try:
            result = self._need_engine().render(request)
        except Exception as error:  # the engine promises not to raise; a bug in it must not end the thread
            from facedesigner.engine.request import RenderResult

            return RenderResult(request, None, (time.perf_counter() - started) * 1000, error=_sentence(error))
        self._announce_device()
        return result

    def _need_engine(self) -> FaceEngine:
        if self._engine is None:
            raise RuntimeError("No model is loaded. Load one with File > Load model….")
        return self._engine

    def _announce_device(self) -> None:
        """Also after a render, which may have fallen back to the CPU."""
        device = self._need_engine().device
        if device != self._known_device:
            self._known_device = device
            self.device_changed.emit(device)


def _sentence(error: Exception) -> str:
    return str(error) or type(error).__name__
