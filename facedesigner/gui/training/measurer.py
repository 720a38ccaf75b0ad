"""Measurer: `python -m training eval` in a child process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from facedesigner.gui.work.child import Child


class Measurer(QObject):
    """One measurement at a time."""

    changed = Signal()  # `busy`
    said = Signal(str)  # what goes on
    measured = Signal(object)  # dict as `training.evaluation` returns it
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._child: Child | None = None
        self._result: dict[str, Any] | None = None

    @property
    def busy(self) -> bool:
        return self._child is not None

    def measure_run(self, folder: Path) -> None:
        """Against what the run holds out."""
        self._start(str(folder))

    def compare(self, models: list[Path], data: str, count: int, figure: Path, nearest: int) -> None:
        """Run folders and weights files against the pictures of `data`; the figure and NAME-nearest.png, which shows
        `nearest` faces beside the real ones most like them, are written beside each other."""
        words = [*map(str, models), "--data", data, "--count", str(count), "--figure", str(figure)]
        self._start(*words, "--nearest", str(nearest))

    def close(self) -> None:
        """Ends a measurement; nobody is told."""
        if self._child is not None:
            self._child.drop()
            self._child = None
            self.changed.emit()

    def _start(self, *words: str) -> None:
        if self._child is not None:
            return
        self._result = None
        child = self._child = Child("eval", *words, "--json", parent=self)
        child.line.connect(self._take)
        child.ended.connect(self._end)
        self.changed.emit()
        child.start()

    def _take(self, line: str) -> None:
        try:
            values = json.loads(line)
        except ValueError:
            return
        if isinstance(values, dict) and "say" in values:
            self.said.emit(str(values["say"]))
        elif isinstance(values, dict):
            self._result = values

    def _end(self, reason: str) -> None:
        if self._child is not None:
            self._child.deleteLater()
            self._child = None
        self.changed.emit()
        if reason or self._result is None:
            self.failed.emit(reason or "The measurement ended without a result.")
        else:
            self.measured.emit(self._result)
