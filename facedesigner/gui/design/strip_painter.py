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
        self._active: dict[str, FaceState] = {}  # tag of a strip being drawn -> the face without that control
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
            base = self._session.face.with_control(row.key, 0.0)
            tag = PREFIX + row.key
            if base in (row.strip.shows, self._active.get(tag)):
                continue
            side = max(row.strip.side * row.devicePixelRatioF(), LEAST * info.resolution)
            resolution = exit_for(info.resolutions, side)
            self._active[tag] = base
            faces = [base.with_control(row.key, value, row.control.taught) for value in row.strip.values]
            requests = [RenderRequest(face, resolution) for face in faces]
            self._thread.draw(tag, requests, partial(self._show, tag), self, partial(self._finish, tag))

    def _stir(self) -> None:
        for tag in list(self._active):
            self._thread.cancel(tag)
        self._active.clear()
        self._rest.start()

    def _show(self, tag: str, index: int, result: RenderResult) -> None:
        row = self._row_of(tag)
        base = self._active.get(tag)
        if row is None or base is None or result.image is None:
            return
        if result.request.face == base.with_control(row.key, row.strip.values[index], row.control.taught):
            row.strip.set_picture(index, to_qimage(result.image))

    def _finish(self, tag: str, complete: bool) -> None:
        row = self._row_of(tag)
        base = self._active.pop(tag, None) if complete else None
        if row is not None and base is not None:
            row.strip.shows = base

    def _row_of(self, tag: str) -> ControlRow | None:
        return next((row for row in self._panel.rows if PREFIX + row.key == tag), None)
