"""StripPainter: fills the thumbnail strips of visible rows while the hand rests."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer

from facedesigner.contract.request import RenderRequest, RenderResult
from facedesigner.gui.design.control_panel import ControlPanel
from facedesigner.gui.design.control_row import ControlRow
from facedesigner.gui.design.preview import exit_for
from facedesigner.gui.session import Session
from facedesigner.gui.widgets.pixels import to_qimage
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.face import FaceState

REST = 300  # milliseconds
LEAST = 0.5  # of the full resolution: an earlier exit shows too little of who it is
PREFIX = "strip:"


class StripPainter(QObject):
    """Watches session, panel and thread; needs no calls. A strip is redrawn once the rest of the face changed."""

    def __init__(self, session: Session, thread: RenderThread, panel: ControlPanel) -> None:
        super().__init__(panel)
        self._session, self._thread, self._panel = session, thread, panel
        self._active: dict[
            str, list[FaceState]
        ] = {}  # tag of a strip being drawn -> without that control, then its faces
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self.draw)
        session.changed.connect(self._stir)
        panel.rows_moved.connect(self._rest.start)

    def draw(self) -> None:
        """Asks for the strips of the visible rows that are out of date."""
        info = self._session.info
        if info is None:
            return
        for row in self._panel.visible_rows():
            if row.control.choices:
                continue  # a menu says in words what it does
            session, tag = self._session, PREFIX + row.key
            base = session.placed(session.seen.with_control(row.key, 0.0))
            if base in (row.strip.shows, *self._active.get(tag, ())[:1]):
                continue
            side = max(row.strip.side * row.devicePixelRatioF(), LEAST * info.resolution)
            resolution = exit_for(info.resolutions, side)
            taught = row.control.taught
            faces = [session.placed(session.seen.with_control(row.key, value, taught)) for value in row.strip.values]
            self._active[tag] = [base, *faces]
            requests = [RenderRequest(face, resolution) for face in faces]
            self._thread.draw(tag, requests, partial(self._show, tag), self, partial(self._finish, tag))

    def _stir(self) -> None:
        for tag in list(self._active):
            self._thread.cancel(tag)
        self._active.clear()
        self._rest.start()

    def _show(self, tag: str, index: int, result: RenderResult) -> None:
        row = self._row_of(tag)
        faces = self._active.get(tag)
        if row is None or faces is None or result.image is None:
            return
        if result.request.face == faces[index + 1]:
            row.strip.set_picture(index, to_qimage(result.image))

    def _finish(self, tag: str, complete: bool) -> None:
        row = self._row_of(tag)
        faces = self._active.pop(tag, None) if complete else None
        if row is not None and faces is not None:
            row.strip.shows = faces[0]

    def _row_of(self, tag: str) -> ControlRow | None:
        return next((row for row in self._panel.rows if PREFIX + row.key == tag), None)
