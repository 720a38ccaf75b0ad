"""UniquenessWatcher: tells which of the faces that are drawn anyway come too close to the training data."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from facedesigner.gui.certificate import jobs
from facedesigner.gui.certificate.certificate_desk import CertificateDesk
from facedesigner.gui.work.desk import Job

if TYPE_CHECKING:
    from facedesigner.contract.request import Image, ModelInfo


class UniquenessWatcher(QObject):
    """`set_model`, then `watch` each picture as it is drawn. Faces that are near enough are `flagged`, the others
    `cleared`. What cannot be compared, for want of packages or of the model's embeddings, is said once for each
    model."""

    flagged = Signal(object, float)  # key, probability that it is the face of the training data
    cleared = Signal(object)  # key
    unavailable = Signal(str)  # why nothing can be compared with this model

    def __init__(self, desk: CertificateDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._model: Path | None = None
        self._broken = False
        self._jobs: dict[Hashable, Job] = {}
        self.threshold: float | None = None  # None: the one that is suggested for the model

    def set_model(self, info: ModelInfo) -> None:
        self.forget()
        self._model, self._broken = info.path, False

    def watch(self, key: Hashable, picture: Image) -> None:
        """`picture` (H, H, 3) uint8, best the full one; another of the same key takes its place."""
        if self._model is None or self._broken:
            return
        if key in self._jobs:
            self._jobs.pop(key).cancel()
        self._jobs[key] = self._desk.ask(jobs.watch(self._model, picture), partial(self._take, key), self)

    def forget(self) -> None:
        """Gives up all that was not compared yet."""
        for job in self._jobs.values():
            job.cancel()
        self._jobs.clear()

    def _take(self, key: Hashable, found: tuple[float, float, float] | None, error: Exception | None) -> None:
        self._jobs.pop(key, None)
        if found is None:
            if not self._broken:
                self._broken = True
                self.forget()
                self.unavailable.emit(str(error))
            return
        distance, probability, suggested = found
        if distance < (suggested if self.threshold is None else self.threshold):
            self.flagged.emit(key, probability)
        else:
            self.cleared.emit(key)
