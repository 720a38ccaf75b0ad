"""LeakMeter: bars that show what the sliders moved, asked for or not."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from facedesigner.gui import theme

EMPTY = "Move a slider: what it changes appears here, and what it changes besides."
ROWS = 6
LEAST = 0.1  # standard deviations that are worth a bar
FULL = 3.0  # standard deviations of a whole bar
QUIET, LOUD = 0.35, 1.0  # beside what was asked for: up to the first nobody sees it, from the second everybody does
COLOURS = {"asked": ("#5AB0FF", "#1F5FAF"), "quiet": ("#6CCB7F", "#2E7D32"), "loud": ("#F2B04A", "#B35C00")}


class LeakMeter(QWidget):
    """The largest movements first, in standard deviations. Blue: what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.words = EMPTY
        self.rows: list[tuple[str, float, str]] = []  # label, movement, kind of `COLOURS`
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("Measured on the picture, in standard deviations over the model's faces. Blue: asked for")

    def show_words(self, words: str) -> None:
        self.words, self.rows = words, []
        self._tell()

    def show_movements(self, movements: Mapping[str, float], labels: Mapping[str, str], asked: frozenset[str]) -> None:
        """`movements` by name of the measure, which is that of its slider; `asked`: the sliders that were moved."""
        rows = sorted(movements.items(), key=lambda pair: (pair[0] not in asked, -abs(pair[1])))
        self.rows = [
            (labels.get(name, name.replace("_", " ").capitalize()), value, kind_of(value, name in asked))
            for name, value in rows
            if name in asked or abs(value) >= LEAST
        ][:ROWS]
        self.words = "" if self.rows else "Nothing measurable moved."
        self._tell()

    def sizeHint(self) -> QSize:
        return QSize(300, ROWS * (self.fontMetrics().height() + 2))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        text, muted = (
            self.palette().color(role) for role in (QPalette.ColorRole.Text, QPalette.ColorRole.PlaceholderText)
        )
        if not self.rows:
            painter.setPen(muted)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.words)
            return
        height, margin = self.fontMetrics().height() + 2, 6
        name_width = max(self.fontMetrics().horizontalAdvance(label) for label, _, _ in self.rows) + margin
        number_width = self.fontMetrics().horizontalAdvance("+0.00 σ") + margin
        left, right = name_width + margin, self.width() - number_width - margin
        middle = (left + right) / 2
        for row, (label, value, kind) in enumerate(self.rows):
            top = row * height
            painter.setPen(text)
            painter.drawText(QRectF(0, top, name_width, height), Qt.AlignmentFlag.AlignVCenter, label)
            numbers = QRectF(right + margin, top, number_width, height)
            painter.drawText(numbers, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{value:+.2f} σ")
            length = max(-1.0, min(1.0, value / FULL)) * (right - middle)
            bar = QRectF(min(middle, middle + length), top + 3, abs(length), height - 6)
            painter.fillRect(bar, QColor(COLOURS[kind][0 if theme.current() == "dark" else 1]))
        painter.setPen(muted)
        painter.drawLine(round(middle), 0, round(middle), height * len(self.rows))

    def _tell(self) -> None:
        self.setAccessibleName(self.words or "; ".join(f"{label} {value:+.2f}" for label, value, _ in self.rows))
        self.update()


def kind_of(value: float, asked: bool) -> str:
    return "asked" if asked else "quiet" if abs(value) < QUIET else "loud"
