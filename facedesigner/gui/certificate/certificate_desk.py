"""CertificateDesk: has faces compared in a thread of its own, for the dialog and for what watches the gallery."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from facedesigner.gui.certificate.jobs import make_certifier
from facedesigner.gui.photo.photo_thread import Job, PhotoThread, Work

Then = Callable[[Any, Exception | None], None]


class CertificateDesk(QObject):
    """The models, a second to load, are loaded with the first job and then shared."""

    def __init__(self, parent: QObject | None = None, make: Callable[[], Any] = make_certifier) -> None:
        super().__init__(parent)
        self.training_data: Path | None = None  # where the pictures that the model was trained on are
        self._thread = PhotoThread(make, self)
        self._waiting: dict[Job, tuple[Then, Callable[[Any], None]]] = {}
        self._thread.reported.connect(self._take_report)
        self._thread.done.connect(self._take_answer)

    def run(self, work: Work, then: Then, report: Callable[[Any], None] = lambda _: None) -> Job:
        """`then` gets the answer or the exception, `report` what the work reports, both in the window's thread."""
        job = self._thread.submit(work)
        self._waiting[job] = (then, report)
        return job

    def give_up(self, job: Job | None) -> None:
        """Asks a job to stop; it is not answered any more."""
        if job is not None and self._waiting.pop(job, None) is not None:
            job.stop()

    def shut_down(self) -> None:
        """Ends what can be stopped, and waits. A certificate that is being written is still written."""
        self._waiting.clear()
        self._thread.close()

    def _take_report(self, job: Job, value: Any) -> None:
        if job in self._waiting:
            self._waiting[job][1](value)

    def _take_answer(self, job: Job, value: Any, error: Exception | None) -> None:
        then = self._waiting.pop(job, None)
        if then is not None:
            then[0](value, error)
