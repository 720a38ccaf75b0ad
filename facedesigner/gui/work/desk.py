"""Desk: one way to have something done in the background and to get the answer in the window's thread."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeAlias

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, QThread, Signal

from facedesigner.gui.work.imports import Imports

log = logging.getLogger(__name__)

Work: TypeAlias = "Callable[[Any, Job], Any]"
Then: TypeAlias = Callable[[Any, Exception | None], object]

SHORT = 100  # milliseconds that a window may stand still
LEAVING: set[Desk] = set()  # desks that end while nobody waits


class Unable(Exception):  # noqa: N818 what is missing, in words
    """What a desk works with cannot be made: nothing can be done until that is mended."""


class Job:
    """One thing to do, from `Desk.ask`."""

    def __init__(self, work: Work, then: Then, owner: QObject, name: str, keep: bool, report: Callable[[Any], object]):
        self.work, self.then, self.owner, self.name, self.keep = work, then, owner, name, keep
        self.answer_to = report
        self.report: Callable[[Any], None] = lambda _: None  # for the work: `report` of `ask` gets it
        self.over = False  # answered or cancelled
        self._stop = threading.Event()

    def stop(self) -> None:
        """Asks the work to end soon with what it has reached. It is answered."""
        self._stop.set()

    def stopped(self) -> bool:
        """For the work: whether it should end."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """As `stop`, and nothing more is heard of it."""
        self.over = True
        self._stop.set()

    @property
    def is_wanted(self) -> bool:
        return not self.over and shiboken6.isValid(self.owner)


class Desk(QObject):
    """A thread that starts with the first job and does one after the other, with a tool that it makes in the thread and
    keeps.

    Nothing is heard of a job that was cancelled, whose owner is gone, or after the desk has closed. What goes wrong is
    an answer, and the thread lives on.
    """

    _reported = Signal(object, object)  # Job, value
    _done = Signal(object, object, object)  # Job, value or None, exception or None

    def __init__(self, make: Callable[[], Any] = lambda: None, parent: QObject | None = None) -> None:
        """`make` gives the tool that works get; if it fails, it is tried anew with the next job, since what was missing
        may be there by then. A tool that has `close` is closed in the end."""
        super().__init__(parent)
        self.make = make
        self._wake = threading.Condition()  # guards all below
        self._urgent: deque[Job] = deque()
        self._waiting: deque[Job] = deque()
        self._begun: list[Job] = []  # under way, or done and its answer not yet taken
        self._closing = self._renew = False
        self._thread = _Thread(self)
        self._reported.connect(self._take_report)
        self._done.connect(self._take_answer)

    def ask(
        self,
        work: Work,
        then: Then,
        owner: QObject,
        *,
        replace: str = "",
        newest: bool = False,
        urgent: bool = False,
        keep: bool = False,
        report: Callable[[Any], object] = lambda _: None,
    ) -> Job:
        """Has `work(tool, job)` done in the thread. `then(value, None)` or `then(None, exception)` follows in the
        window's thread, before it `report` with each value that the work gives to `job.report`.

        `replace`: takes the place of a job of this name and owner that waits, so that what follows a hand never
        queues; `newest`: of those under way, too, and of those whose answer is on its way; they are cancelled.
        `urgent`: before all that is not. `keep`: is done even if the desk closes, such as a file to write. A desk that
        has closed takes nothing more.
        """
        job = Job(work, then, owner, replace, keep, report)
        job.report = lambda value: self._reported.emit(job, value)
        with self._wake:
            if self._closing:  # an answer of another thread may have come in between
                job.cancel()
                return job
            if replace:
                self._drop(owner, replace)
                if newest:
                    self._cancel_begun(owner, replace)
            (self._urgent if urgent else self._waiting).append(job)
            self._wake.notify()
        if not self._thread.isRunning():
            self._thread.start()
        return job

    def cancel(self, owner: QObject, name: str) -> None:
        """Gives up the jobs of a name and an owner."""
        with self._wake:
            self._drop(owner, name)
            self._cancel_begun(owner, name)

    def renew(self) -> None:
        """The next job gets a new tool."""
        with self._wake:
            self._renew = True

    @property
    def is_running(self) -> bool:
        """Whether the thread is there: since the first job, until the desk has closed."""
        return self._thread.isRunning()

    def close(self) -> None:
        """Ends what can be stopped, does what is to be kept, and waits."""
        self._end()
        self._thread.wait()

    def leave(self) -> None:
        """As `close`, but the window need not wait for a step that takes long; the application does when it quits."""
        self._end()
        if self._thread.wait(SHORT):
            return
        self.setParent(None)
        LEAVING.add(self)
        self._thread.finished.connect(self._forget)  # queued: a thread must not vanish while it runs
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self._thread.wait)

    # -- in the window's thread

    def _end(self) -> None:
        with self._wake:
            self._closing = True
            for jobs in (self._urgent, self._waiting):
                kept = [job for job in jobs if job.keep and not job.over]
                jobs.clear()
                jobs.extend(kept)
            for job in self._begun:
                if not job.keep:
                    job.cancel()
            self._wake.notify()

    def _forget(self) -> None:
        self._thread.wait()
        LEAVING.discard(self)

    def _drop(self, owner: QObject, name: str) -> None:
        for jobs in (self._urgent, self._waiting):
            for job in [job for job in jobs if self._is_same(job, owner, name)]:
                job.cancel()
                jobs.remove(job)

    def _cancel_begun(self, owner: QObject, name: str) -> None:
        for job in self._begun:
            if self._is_same(job, owner, name):
                job.cancel()

    @staticmethod
    def _is_same(job: Job, owner: QObject, name: str) -> bool:
        return job.owner is owner and job.name == name

    def _take_report(self, job: Job, value: Any) -> None:
        if job.is_wanted and not self._closing:
            job.answer_to(value)

    def _take_answer(self, job: Job, value: Any, error: Exception | None) -> None:
        with self._wake:
            self._begun.remove(job)
        if job.is_wanted and not self._closing:
            job.over = True
            job.then(value, error)

    # -- in the thread

    def work(self) -> None:
        tool: Any = None
        imports = Imports()
        while (job := self._next()) is not None:
            try:
                tool = self._tool(tool)
                value = job.work(tool, job)
            except Exception as error:  # its sentence is shown
                log.info("asked for by %s", type(job.owner).__name__, exc_info=True)
                self._done.emit(job, None, error)
            else:
                self._done.emit(job, value, None)
            imports.settle()
        close = getattr(tool, "close", None)
        if close is not None:
            close()

    def _tool(self, tool: Any) -> Any:
        with self._wake:
            again, self._renew = self._renew, False
        if tool is not None and not again:
            return tool
        try:
            return self.make()
        except Exception as error:  # packages or files that are not there
            raise Unable(str(error) or type(error).__name__) from error

    def _next(self) -> Job | None:
        with self._wake:
            while not self._urgent and not self._waiting and not self._closing:
                self._wake.wait()
            jobs = self._urgent or self._waiting
            if not jobs:
                return None
            self._begun.append(jobs.popleft())
            return self._begun[-1]


class _Thread(QThread):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk

    def run(self) -> None:
        self._desk.work()
