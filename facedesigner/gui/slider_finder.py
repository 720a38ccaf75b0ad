"""SliderFinder: named sliders for the model in use, found by a child process that measures its faces."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from facedesigner.gui.training.child import Child


class SliderFinder(QObject):
    """`python -m training directions`. What was measured is kept, so that a stopped search goes on."""

    said = Signal(str)  # what goes on
    found = Signal(object)  # Path of the new weights
    failed = Signal(str)
    ended = Signal()

    def __init__(self, models: Path, parent: QObject | None = None) -> None:
        """`models`: the folder for the new weights."""
        super().__init__(parent)
        self._models = models
        self._child: Child | None = None

    @property
    def busy(self) -> bool:
        return self._child is not None

    def find(self, weights: Path) -> None:
        if self._child is not None:
            return
        out = self._models / f"{weights.stem.removesuffix('-sliders')}-sliders.safetensors"
        child = self._child = Child("directions", str(weights), "--out", str(out), parent=self)
        child.line.connect(self.said)
        child.ended.connect(lambda reason: self._end(out, reason))
        child.start()

    def stop(self) -> None:
        if self._child is not None:
            self._child.drop()
            self._child = None
            self.ended.emit()

    def _end(self, out: Path, reason: str) -> None:
        if self._child is not None:
            self._child.deleteLater()
            self._child = None
        self.ended.emit()
        if reason:
            self.failed.emit(reason)
        else:
            self.found.emit(out)
