"""PhotoThread: finding, inverting and pasting, one job after the other, beside the window and the render thread."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from PySide6.QtCore import QObject, QThread, Signal

Work: TypeAlias = "Callable[[Any, Job], object]"


@dataclass(eq=False)
class Job:
    """One thing to do: `work` gets the opener and the job, may `report`, and should end soon once it is `stopped`."""

    work: Work
    report: Callable[[object], None] = lambda _: None
    _stop: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        self._stop.set()

    def stopped(self) -> bool:
        return self._stop.is_set()


class PhotoThread(QThread):
    """Starts itself with the first job."""

    reported = Signal(object, object)  # Job, what its work reports
    done = Signal(object, object, object)  # Job, what its work returned, the exception that ended it or None

    def __init__(self, make: Callable[[], Any], parent: QObject | None = None) -> None:
        """`make` runs in the thread, so that torch and dlib are imported there."""
        super().__init__(parent)
        self._make = make
        self._wake = threading.Condition()  # guards the two below
        self._jobs: deque[Job] = deque()
        self._closing = False
        self._running: Job | None = None

    def submit(self, work: Work) -> Job:
        job = Job(work)
        job.report = lambda value: self.reported.emit(job, value)
        with self._wake:
            self._jobs.append(job)
            self._wake.notify()
        if not self.isRunning():
            self.start()
        return job

    def close(self) -> None:
        """Ends after what was begun; a job that can be stopped is. Waits."""
        with self._wake:
            self._closing = True
            self._jobs.clear()
            if self._running is not None:
                self._running.stop()
            self._wake.notify()
        self.wait()

    def run(self) -> None:
        opener = None
        while (job := self._next()) is not None:
            try:
                opener = opener or self._make()
                value = job.work(opener, job)
            except Exception as error:  # its sentence is shown, and the thread lives on
                self.done.emit(job, None, error)
            else:
                self.done.emit(job, value, None)
        if opener is not None:
            opener.close()

    def _next(self) -> Job | None:
        with self._wake:
            self._running = None
            while not self._jobs and not self._closing:
                self._wake.wait()
            if self._closing:
                return None
            self._running = self._jobs.popleft()
            return self._running
