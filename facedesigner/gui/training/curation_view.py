"""CurationView: what a curation kept and threw out, and why; a click overrules it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QListView, QPushButton, QVBoxLayout, QWidget

from facedesigner.gui import theme
from facedesigner.gui.training.curation_model import CELL, SIDE, CurationModel
from facedesigner.gui.training.worker import Worker
from training.curation.contract import REJECTED, Row

HINT = (
    "Choose a folder of pictures on the left. Faces are found, turned upright, aligned, checked and labelled; what "
    "is thrown out appears here with its reason, and one click takes it back."
)


class CurationView(QWidget):
    apply = Signal(list, list)  # names to take back, names to throw out
    train = Signal()  # on the clean set

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self.model = CurationModel(worker)
        self.title = QLabel("Curation")
        self.title.setProperty("role", "heading")
        self.words = QLabel(HINT)
        self.words.setProperty("role", "hint")
        self.words.setWordWrap(True)
        self.group = QComboBox()
        self.group.setAccessibleName("Which pictures")
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setAccessibleName("Pictures of the curation")
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setUniformItemSizes(True)
        self.list.setIconSize(QSize(SIDE, SIDE))
        self.list.setGridSize(CELL)
        self.list.setWordWrap(True)
        self.apply_button = QPushButton()
        theme.set_icon(self.apply_button, "check")
        self.apply_button.setToolTip("Change the data set by what you clicked; it is remembered for later runs")
        self.train_button = QPushButton("&Train on these")
        theme.set_icon(self.train_button, "play")
        self.train_button.setToolTip("Take the clean set as the pictures of a new run")
        row = QHBoxLayout()
        row.addWidget(self.group)
        row.addStretch()
        row.addWidget(self.apply_button)
        row.addWidget(self.train_button)
        layout = QVBoxLayout(self)
        layout.addWidget(self.title)
        layout.addWidget(self.words)
        layout.addLayout(row)
        layout.addWidget(self.list, 1)
        self.group.currentIndexChanged.connect(lambda: self.model.show_group(self.group.currentData()))
        self.list.clicked.connect(self._turn)
        self.list.activated.connect(self._turn)
        self.apply_button.clicked.connect(lambda: self.apply.emit(*self.model.decisions()))
        self.train_button.clicked.connect(self.train)
        self.show_report(Path(), ())

    def say(self, sentence: str) -> None:
        self.words.setText(sentence)

    def show_report(self, folder: Path, rows: tuple[Row, ...]) -> None:
        """The report of a curation in `folder`; the group in view stays if it is still there."""
        chosen = self.model.group
        self.model.show_report(folder, rows)
        self.group.blockSignals(True)
        self.group.clear()
        for group, words in self.model.groups():
            self.group.addItem(words, group)
        self.group.setCurrentIndex(max(self.group.findData(chosen), 0))
        self.group.blockSignals(False)
        self.model.show_group(self.group.currentData())
        for widget in (self.group, self.list, self.train_button):
            widget.setVisible(bool(rows))
        self.train_button.setEnabled(any(row.verdict != REJECTED for row in rows))
        self._show_decisions()

    def _turn(self, index: object) -> None:
        self.model.turn(index)  # type: ignore[arg-type]
        self._show_decisions()

    def _show_decisions(self) -> None:
        count = len(self.model.turned)
        self.apply_button.setVisible(count > 0)
        self.apply_button.setText(f"&Apply {count} {'decision' if count == 1 else 'decisions'}")
