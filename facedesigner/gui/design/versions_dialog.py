"""VersionsDialog: up to six faces side by side, zoomed and moved together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from facedesigner.contract.request import RenderRequest, RenderResult
from facedesigner.gui.session import Session
from facedesigner.gui.widgets.compare_view import GAP, CompareView
from facedesigner.gui.widgets.face_mime import holds_faces, unpack
from facedesigner.gui.widgets.message_label import MessageLabel
from facedesigner.gui.widgets.pixels import to_qimage
from facedesigner.gui.widgets.zoom_bar import ZoomBar
from facedesigner.gui.widgets.zoom_view import MARGIN
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.edits import describe
from facedesigner.state.face import FaceState
from facedesigner.state.recipe import RecipeError

MOST = 6
ROW = 3  # of them stand in one row
HINT = "Drop faces here, or add the current one as it changes. Click Use to go on with one of them."
FULL = f"{MOST} faces are the most: take one out first."
serial = count(1)  # dialogs tell their pictures apart


class VersionsView(CompareView):
    """In one row, or two, each with its name."""

    def set_faces(self, names: list[str]) -> None:
        """Their pictures come later; zoom and place stay."""
        blank = QImage(1, 1, QImage.Format.Format_RGB32)
        blank.fill(self.palette().color(QPalette.ColorRole.Mid))
        self.set_source(blank, names)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setFont(self.font())
        height = self.fontMetrics().height() * 1.5
        for column, cell in zip(self.columns, self.cells(), strict=False):
            room = cell.width() - 2 * MARGIN
            name = self.fontMetrics().elidedText(column.label, Qt.TextElideMode.ElideRight, round(room - height))
            width = self.fontMetrics().horizontalAdvance(name) + height
            plate = QRectF(cell.left() + MARGIN, cell.top() + MARGIN, width, height)
            painter.fillRect(plate, QColor(0, 0, 0, 160))
            painter.setPen(QColor("white"))
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, name)

    def cells(self) -> list[QRectF]:
        many = max(1, len(self.columns))
        rows = 1 if many <= ROW else 2
        across = -(-many // rows)
        width = (self.width() - GAP * (across - 1)) / across
        height = (self.height() - GAP * (rows - 1)) / rows
        return [
            QRectF(place % across * (width + GAP), place // across * (height + GAP), width, height)
            for place in range(many)
        ]

    def sizeHint(self) -> QSize:
        return QSize(900, 620)

    def _cell_at(self, place: QPointF | None) -> QRectF:
        def away(cell: QRectF) -> float:
            assert place is not None
            return (cell.center() - place).manhattanLength()

        return self.cells()[0] if place is None else min(self.cells(), key=away)


class VersionsDialog(QDialog):
    """Stays beside the window while that is worked on. `used` gives a face to go on with."""

    used = Signal(str, object)  # name of the undo step, FaceState

    def __init__(
        self, session: Session, thread: RenderThread, faces: Sequence[FaceState], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Side by side")
        self.setAcceptDrops(True)
        self._session, self._thread = session, thread
        self._tag = f"versions-{next(serial)}"
        self.faces: list[FaceState] = []
        self.view = VersionsView()
        self.view.clear("No face yet.")
        self.add_button = QPushButton("&Add the current face")
        self.add_button.clicked.connect(self._add_current)
        self.use_button, self.remove_button = (self._menu(text) for text in ("&Use", "&Take out"))
        self.zoom = ZoomBar(self.view)
        self.message = MessageLabel(HINT)
        self.message.setProperty("role", "hint")
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        box.rejected.connect(self.reject)
        above = QHBoxLayout()
        for button in (self.add_button, self.use_button, self.remove_button):
            above.addWidget(button)
        above.addStretch(1)
        above.addWidget(self.zoom)
        layout = QVBoxLayout(self)
        layout.addLayout(above)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.message)
        layout.addWidget(box)
        self.view.zoom_changed.connect(self._show_zoom)
        session.model_changed.connect(self.reject)
        self.finished.connect(self._end)
        self.add(faces)

    def add(self, faces: Sequence[FaceState]) -> None:
        """Those of the model that are not there yet, as far as there is room."""
        info = self._session.info
        new = [face for face in dict.fromkeys(faces) if info and face.model == info.hash and face not in self.faces]
        room = MOST - len(self.faces)
        self._show([*self.faces, *new[:room]])
        if len(new) > room:
            self._say(FULL)
        elif faces and not new:
            self._say("This face is there already, or was made with another model.")

    def remove(self, face: FaceState) -> None:
        self._show([other for other in self.faces if other != face])

    def _show(self, faces: list[FaceState]) -> None:
        pictures = {
            face: column.picture for face, column in zip(self.faces, self.view.columns, strict=False) if column.picture
        }
        self.faces = faces
        self._say(HINT)
        if not faces:
            self.view.columns = []
            self.view.clear("No face yet.")
        else:
            self.view.set_faces([face.title for face in faces])
            for place, face in enumerate(faces):
                if face in pictures:
                    self.view.set_picture(place, pictures[face])
        for button, act in ((self.use_button, self._use), (self.remove_button, self.remove)):
            button.menu().clear()
            for place, face in enumerate(faces, 1):
                action = button.menu().addAction(f"&{place}  {describe(face)}")
                action.triggered.connect(lambda _=False, act=act, face=face: act(face))
            button.setEnabled(bool(faces))
        missing = [face for face in faces if face not in pictures]
        self._thread.draw(self._tag, [RenderRequest(face) for face in missing], self._take, self)

    def _take(self, _index: int, result: RenderResult) -> None:
        if result.request.face not in self.faces:
            return
        place = self.faces.index(result.request.face)
        if result.image is None:
            self.view.set_words(place, f"This face could not be drawn: {result.error}")
        else:
            self.view.set_picture(place, to_qimage(result.image))

    def _use(self, face: FaceState) -> None:
        self.used.emit(f"Choose {face.title}", face)

    def _add_current(self) -> None:
        self._session.settle()
        self.add([self._session.face])

    def _end(self) -> None:
        self._thread.cancel(self._tag)

    def _show_zoom(self) -> None:
        info = self._session.info
        self.zoom.show_share(self.view.magnification(info.resolution) if info and self.faces else None)

    def _say(self, words: str) -> None:
        self.message.setText(words)

    def _menu(self, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setMenu(QMenu(button))
        return button

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if holds_faces(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        try:
            self.add(unpack(event.mimeData()))
        except RecipeError as error:
            self._say(str(error))
