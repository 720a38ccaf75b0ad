"""ScanDialog: what was found in the picture of a drawing is looked at, and put right by its four corners."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from facedesigner.gui.sketch.cleaner import Cleaned, PageCleaner, Picture
from facedesigner.gui.widgets.message_label import MessageLabel
from facedesigner.state.drawing import Scan

GRIP = 9.0  # pixels of a corner's radius
MARGIN = 14
NAMES = ("top left", "top right", "bottom right", "bottom left")
NUDGES = {
    Qt.Key.Key_Left: QPointF(-1, 0),
    Qt.Key.Key_Right: QPointF(1, 0),
    Qt.Key.Key_Up: QPointF(0, -1),
    Qt.Key.Key_Down: QPointF(0, 1),
}


class ScanDialog(QDialog):
    """`taken` with the mark to put on the sheet when it is accepted, and whether it is added to what is there."""

    taken = Signal(object, bool)  # Scan, added

    def __init__(
        self,
        picture: Picture,
        found: Cleaned,
        cleaner: PageCleaner,
        keep_paper: bool = False,
        parent: QWidget | None = None,
        over_a_drawing: bool = False,
    ) -> None:
        """`found`: what the cleaner made of the picture by itself. `keep_paper` for grey pictures that are to be
        coloured, whose light tones count. `over_a_drawing`: there is one already, and it is asked what becomes of
        it."""
        super().__init__(parent)
        self.setWindowTitle(f"Import {picture.name}")
        self._picture, self._cleaner = picture, cleaner
        self.corners = CornerEditor(picture.shown)
        self.preview = QLabel()
        self.preview.setMinimumSize(260, 260)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setAccessibleName("How it will lie on the sheet")
        self.white = QCheckBox("Make the &paper white")
        self.white.setChecked(not keep_paper)
        self.white.setToolTip("Removes the tone of the paper, its printed lines and shadows on it; shading stays")
        hint = QLabel(
            "Drag the corners to the corners of the drawing, so that it lies straight; the bold line is its upper edge."
        )
        hint.setProperty("role", "hint")
        hint.setWordWrap(True)
        self.notices = QLabel()
        self.notices.setProperty("role", "hint")
        self.notices.setWordWrap(True)
        self.problem = MessageLabel()
        self.problem.setProperty("role", "warning")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        replacing = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        replacing.setText("&Replace the drawing" if over_a_drawing else "&Import")
        self.add_button = self.buttons.addButton("&Add to the drawing", QDialogButtonBox.ButtonRole.ActionRole)
        self.add_button.setVisible(over_a_drawing)
        whole = self.buttons.addButton("&Whole picture", QDialogButtonBox.ButtonRole.ResetRole)
        turn = self.buttons.addButton("&Turn", QDialogButtonBox.ButtonRole.ResetRole)
        turn.setToolTip("By a quarter, clockwise")
        pictures = QHBoxLayout()
        pictures.addWidget(self.corners, 3)
        pictures.addWidget(self.preview, 2)
        layout = QVBoxLayout(self)
        layout.addWidget(hint)
        layout.addLayout(pictures, 1)
        layout.addWidget(self.white)
        layout.addWidget(self.notices)
        layout.addWidget(self.problem)
        layout.addWidget(self.buttons)
        self._scan: Scan | None = None
        if found.corners:
            self.corners.set_places([QPointF(x, y) for x, y in found.corners])
        self._show(found)
        self.corners.moved.connect(self._ask)
        self.white.toggled.connect(self._ask)
        whole.clicked.connect(self.corners.reset)
        turn.clicked.connect(self.corners.turn)
        self.buttons.accepted.connect(lambda: self._take(added=False))
        self.add_button.clicked.connect(lambda: self._take(added=True))
        self.buttons.rejected.connect(self.reject)

    def _ask(self) -> None:
        """What lies between the corners now; until it is there, nothing can be imported."""
        self._enable(None)
        corners = tuple((place.x(), place.y()) for place in self.corners.places)
        self._cleaner.clean(self._picture, corners, self.white.isChecked(), self._answer, self)

    def _answer(self, found: Cleaned | None, error: Exception | None) -> None:
        self._show(found or Cleaned(problem=str(error)))

    def _show(self, found: Cleaned) -> None:
        self._enable(found.scan)
        self.problem.setText(found.problem)
        self.problem.setVisible(bool(found.problem))
        self.notices.setText(" ".join(found.notices))
        self.notices.setVisible(bool(found.notices))
        if found.preview is None:
            self.preview.clear()
            return
        ratio = self.devicePixelRatioF()
        smooth = Qt.TransformationMode.SmoothTransformation
        small = QPixmap.fromImage(found.preview.scaled(round(256 * ratio), round(256 * ratio), mode=smooth))
        small.setDevicePixelRatio(ratio)
        self.preview.setPixmap(small)

    def _enable(self, scan: Scan | None) -> None:
        self._scan = scan
        for button in (self.buttons.button(QDialogButtonBox.StandardButton.Ok), self.add_button):
            button.setEnabled(scan is not None)

    def _take(self, added: bool) -> None:
        if self._scan is not None:
            self.taken.emit(self._scan, added)
            self.accept()


class CornerEditor(QWidget):
    """The picture with a corner at each end of the drawing, to drag or, after Tab, to nudge by arrows."""

    moved = Signal()  # when the hand lets go

    def __init__(self, picture: QImage) -> None:
        super().__init__()
        self.picture = picture
        self.places: list[QPointF] = []  # in pixels of the picture; clockwise from the top left
        self.current = 0
        self._dragging = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Corners of the drawing: space chooses the next one, arrows move it")
        self.setToolTip("Drag the corners. By keyboard: space chooses the next one, arrows move it.")
        self.reset()

    def sizeHint(self) -> QSize:
        return QSize(460, 460)

    def minimumSizeHint(self) -> QSize:
        return QSize(260, 260)

    def reset(self) -> None:
        """The whole picture."""
        width, height = float(self.picture.width()), float(self.picture.height())
        self.set_places([QPointF(0, 0), QPointF(width, 0), QPointF(width, height), QPointF(0, height)])

    def turn(self) -> None:
        """The drawing by a quarter, clockwise: what was its lower left corner is its upper left one."""
        self.set_places([self.places[-1], *self.places[:-1]])

    def set_places(self, places: Sequence[QPointF]) -> None:
        self.places = list(places)
        self.update()
        self.moved.emit()

    def to_view(self, place: QPointF) -> QPointF:
        target, scale = self._target()
        return target.topLeft() + place * scale

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self._target()[0], self.picture)
        seen = [self.to_view(place) for place in self.places]
        painter.setPen(QPen(QColor(0, 0, 0, 120), 4))
        painter.drawPolygon(QPolygonF(seen))
        painter.setPen(QPen(self.palette().highlight(), 2))
        painter.drawPolygon(QPolygonF(seen))
        painter.setPen(QPen(self.palette().highlight(), 5))
        painter.drawLine(seen[0], seen[1])
        painter.setPen(QPen(self.palette().highlight(), 2))
        for index, place in enumerate(seen):
            chosen = index == self.current and self.hasFocus()
            painter.setBrush(self.palette().highlight() if chosen else QColor(255, 255, 255))
            painter.drawEllipse(place, GRIP * 0.7, GRIP * 0.7)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        distances = [(self.to_view(place) - event.position()).manhattanLength() for place in self.places]
        self.current = distances.index(min(distances))
        self._dragging = event.button() == Qt.MouseButton.LeftButton and min(distances) <= 4 * GRIP
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            target, scale = self._target()
            self._put((event.position() - target.topLeft()) / scale)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._dragging = False
            self.moved.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Space:
            self.current = (self.current + 1) % len(self.places)
            self.setAccessibleDescription(NAMES[self.current])
            self.update()
        elif key in NUDGES:
            self._put(self.places[self.current] + NUDGES[key] / self._target()[1])
            self.moved.emit()
        else:
            super().keyPressEvent(event)

    def _put(self, place: QPointF) -> None:
        x = min(max(place.x(), 0.0), float(self.picture.width()))
        y = min(max(place.y(), 0.0), float(self.picture.height()))
        self.places[self.current] = QPointF(x, y)
        self.update()

    def _target(self) -> tuple[QRectF, float]:
        """Where the picture is painted, and pixels of the view for one of the picture."""
        width, height = self.picture.width(), self.picture.height()
        scale = max(0.01, min((self.width() - 2 * MARGIN) / width, (self.height() - 2 * MARGIN) / height))
        target = QRectF(0, 0, width * scale, height * scale)
        target.moveCenter(QRectF(self.rect()).center())
        return target, scale
