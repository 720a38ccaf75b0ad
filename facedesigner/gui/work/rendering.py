"""RenderThread: the one thread that owns the engine and draws."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, Signal

from facedesigner.gui.work.imports import Imports
from facedesigner.gui.work.wishes import Batch, Call, Each, Ended, Then, Wish

if TYPE_CHECKING:
    from facedesigner.contract.request import ModelInfo, RenderRequest, RenderResult
    from facedesigner.engine.face_engine import FaceEngine

log = logging.getLogger(__name__)

Job = Callable[[], None]


class RenderThread(QThread):
    """Draws in the background, always the newest request first.

    `submit` is a mailbox with one slot: a request that was not begun is overwritten by the next, so that dragging a
    slider never queues. Order of work: load, device, calls, the slot, then the batches, oldest first. Whatever goes
    wrong travels as a result, an answer or a message; the thread lives on until `close`.

    What was asked of a model that another one has taken the place of is dropped: it would only complain of the wrong
    model. Calls that were asked before a load come before it.

    `draw` and `ask` bring their answers to whoever asked: none once it was given up, once something newer was asked
    under that name, or once the owner is gone. The signals tell of all batches and calls, for those who watch.
    """

    loaded = Signal(object)  # ModelInfo
    load_failed = Signal(str)  # the sentence to show; the old model, if any, goes on
    device_changed = Signal(str)  # the device now in use
    device_refused = Signal(str)  # why another one cannot be used
    rendered = Signal(object)  # RenderResult of submit()
    batch_started = Signal(str, int)  # tag, number of pictures
    batch_rendered = Signal(
        str, int, object
    )  # tag, index, RenderResult; compare its request, it may be a replaced one's
    batch_finished = Signal(str, bool)  # tag, True when all were drawn, False when cancelled
    answered = Signal(str, object, str)  # tag, value or None, error message or ""
    _picture = Signal(object, int, object)  # Wish, and as above
    _over = Signal(object, bool)
    _answer = Signal(object, object, str)

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
        self._loads = 0  # that were asked for
        self._loaded = 0  # models that the thread has loaded
        self._seen = 0  # of these, how many the window knows of
        self.loaded.connect(self._see)  # before anybody else's slot
        self._slot: tuple[RenderRequest, int] | None = None  # and which model it was asked of
        self._calls: dict[str, Call] = {}
        self._batches: dict[str, Batch] = {}
        self._cancelled: list[tuple[str, Batch]] = []
        self._wishes: dict[str, Wish] = {}  # by tag, until they are answered; of the window's thread alone
        self._picture.connect(self._bring_picture)
        self._over.connect(self._bring_end)
        self._answer.connect(self._bring_answer)

    @property
    def queue_length(self) -> int:
        """Requests of `submit` that wait: 0 or 1."""
        with self._wake:
            return int(self._slot is not None)

    def submit(self, request: RenderRequest) -> None:
        """Asks for one picture, in place of the one that waits. Answered by `rendered`."""
        with self._wake:
            self._slot = (request, self._seen)
            self._wake.notify()

    def draw(
        self, name: str, requests: Sequence[RenderRequest], each: Each, owner: QObject, ended: Ended = lambda _: None
    ) -> None:
        """`submit_batch`, of which each picture is brought to `each`, and the end to `ended`."""
        self._submit_batch(name, requests, self._new_wish(Wish(name, owner, each=each, ended=ended)))

    def ask(
        self,
        name: str,
        function: Callable[[FaceEngine], object],
        then: Then,
        owner: QObject,
        *,
        keep: bool = False,
    ) -> None:
        """`call`, whose answer is brought to `then`. `keep`: it is answered also when the model has changed, such as a
        file to write."""
        self._call(name, function, self._new_wish(Wish(name, owner, then=then)), keep)

    def submit_batch(self, tag: str, requests: Sequence[RenderRequest]) -> None:
        """Draws several pictures while nothing more urgent waits; the same tag replaces a batch without a finish."""
        self._submit_batch(tag, requests, None)

    def cancel(self, tag: str) -> None:
        """Gives up a batch; `batch_finished(tag, False)` follows if there was one."""
        with self._wake:
            if (batch := self._batches.pop(tag, None)) is not None:
                self._cancelled.append((tag, batch))
                self._wake.notify()
        if tag in self._wishes:
            self._wishes[tag].each = lambda _index, _result: None  # nor one that is on its way

    def call(self, tag: str, function: Callable[[FaceEngine], object]) -> None:
        """Runs a function of the engine in the thread; a waiting one of the same tag is replaced."""
        self._call(tag, function, None, True)

    def load(self, path: Path) -> None:
        """Loads other weights. Answered by `loaded` or `load_failed`."""
        with self._wake:
            self._load = path
            self._loads += 1
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

    def _bring_picture(self, wish: Wish, index: int, result: RenderResult) -> None:
        if wish.holds:
            wish.each(index, result)

    def _bring_end(self, wish: Wish, complete: bool) -> None:
        self._forget(wish)
        if wish.holds:
            wish.ended(complete)

    def _bring_answer(self, wish: Wish, value: object, error: str) -> None:
        self._forget(wish)
        if wish.holds:
            wish.then(value, error)

    def _new_wish(self, wish: Wish) -> Wish:
        if wish.tag in self._wishes:
            self._wishes[wish.tag].over = True
        self._wishes[wish.tag] = wish
        return wish

    def _forget(self, wish: Wish) -> None:
        """It holds on to whoever asked, such as a dialog that has closed."""
        if self._wishes.get(wish.tag) is wish:
            del self._wishes[wish.tag]

    def _submit_batch(self, tag: str, requests: Sequence[RenderRequest], wish: Wish | None) -> None:
        with self._wake:
            self._batches.pop(tag, None)
            self._batches[tag] = Batch(deque(enumerate(requests)), len(requests), wish, self._seen)
            self._wake.notify()

    def _call(self, tag: str, function: Callable[[FaceEngine], object], wish: Wish | None, keep: bool) -> None:
        with self._wake:
            self._calls.pop(tag, None)
            self._calls[tag] = Call(function, wish, self._seen, self._loads, keep)
            self._wake.notify()

    def _see(self) -> None:
        self._seen += 1

    # -- in the thread

    def run(self) -> None:
        imports = Imports()
        while (job := self._next()) is not None:
            job()
            imports.settle()
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
        if self._load is not None and not any(call.loads < self._loads for call in self._calls.values()):
            path, self._load = self._load, None
            return lambda: self._run_load(path)
        if self._device is not None:
            name, self._device = self._device, None
            return lambda: self._run_device(name)
        if job := self._take_call():
            return job
        if self._slot is not None:
            (request, model), self._slot = self._slot, None
            return lambda: self._run_slot(request, model)
        if self._cancelled:
            tag, batch = self._cancelled.pop(0)
            return lambda: self._end(tag, batch, False)
        if self._batches:
            tag, batch = next(iter(self._batches.items()))
            return lambda: self._run_batch(tag, batch)
        return None

    def _take_call(self) -> Job | None:
        if not self._calls:
            return None
        tag = next(iter(self._calls))
        call = self._calls.pop(tag)
        return lambda: self._run_call(tag, call)

    def _run_load(self, path: Path) -> None:
        try:
            if self._engine is None:
                self._engine = self._factory()
            info: ModelInfo = self._engine.load(path)
        except Exception as error:
            log.info("loading %s", path, exc_info=True)
            self.load_failed.emit(_sentence(error))
        else:
            self._loaded += 1
            self._announce_device()
            self.loaded.emit(info)

    def _run_slot(self, request: RenderRequest, model: int) -> None:
        if model == self._loaded:
            self.rendered.emit(self._render(request))

    def _run_device(self, name: str) -> None:
        try:
            self._need_engine().use_device(name)
        except Exception as error:
            self.answered.emit("device", None, _sentence(error))
            self.device_refused.emit(_sentence(error))
        else:
            self._known_device = ""  # an answer is owed even if it is the same one
            self._announce_device()

    def _run_call(self, tag: str, call: Call) -> None:
        if call.model != self._loaded and not call.keep:
            if call.wish is not None:
                self._over.emit(call.wish, False)
            return
        try:
            value, words = call.function(self._need_engine()), ""
        except Exception as error:
            log.info("asked for under %s", tag, exc_info=True)
            value, words = None, _sentence(error)
        if call.wish is not None:
            self._answer.emit(call.wish, value, words)
        self.answered.emit(tag, value, words)

    def _run_batch(self, tag: str, batch: Batch) -> None:
        if batch.model != self._loaded:
            with self._wake:
                if self._batches.get(tag) is batch:
                    del self._batches[tag]
                    self._end(tag, batch, False)
            return
        if not batch.started:
            batch.started = True
            self.batch_started.emit(tag, batch.total)
        if batch.waiting:
            index, request = batch.waiting.popleft()
            result = self._render(request)
            with self._wake:  # so that nothing of a cancelled batch comes after its end
                if self._batches.get(tag) is batch:
                    if batch.wish is not None:
                        self._picture.emit(batch.wish, index, result)
                    self.batch_rendered.emit(tag, index, result)
        with self._wake:
            if not batch.waiting and self._batches.get(tag) is batch:
                del self._batches[tag]
                self._end(tag, batch, True)

    def _end(self, tag: str, batch: Batch, complete: bool) -> None:
        if batch.wish is not None:
            self._over.emit(batch.wish, complete)
        self.batch_finished.emit(tag, complete)

    def _render(self, request: RenderRequest) -> RenderResult:
        started = time.perf_counter()
        try:
            result = self._need_engine().render(request)
        except Exception as error:  # the engine promises not to raise; a bug in it must not end the thread
            from facedesigner.contract.request import RenderResult

            log.error("drawing", exc_info=True)
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
