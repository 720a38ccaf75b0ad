"""WeightsMaker: a child process that writes a weights file; from a run, or from a model with named sliders added."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from facedesigner.gui.work.child import Child

if TYPE_CHECKING:
    from facedesigner.gui.training.run_record import RunRecord  # not needed to open the window


class WeightsMaker(QObject):
    """One file at a time; asked for another meanwhile, it does nothing."""

    changed = Signal()  # `busy`
    said = Signal(str)  # what goes on
    made = Signal(object)  # Path of the weights
    failed = Signal(str)

    def __init__(self, models: Path, parent: QObject | None = None) -> None:
        """`models`: the folder for the files."""
        super().__init__(parent)
        self._models = models
        self._child: Child | None = None

    @property
    def busy(self) -> bool:
        return self._child is not None

    def export(self, record: RunRecord) -> None:
        """The last checkpoint of a run. Named after run and moment: faces made with one stay its own."""
        self._start("export", record.folder, f"{record.name}-{record.saved}")

    def add_sliders(self, weights: Path) -> None:
        """Measures the model's faces. What was measured is kept, so that a stopped search goes on."""
        self._start("directions", weights, f"{weights.stem.removesuffix('-sliders')}-sliders")

    def close(self) -> None:
        """Ends what is under way; nothing is made."""
        if self._child is not None:
            self._child.drop()
            self._child = None
            self.changed.emit()

    def _start(self, command: str, source: Path, name: str) -> None:
        if self._child is not None:
            return
        out = self._models / f"{name}.safetensors"
        child = self._child = Child(command, str(source), "--out", str(out), parent=self)
        child.line.connect(self.said)
        child.ended.connect(lambda reason: self._end(out, reason))
        self.changed.emit()
        child.start()

    def _end(self, out: Path, reason: str) -> None:
        if self._child is not None:
            self._child.deleteLater()
            self._child = None
        self.changed.emit()
        if reason:
            self.failed.emit(reason)
        else:
            self.made.emit(out)
