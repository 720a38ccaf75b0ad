"""The real window for the benchmarks: opened with files of its own, and watched."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import (
    QEvent,
    QEventLoop,
    QMessageLogContext,
    QObject,
    Qt,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication, QMessageBox

from facedesigner.contract.request import RenderResult
from facedesigner.gui import theme
from facedesigner.gui.places import Places
from facedesigner.gui.preferences import Preferences
from facedesigner.gui.session import Session
from facedesigner.gui.widgets.errors import ErrorDialog
from facedesigner.gui.window.app import make_engine
from facedesigner.gui.window.main_window import PREFERRED_HEIGHT, PREFERRED_WIDTH, MainWindow
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.settings import Settings

BEAT = 2  # milliseconds
HARMLESS = ("This plugin does not support propagateSizeHints()",)  # said of each window by Qt's offscreen platform


def make_application(kind: type[QApplication] = QApplication) -> QApplication:
    """The application in its dark look; keep it as long as there are windows."""
    os.environ.setdefault("QT_API", "pyside6")  # for qtpy, which qdarkstyle uses
    application = kind()
    theme.apply("dark")
    return application


@contextmanager
def opened(weights: Path, folder: Path, make_thread: type[RenderThread] = RenderThread) -> Iterator[MainWindow]:
    """A window like `facedesigner.gui.window.app.main` makes it, in its full size, its thread started; its files are in
    `folder`."""
    places = Places(folder / "settings.toml", folder / "sessions")
    session, thread = Session(), make_thread(make_engine, weights)
    preferences = Preferences(Settings(save_folder=str(folder)), places.settings)
    window = MainWindow(session, thread, preferences, places)
    for part in (session, thread):
        part.setParent(window)
    window.resize(PREFERRED_WIDTH, PREFERRED_HEIGHT)  # the screen of Qt's offscreen platform is smaller than anybody's
    window.show()
    thread.start()
    try:
        yield window
    finally:
        window.documents.path = None  # no question about unsaved changes
        window.close()
        window.deleteLater()


def wait(milliseconds: int) -> None:
    """Lets the event loop run."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"gave up after {seconds:g} s: {what}")
        wait(20)


def is_drawn(window: MainWindow) -> bool:
    """Whether the face and the gallery that a window starts with are there."""
    tiles = window.design.gallery.tiles
    return window.design.view.picture is not None and all(tile.picture is not None for tile in tiles)


class Watched(QApplication):
    """Measures, while `watching`, how long its own thread computes for each event: unlike the gaps of a `Heartbeat`,
    that is free of what other threads and programs do."""

    def __init__(self) -> None:
        super().__init__([])
        self.watching = False
        self.work = array("d")  # milliseconds, of each event
        self.slowest: dict[str, float] = {}  # whose event, and which -> milliseconds at most
        self._inside = False  # an event that another one sends is part of it

    def notify(self, receiver: QObject, event: QEvent) -> bool:
        if self._inside or not self.watching:
            return super().notify(receiver, event)
        self._inside, began = True, time.thread_time()
        name = f"{type(receiver).__name__} {event.type().name}"  # before it is gone
        try:
            return super().notify(receiver, event)
        finally:
            self._inside = False
            took = (time.thread_time() - began) * 1000
            self.work.append(took)
            self.slowest[name] = max(self.slowest.get(name, 0.0), took)


class Heartbeat(QObject):
    """Measures, while it is entered, how long the GUI thread is kept from its event loop: the gaps between the beats of
    a 2 ms timer."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps = array("d")  # milliseconds
        self._last = 0.0
        self._timer = QTimer(self, interval=BEAT, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def __enter__(self) -> Heartbeat:
        self._last = time.perf_counter()
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.stop()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps.append((now - self._last) * 1000)
        self._last = now


class Troubles(logging.Handler):
    """Collects in `found`, while it is entered, what goes wrong in a window and what anybody complains of: exceptions
    of any thread, results and answers with an error, messages of Qt and of `logging` from warnings on, dialogs."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []
        self._window = window
        thread = window.thread_
        thread.load_failed.connect(self.found.append)
        thread.rendered.connect(self._take)
        thread.batch_rendered.connect(lambda _tag, _index, result: self._take(result))
        thread.answered.connect(lambda tag, _value, error: self.found.append(f"{tag}: {error}") if error else None)

    def __enter__(self) -> Troubles:
        self._hooks = sys.excepthook, threading.excepthook
        sys.excepthook = self._except
        threading.excepthook = lambda arguments: self.found.append(f"thread: {arguments.exc_value!r}")
        self._messages = qInstallMessageHandler(self._hear)
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)
        qInstallMessageHandler(self._messages)
        sys.excepthook, threading.excepthook = self._hooks
        for kind in (ErrorDialog, QMessageBox):
            self.found += [f"dialog: {dialog.windowTitle()}" for dialog in self._window.findChildren(kind)]

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(record.getMessage())

    def _take(self, result: RenderResult) -> None:
        if result.error:
            self.found.append(result.error)

    def _except(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        self.found.append(repr(error))

    def _hear(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and text not in HARMLESS:
            self.found.append(text)
