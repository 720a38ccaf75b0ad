"""SamplePane: a heading, a picture, and the moments to choose from."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from facedesigner.gui.training.moment_picker import MomentPicker
from facedesigner.gui.training.sample_view import SampleView
from facedesigner.gui.training.worker import Worker
from training.errors import UserError

Samples = list[tuple[int, Path]]


class SamplePane(QWidget):
    """Shows one of `samples`, read in the background; at most one picture is in memory."""

    moved = Signal()  # another moment is shown

    def __init__(self, tag: str, heading: QWidget, worker: Worker) -> None:
        super().__init__()
        self._tag, self._worker = tag, worker
        self._samples: Samples = []
        self._shown: Path | None = None
        self.view = SampleView()
        self.picker = MomentPicker(f"Moment {tag}")
        policy = self.picker.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # so that grids side by side are of one size
        self.picker.setSizePolicy(policy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(heading)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.picker)
        self.picker.picked.connect(self._pick)

    @property
    def moment(self) -> int | None:
        """Pictures shown until the grid in view; None if it belongs to no moment."""
        index = self.picker.index
        return None if index is None or self.picker.isHidden() else self.picker.moments[index]

    def show_samples(self, samples: Samples, words: str, *, index: int | None = None) -> None:
        """`words` stand where there are no samples."""
        self._samples = samples
        self.picker.setVisible(bool(samples))
        self.picker.show_moments([images for images, _ in samples], index=index)
        if not samples:
            self._shown = None
            self.view.show_words(words)
        self._pick()

    def show_one(self, path: Path, words: str) -> None:
        """A picture without moments, once it is there."""
        self._samples = []
        self.picker.hide()
        if path != self._shown or self.view.picture is None:
            self._load(path, words)
        self.moved.emit()

    def _pick(self) -> None:
        index = self.picker.index
        if index is not None:
            path = self._samples[index][1]
            newest = index == len(self._samples) - 1
            if path != self._shown or newest or self.view.picture is None:
                self._load(path, f"{path.name} cannot be read: it may have been deleted.")
        self.moved.emit()

    def _load(self, path: Path, words: str) -> None:
        def fail(_error: str) -> None:
            self.view.show_words(words)

        self._shown = path
        self._worker.run(f"samples {self._tag}", lambda: read_picture(path), self.view.show_picture, fail)


def read_picture(path: Path) -> QImage:
    """UserError if it is none, or not there."""
    picture = QImage(str(path))
    if picture.isNull():
        raise UserError(f"{path} cannot be read")
    return picture.convertToFormat(QImage.Format.Format_RGB32)
