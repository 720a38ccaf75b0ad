"""What a test leaves behind: windows, threads and processes that were not there before, and parts of a window that were
on the screen by themselves."""

from __future__ import annotations

import gc
import multiprocessing
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QThread
from PySide6.QtWidgets import QApplication, QWidget

PATIENCE = 2.0  # seconds for what is about to end


class Leaks:
    """Of what is there when it is made, nothing is told."""

    def __init__(self) -> None:
        self._started: list[weakref.ref[QThread]] = []
        self._alone: list[weakref.ref[QWidget]] = []  # shown as a window
        self._before = self._there()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Sees each QThread that is started meanwhile: Qt has no list of them. And each widget that is shown."""
        start = QThread.start
        ways = {name: getattr(QWidget, name) for name in ("show", "setVisible", "setHidden")}

        def seen(thread: QThread, /, priority: QThread.Priority = QThread.Priority.InheritPriority) -> None:
            self._started.append(weakref.ref(thread))
            start(thread, priority)

        def watched(show: Callable[..., None]) -> Callable[..., None]:
            def shown(widget: QWidget, /, *given: bool) -> None:
                show(widget, *given)
                if widget.isWindow() and widget.isVisible():
                    self._alone.append(weakref.ref(widget))

            return shown

        QThread.start = seen  # type: ignore[method-assign]
        for name, show in ways.items():
            setattr(QWidget, name, watched(show))
        try:
            yield
        finally:
            QThread.start = start  # type: ignore[method-assign]
            for name, show in ways.items():
                setattr(QWidget, name, show)

    def flashes(self) -> list[str]:
        """A sentence for each widget that was shown before it had its place in a window: until then it was one itself.
        It is seen for a moment, and a window that appears keeps an application from ending with its last one."""
        alone = [widget for reference in self._alone if (widget := reference()) is not None]
        return [
            f"shown before it had a place: {_told(widget)}"
            for widget in alone
            if shiboken6.isValid(widget) and not widget.isWindow()
        ]

    def found(self) -> list[str]:
        """A sentence for each that is left. Waits a moment for what is about to end, and only then."""
        end = time.monotonic() + PATIENCE
        while (left := self._left()) and time.monotonic() < end:
            gc.collect()
            QCoreApplication.processEvents()
            time.sleep(0.005)
        return [f"left behind: {_told(one)}" for one in left]

    def _left(self) -> list[object]:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # those that no loop has come to
        return [one for one in self._there() if not any(one is other for other in self._before)]

    def _there(self) -> list[object]:
        threads = [thread for thread in threading.enumerate() if not isinstance(thread, threading._DummyThread)]
        started = [thread for reference in self._started if (thread := reference()) is not None]
        running = [thread for thread in started if shiboken6.isValid(thread) and thread.isRunning()]
        return [*QApplication.topLevelWidgets(), *threads, *running, *multiprocessing.active_children()]


def _told(one: object) -> str:
    """What it is, by whatever name it has."""
    if not isinstance(one, QWidget):
        return repr(one)
    return f"{type(one).__name__} {one.windowTitle() or one.objectName()!r} in {type(one.parent()).__name__}"
