"""CalibrationPlot: what a distance means, the threshold, and where the neighbours lie."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from facedesigner.gui import theme
from facedesigner.state.uniqueness import Calibration

FARTHEST = 0.8  # distance at the right end
CURVES = (
    ("Same face", ("#5AB0FF", "#1F5FAF")),
    ("Copies found", ("#6CCB7F", "#2E7D32")),
    ("New faces flagged", ("#F2B04A", "#B35C00")),
)
APART = 14  # pixels between two names
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8)


class CalibrationPlot(QWidget):
    """Three curves from 0 to 100% over the distance: the probability of the same face, the share of copies that a
    threshold there would find, and the share of faces not trained on that it would flag."""

    def __init__(self) -> None:
        super().__init__()
        self._calibration: Calibration | None = None
        self._threshold = 0.0
        self._distances: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Calibration curves")
        self.setToolTip(
            "By distance: the probability of the same face, how many copies of training faces a threshold there finds, "
            "and how many faces that were not trained on it flags. Ticks at the bottom are the neighbours."
        )

    def show_calibration(self, calibration: Calibration, distances: Sequence[float]) -> None:
        self._calibration, self._distances = calibration, tuple(distances)
        self.update()

    def set_threshold(self, threshold: float) -> None:
        self._threshold = threshold
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 12 * self.fontMetrics().lineSpacing())

    def minimumSizeHint(self) -> QSize:
        names = sum(self.fontMetrics().horizontalAdvance(label) + APART for label, _ in CURVES)
        return QSize(names + 8, 9 * self.fontMetrics().lineSpacing())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics, line = self.fontMetrics(), self.fontMetrics().lineSpacing()
        left = metrics.horizontalAdvance("100%") + 8
        box = QRectF(left, 2, self.width() - left - metrics.horizontalAdvance("0") - 4, self.height() - 2 * line - 8)
        self._paint_axes(painter, box)
        if self._calibration is None:
            return
        for (_, colours), values in zip(CURVES, self._curves(self._calibration), strict=True):
            painter.setPen(QPen(QColor(colours[theme.current() != "dark"]), 2))
            painter.drawPolyline(QPolygonF([self._at(box, x, y) for x, y in values]))
        self._paint_names(painter, QRectF(0, box.bottom() + line + 6, self.width(), line))
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Text), 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(self._at(box, self._threshold, 0), self._at(box, self._threshold, 1))
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Text), 2))
        for distance in self._distances:
            foot = self._at(box, distance, 0)
            painter.drawLine(foot, foot - QPointF(0, 8))

    def _curves(self, calibration: Calibration) -> list[list[tuple[float, float]]]:
        places = [step * FARTHEST / 160 for step in range(161)]
        shown = [limit for limit in calibration.limits if limit <= FARTHEST]
        return [
            [(x, calibration.probability(x)) for x in places],
            [(x, calibration.found(x).share) for x in shown],
            [(x, calibration.flagged(x).share) for x in shown],
        ]

    def _at(self, box: QRectF, distance: float, share: float) -> QPointF:
        return QPointF(box.left() + min(1.0, distance / FARTHEST) * box.width(), box.bottom() - share * box.height())

    def _paint_axes(self, painter: QPainter, box: QRectF) -> None:
        line = self.fontMetrics().lineSpacing()
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawRect(box)
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        right, centre = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignHCenter
        for share in (0.0, 0.5, 1.0):
            y = min(max(box.bottom() - share * box.height() - line / 2, 0), box.bottom() - line * 0.7)
            painter.drawText(QRectF(0, y, box.left() - 6, line), right, f"{share:.0%}")
        for tick in TICKS:
            x = self._at(box, tick, 0).x()
            painter.drawText(QRectF(x - 30, box.bottom() + 3, 60, line), centre, f"{tick:g}")

    def _paint_names(self, painter: QPainter, box: QRectF) -> None:
        """A legend under the curves, in their colours."""
        x = box.left() + 4
        for label, colours in CURVES:
            painter.setPen(QColor(colours[theme.current() != "dark"]))
            width = self.fontMetrics().horizontalAdvance(label)
            painter.drawText(QRectF(x, box.top(), width + 2, box.height()), Qt.AlignmentFlag.AlignLeft, label)
            x += width + APART
