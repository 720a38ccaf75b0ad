"""DataPicker: the pictures to train on, with a first look at them made in the background."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from facedesigner.gui import theme
from facedesigner.gui.training.sample_view import SampleView
from facedesigner.gui.widgets.file_drop import FileDrop
from facedesigner.gui.work.child import Child

TYPING = 400  # ms after the last key
HINT = "Choose a folder or a zip of pictures, or drop one here. Faces should be aligned: eyes level, in the same place."
SIZES = 3  # that are named


class DataPicker(QWidget):
    changed = Signal()  # the path, or what is known about it

    def __init__(self) -> None:
        super().__init__()
        self.problem = HINT  # why it cannot be trained on; "" if it can
        self.include: tuple[str, ...] = ()
        self._child: Child | None = None
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(TYPING)
        self._delay.timeout.connect(self.survey)
        self.path = QLineEdit()
        self.path.setPlaceholderText("Folder or zip of pictures")
        self.path.setAccessibleName("Pictures")
        self.folder_button = QPushButton("&Folder…")
        theme.set_icon(self.folder_button, "folder")
        self.zip_button = QPushButton("&Zip…")
        self.count = QLabel(HINT)
        self.count.setWordWrap(True)
        self.notes = QLabel()
        self.notes.setProperty("role", "warning")
        self.labels = QLabel()
        self.labels.setProperty("role", "hint")
        self.sheet = SampleView()
        self.sheet.setFixedHeight(self.fontMetrics().height() * 8)
        row = QHBoxLayout()
        row.addWidget(self.path, 1)
        row.addWidget(self.folder_button)
        row.addWidget(self.zip_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.count)
        for words in (self.notes, self.labels):
            words.setWordWrap(True)
            layout.addWidget(words)
        layout.addWidget(self.sheet)
        FileDrop(self, self._take_drop)
        self.path.textChanged.connect(self._typed)
        self.folder_button.clicked.connect(self._ask_folder)
        self.zip_button.clicked.connect(self._ask_zip)
        self._clear(HINT)

    @property
    def source(self) -> str:
        """The path in full, as the child needs it; "" if none is given."""
        text = self.path.text().strip()
        return str(Path(text).expanduser().absolute()) if text else ""

    def set_source(self, path: str) -> None:
        """Takes it at once."""
        self.path.setText(path)
        self.survey()

    def set_include(self, patterns: tuple[str, ...]) -> None:
        if patterns != self.include:
            self.include = patterns
            self._typed()

    def survey(self) -> None:
        """Looks at the pictures in a child process."""
        self._delay.stop()
        self.stop()
        if not self.source:
            self._clear(HINT)
            return
        self._clear("Looking at the pictures…")
        patterns = [f"--include={pattern}" for pattern in self.include]
        child = self._child = Child("survey", self.source, *patterns, parent=self)
        child.line.connect(self._take)
        child.ended.connect(self._end)
        child.start()

    def stop(self) -> None:
        """Drops a look that is under way."""
        if self._child is not None:
            self._child.drop()
            self._child = None

    def _typed(self) -> None:
        self.problem = "Looking at the pictures…"
        self._delay.start()
        self.changed.emit()

    def _take(self, line: str) -> None:
        try:
            part = json.loads(line)
        except ValueError:
            return
        if "pictures" in part:
            self.problem = ""
            self.count.setText(describe(part))
            self._say(self.notes, part["notes"])
            self.changed.emit()
        if "sheet" in part:
            picture = QImage.fromData(QByteArray(base64.b64decode(part["sheet"])))
            self.sheet.setVisible(not picture.isNull())
            self.sheet.show_picture(picture)
        if "labels" in part:
            names = ", ".join(part["labels"])
            self._say(self.labels, [f"Labels: {names}" if names else "No labels", *part["label_notes"]])

    def _end(self, reason: str) -> None:
        self.stop()
        if reason:
            self._clear(reason)
            self.count.setProperty("role", "warning")
            self._polish()

    def _clear(self, words: str) -> None:
        self.problem = words
        self.count.setText(words)
        self.count.setProperty("role", "hint")
        self._polish()
        self._say(self.notes, [])
        self._say(self.labels, [])
        self.sheet.hide()
        self.changed.emit()

    def _polish(self) -> None:
        """The style sheet looks at a property once, unless told."""
        self.count.style().unpolish(self.count)
        self.count.style().polish(self.count)

    @staticmethod
    def _say(words: QLabel, sentences: list[str]) -> None:
        words.setText("\n".join(sentences))
        words.setVisible(bool(sentences))

    def _ask_folder(self) -> None:
        self._chosen(QFileDialog.getExistingDirectory(self, "Folder of pictures", self.path.text()))

    def _ask_zip(self) -> None:
        self._chosen(QFileDialog.getOpenFileName(self, "Zip of pictures", self.path.text(), "Zip files (*.zip)")[0])

    def _chosen(self, path: str) -> None:
        if path:
            self.set_source(path)

    def _take_drop(self, path: Path) -> None:
        """A picture stands for its folder."""
        picture = path.is_file() and path.suffix.lower() != ".zip"
        self._chosen(str(path.parent if picture else path))


def describe(part: dict[str, Any]) -> str:
    """`3,168 pictures · 256 × 256 px`"""
    sizes = [f"{width} × {height} px" for width, height, _ in part["sizes"][:SIZES]]
    more = len(part["sizes"]) - SIZES
    if more > 0:
        sizes.append(f"and {more:,} other sizes")
    return " · ".join([f"{part['pictures']:,} pictures", ", ".join(sizes)])
