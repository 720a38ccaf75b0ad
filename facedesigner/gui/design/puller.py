"""Puller: a place of the large picture is taken hold of and pulled, and the face goes along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen

from facedesigner.gui.session import Session
from facedesigner.gui.widgets.face_view import FaceView
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.face import FaceState

if TYPE_CHECKING:
    from facedesigner.engine.dragging import Dragger, Pulled

NAME = "pull"
STEPS = 3  # that the face makes between two pictures
MOST = 45  # steps after the hand has let go: then it is as near as it comes
DOT = 5.0  # pixels


class Puller(QObject):
    """Watches the view while it is taken up. The face follows while the hand moves; letting go makes one undo step once
    it has settled. The right button, or another change of the face, gives it up."""

    said = Signal(str)

    def __init__(self, view: FaceView, session: Session, thread: RenderThread) -> None:
        super().__init__(view)
        self._view, self._session, self._thread = view, session, thread
        self.taken = False
        self._dragger: Dragger | None = None
        self._before: FaceState | None = None  # the committed face that is pulled; None without a pull
        self._target, self._place = QPointF(), QPointF()
        self._held = self._asked = False
        self._steps = 0  # since the hand let go
        view.overlays.append(self.paint)
        view.installEventFilter(self)

    @property
    def is_pulling(self) -> bool:
        return self._before is not None

    def take(self, taken: bool) -> None:
        self.taken = taken
        self.give_up()
        self._view.setCursor(Qt.CursorShape.CrossCursor if taken else Qt.CursorShape.ArrowCursor)

    def give_up(self) -> None:
        """The face is as it was before."""
        if self.is_pulling:
            pulled = self._before == self._session.committed_face
            self._forget()
            if pulled:
                self._session.revert()

    # -- the hand

    def eventFilter(self, view: QObject, event: QEvent) -> bool:
        if not self.taken or not isinstance(event, QMouseEvent):
            return False
        left = event.button() == Qt.MouseButton.LeftButton
        match event.type():
            case QEvent.Type.MouseButtonPress | QEvent.Type.MouseButtonDblClick if left:
                self._begin(self._view.place_of(event.position()))
            case QEvent.Type.MouseButtonPress if event.button() == Qt.MouseButton.RightButton:
                self.give_up()
            case QEvent.Type.MouseMove if self._held:
                self._target = self._view.place_of(event.position())
                self._go()
            case QEvent.Type.MouseButtonRelease if left and self._held:
                self._held = False
                self._go()
            case QEvent.Type.MouseButtonPress:
                return False
        self._view.update()
        return True

    # -- the face

    def _begin(self, place: QPointF) -> None:
        self.give_up()
        if not QRectF(0, 0, 1, 1).contains(place):
            return
        self._session.settle()
        face, handle = self._session.seen, (place.x(), place.y())
        self._before, self._target, self._place = self._session.committed_face, place, place
        self._held, self._asked, self._steps = True, True, 0
        self._thread.ask(NAME, lambda engine: engine.drag(face, handle), self._take_hold, self)

    def _take_hold(self, dragger: object, error: str) -> None:
        self._asked = False
        if dragger is None:
            self._forget()
            self.said.emit(f"This cannot be pulled: {error}.".replace("..", "."))
            return
        self._dragger = dragger  # type: ignore[assignment]
        self._go()

    def _go(self) -> None:
        """Asks for some steps more, unless they are under way."""
        if self._dragger is None or self._asked or self._is_stale():
            return
        dragger, target = self._dragger, (self._target.x(), self._target.y())
        self._asked = True
        self._thread.ask(NAME, lambda _: dragger.pull(target, STEPS), self._take, self)

    def _take(self, pulled: object, error: str) -> None:
        self._asked = False
        if self._dragger is None or self._is_stale():
            return
        if pulled is None:
            self.give_up()
            self.said.emit(f"The face cannot follow: {error}.".replace("..", "."))
            return
        self._show(pulled)  # type: ignore[arg-type]

    def _show(self, pulled: Pulled) -> None:
        self._place = QPointF(*pulled.place)
        face = self._session.placed(pulled.face)
        self._steps = 0 if self._held else self._steps + STEPS
        if not self._held and (pulled.reached or self._steps >= MOST):
            self._forget()
            self._session.commit("Pull", face=face)
            return
        self._session.preview(face)
        if not pulled.reached or not self._held:
            self._go()

    def _is_stale(self) -> bool:
        """Whether the face has become another one meanwhile, which is left alone."""
        if self._before == self._session.committed_face:
            return False
        self._forget()
        return True

    def _forget(self) -> None:
        self._dragger = self._before = None
        self._held = False
        self._view.update()

    # -- on the picture

    def paint(self, painter: QPainter, target: QRectF) -> None:
        if not self.is_pulling:
            return
        here, goal = (target.topLeft() + place * target.width() for place in (self._place, self._target))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, thickness in ((QColor(0, 0, 0, 170), 3.0), (QColor("white"), 1.4)):
            painter.setPen(QPen(colour, thickness))
            painter.drawLine(here, goal)
            painter.drawEllipse(here, DOT, DOT)
        painter.setBrush(self._view.palette().highlight())
        painter.drawEllipse(goal, DOT, DOT)
        painter.restore()
