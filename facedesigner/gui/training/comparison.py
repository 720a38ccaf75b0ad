"""Comparison: what models measured against the same pictures, as a table, a figure and their nearest real pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QHeaderView, QLabel, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from facedesigner.gui.training.sample_view import SampleView
from facedesigner.gui.widgets.message_label import MessageLabel
from training.events import distance_text

COLUMNS = ("Model", "Features", "Fréchet", "Kernel × 1000", "Precision", "Recall", "Two faces")
INTERVAL = 1.96  # standard errors to either side hold 95%
HINT = (
    "Tick models on the left, choose real pictures, and measure: how far each one's faces are from real ones, with "
    "95% intervals from resampling, beside what real pictures score against each other."
)
WORDS = "The figure appears here."


class Comparison(QWidget):
    def __init__(self) -> None:
        super().__init__()
        title = QLabel("Measurements")
        title.setProperty("role", "heading")
        self.words = MessageLabel(HINT)
        self.words.setProperty("role", "hint")
        self.table = QTableWidget(0, len(COLUMNS))
        self.table.setHorizontalHeaderLabels(COLUMNS)
        self.table.setAccessibleName("Measurements")
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.shown = QComboBox()
        self.shown.setAccessibleName("Picture")
        self.shown.setToolTip("The figure, or faces of a model beside the real pictures most like them")
        self.view = SampleView()
        self.view.show_words(WORDS)
        layout = QVBoxLayout(self)
        layout.addWidget(title)
        layout.addWidget(self.words)
        layout.addWidget(self.table, 2)
        layout.addWidget(self.shown, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.view, 5)
        self.shown.currentIndexChanged.connect(self._show_picture)
        self.table.hide()
        self.shown.hide()

    def say(self, sentence: str) -> None:
        self.words.setText(sentence)

    def show_result(self, compared: dict[str, Any], figure: Path) -> None:
        """What `training.evaluation.compare` returned, and where its figure is."""
        rows: list[tuple[str, ...]] = []
        floors: dict[str, dict[str, float]] = {}
        for name, measured in compared["models"].items():
            for features, m in measured.items():
                floors[features] = m
                rows.append((name, features, *(_cell(m, key) for key in MEASURES)))
        for features, m in floors.items():
            floor = (text(m[f"{key}_floor"]) for key, text in MEASURES.items())
            rows.append(("Real against real", features, *floor))
        self.table.setRowCount(len(rows))
        for row, cells in enumerate(rows):
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                if column > 1:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)
        self.words.setText(
            f"{compared['count']:,} pictures on each side, real ones read at {compared['resolution']} px. "
            "Distances: lower is better; two faces: how far apart they are, higher is more varied. dlib-face sees "
            "who is shown, the others the picture. Compare only numbers of the same features, count and pictures."
        )
        self._offer(figure, list(compared["models"]))
        self.table.show()

    def _offer(self, figure: Path, names: list[str]) -> None:
        self.shown.blockSignals(True)
        self.shown.clear()
        self.shown.addItem("Figure", figure)
        for name in names:
            sheet = figure.with_name(f"{name}-nearest.png")
            if sheet.is_file():
                self.shown.addItem(f"{name}: faces and the real pictures most like them", sheet)
        self.shown.blockSignals(False)
        self.shown.show()
        self._show_picture()

    def _show_picture(self) -> None:
        picture = QImage(str(self.shown.currentData()))
        if picture.isNull():
            self.view.show_words(f"{self.shown.currentData()} cannot be read.")
        else:
            self.view.show_picture(picture.convertToFormat(QImage.Format.Format_RGB32))


MEASURES: dict[str, Callable[[float], str]] = {
    "frechet": distance_text,
    "kernel": lambda value: f"{1000 * value:.2f}",
    "precision": lambda value: f"{value:.2f}",
    "recall": lambda value: f"{value:.3f}",
    "spread": lambda value: f"{value:.3f}",
}


def _cell(measures: dict[str, float], key: str) -> str:
    text = MEASURES[key]
    return f"{text(measures[key])} ± {text(INTERVAL * measures[f'{key}_error'])}"
