"""NeighbourList: the nearest faces, with bars of their similarity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from facedesigner.gui import theme
from facedesigner.state.uniqueness import Neighbour, percent

ROWS = 5
NEAR, FAR = ("#F2B04A", "#B35C00"), ("#6CCB7F", "#2E7D32")  # under the threshold, beyond it; dark and light theme
GAP = 8  # pixels
EMPTY = "The nearest faces appear here."


class NeighbourList(QWidget):
    """A row each: a picture, name and group, similarity, distance, probability. Pictures of the training data do not
    come with a model, so those may have a name alone."""

    def __init__(self) -> None:
        super().__init__()
        self.neighbours: tuple[Neighbour, ...] = ()
        self.threshold = 0.0
        self._pictures: dict[str, QImage] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setToolTip("Similarity is 1 minus the distance; the probability is that it is the same face")
        self._tell()

    def show_neighbours(self, neighbours: Sequence[Neighbour], pictures: Mapping[str, QImage]) -> None:
        self.neighbours, self._pictures = tuple(neighbours)[:ROWS], dict(pictures)
        self._tell()

    def set_threshold(self, threshold: float) -> None:
        self.threshold = threshold
        self.update()

    @property
    def row(self) -> int:
        """Height of one, in pixels."""
        return round(self.fontMetrics().lineSpacing() * 2.3)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 64, ROWS * self.row)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 62, ROWS * self.row)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if not self.neighbours:
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, EMPTY)
        for place, near in enumerate(self.neighbours):
            self._paint_row(painter, QRectF(0, place * self.row, self.width(), self.row), near)

    def _paint_row(self, painter: QPainter, box: QRectF, near: Neighbour) -> None:
        metrics = self.fontMetrics()
        text, muted = (
            self.palette().color(role) for role in (QPalette.ColorRole.Text, QPalette.ColorRole.PlaceholderText)
        )
        line, side = metrics.lineSpacing(), box.height() - 6
        picture = self._pictures.get(near.name)
        if picture is not None:
            painter.drawImage(QRectF(0, box.top() + 3, side, side), picture)
        left = side + GAP
        numbers = metrics.horizontalAdvance("distance 0.00") + 2
        chance = metrics.horizontalAdvance("same face: under 0.01%") + 2
        bar = metrics.averageCharWidth() * 12
        right = self.width() - max(numbers, chance) - bar - 2 * GAP
        top = box.top() + (box.height() - 2 * line) / 2
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        name = near.name + (" (mirrored)" if near.mirrored else "")
        for words, colour, y in ((name, text, top), (near.group, muted, top + line)):
            painter.setPen(colour)
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, int(right - left))
            painter.drawText(QRectF(left, y, right - left, line), flags, shown)
        whole = QRectF(right + GAP, box.center().y() - 4, bar, 8)
        painter.fillRect(whole, self.palette().mid())
        filled = (NEAR if near.distance < self.threshold else FAR)[theme.current() != "dark"]
        painter.fillRect(QRectF(whole.left(), whole.top(), bar * near.similarity, 8), QColor(filled))
        column = QRectF(whole.right() + GAP, top, self.width() - whole.right() - GAP, line)
        painter.setPen(text)
        painter.drawText(column, flags, f"distance {near.distance:.2f}")
        painter.setPen(muted)
        painter.drawText(column.translated(0, line), flags, f"same face: {percent(near.probability)}")

    def _tell(self) -> None:
        rows = [f"{near.name}, {near.group}, distance {near.distance:.2f}" for near in self.neighbours]
        self.setAccessibleName("Nearest faces: " + ("; ".join(rows) or "none yet"))
        self.update()
