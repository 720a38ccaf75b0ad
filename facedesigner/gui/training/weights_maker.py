"""Exporter: the last checkpoint of a run as a weights file, made by a child process."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from facedesigner.gui.training.child import Child
from facedesigner.gui.training.run_record import RunRecord


class Exporter(QObject):
    changed = Signal()  # `busy`
    exported = Signal(object)  # Path of the weights
    failed = Signal(str)

    def __init__(self, models: Path, parent: QObject | None = None) -> None:
        """`models`: the folder for the files, each named after its run and moment: faces made with one stay its own."""
        super().__init__(parent)
        self._models = models
        self._child: Child | None = None

    @property
    def busy(self) -> bool:
        return self._child is not None

    def export(self, record: RunRecord) -> None:
        if self._child is not None:
            return
        out = self._models / f"{record.name}-{record.saved}.safetensors"
        child = self._child = Child("export", str(record.folder), "--out", str(out), parent=self)
        child.ended.connect(lambda reason: self._end(out, reason))
        self.changed.emit()
        child.start()

    def close(self) -> None:
        if self._child is not None:
            self._child.drop()
            self._child = None

    def _end(self, out: Path, reason: str) -> None:
        if self._child is not None:
            self._child.deleteLater()
            self._child = None
        self.changed.emit()
        if reason:
            self.failed.emit(reason)
        else:
            self.exported.emit(out)
