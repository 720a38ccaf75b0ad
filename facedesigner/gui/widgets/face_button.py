"""FaceButton: a small picture of a face to press, with a mark; and Thumbs, which draws such pictures."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from facedesigner.contract.request import RenderRequest, RenderResult
from facedesigner.gui.design.preview import exit_for
from facedesigner.gui.session import Session
from facedesigner.gui.widgets.pixels import enlarged, paint_face, to_qimage
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.edits import describe
from facedesigner.state.face import FaceState

MINUS = "\N{MINUS SIGN}"


class FaceButton(QAbstractButton):
    """`mark` is a sign in a badge at the corner, such as + or MINUS; `hover_mark` shows only while pointed at."""

    def __init__(self, face: FaceState | None, side: int, what: str = "", hover_mark: str = "") -> None:
        """`side` in pixels; `what` a click does, for the tip."""
        super().__init__()
        self.face, self.mark, self.problem = face, "", ""
        self._meaning = ""  # of the mark
        self._side, self._what, self._hover_mark = side, what, hover_mark
        self._picture: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if what:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._name()

    @property
    def picture(self) -> QImage | None:
        return self._picture

    def set_face(self, face: FaceState | None) -> None:
        self.face, self._picture, self.problem = face, None, ""
        self._name()

    def show_from(self, thumbs: Thumbs) -> None:
        """Shows what is drawn of the face by now."""
        if self.face is None:
            return
        picture, self.problem = thumbs.picture(self.face), thumbs.problem(self.face)
        if picture is not None:
            self._picture = picture
        self._name()

    def set_mark(self, mark: str, meaning: str = "") -> None:
        self.mark, self._meaning = mark, meaning
        self._name()

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def _name(self) -> None:
        about = describe(self.face) if self.face else "Empty"
        about = f"{about}, {self._meaning}" if self._meaning else about
        self.setAccessibleName(about)
        self.setToolTip("\n".join(filter(None, (about, self._what, self.problem))))
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        paint_face(painter, box, palette, self._picture, "Not drawn" if self.problem else "…" if self.face else "")
        mark = self.mark or (self._hover_mark if self.underMouse() or self.hasFocus() else "")
        if self.mark:
            painter.setPen(QPen(palette.highlight(), 4))
            painter.drawRect(box.adjusted(1.5, 1.5, -1.5, -1.5))
        if mark:
            self._paint_badge(painter, box, mark)
        if self.hasFocus():
            painter.setPen(QPen(QColor(Qt.GlobalColor.white), 1.5, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(4, 4, -4, -4))

    def _paint_badge(self, painter: QPainter, box: QRectF, mark: str) -> None:
        side = self.fontMetrics().height() * 1.2
        badge = QRectF(box.right() - side - 4, box.top() + 4, side, side)
        painter.setPen(QPen(self.palette().highlightedText(), 1.5))
        painter.setBrush(self.palette().highlight())
        painter.drawEllipse(badge)
        font = self.font()
        font.setBold(True)
        painter.setFont(font)
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, mark)


class Thumbs(QObject):
    """Draws small pictures of faces in the background, each once; forgets them with the model."""

    drawn = Signal()

    def __init__(self, session: Session, thread: RenderThread, tag: str, pixels: float, parent: QObject) -> None:
        """`tag` names the batches, `pixels` is the side that a picture has on the screen."""
        super().__init__(parent)
        self._session, self._thread, self._tag, self._pixels = session, thread, tag, pixels
        self._pictures: dict[FaceState, QImage] = {}
        self._problems: dict[FaceState, str] = {}
        session.model_changed.connect(self._forget)  # no lambda: the session would hold on to it, and it to this

    def picture(self, face: FaceState) -> QImage | None:
        return self._pictures.get(face)

    def problem(self, face: FaceState) -> str:
        return self._problems.get(face, "")

    def draw(self, faces: Iterable[FaceState]) -> None:
        """Asks for the pictures that are missing; what else was asked for and not begun is given up."""
        info = self._session.info
        missing = [face for face in dict.fromkeys(faces) if face not in self._pictures]
        if info is not None and missing:
            resolution = exit_for(info.resolutions, self._pixels)
            self._thread.draw(self._tag, [RenderRequest(face, resolution) for face in missing], self._take, self)

    def give_up(self) -> None:
        self._thread.cancel(self._tag)

    def _forget(self) -> None:
        self._pictures.clear()

    def _take(self, _index: int, result: RenderResult) -> None:
        face = result.request.face
        if result.image is None:
            self._problems[face] = f"Could not be drawn: {result.error}"
        else:
            self._pictures[face] = enlarged(to_qimage(result.image))
            self._problems.pop(face, None)
        self.drawn.emit()
