"""Live: keeps the photo beside the canvas up to date with the drawing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from facedesigner.contract.sketching import VARIANTS, SketchResult
from facedesigner.gui.sketch.canvas import Canvas
from facedesigner.gui.sketch.kit import PHOTO
from facedesigner.gui.sketch.snapshot import Snapshot, drawn
from facedesigner.gui.work.desk import Desk
from facedesigner.state.drawing import HINTS, SKETCH

if TYPE_CHECKING:
    from facedesigner.engine.sketch import SketchEngine

PAUSE = 20  # milliseconds from a change to its picture, at the least: more pieces of the stroke may come
REST = 500  # milliseconds that the hand rests until the variants are drawn


class Live(QObject):
    """One picture is drawn at a time; what changes meanwhile is in the next one. The variants follow when the hand
    rests. Pictures of a sheet that was cleared since are dropped."""

    shown = Signal(object)  # SketchResult of the newest drawing and the chosen variant
    variant_shown = Signal(int, object)  # index, SketchResult
    emptied = Signal()  # there is nothing to draw from
    loading = Signal()  # the first picture of an engine takes longer: its networks are loaded

    def __init__(self, canvas: Canvas, make_engine: Callable[[], SketchEngine], follow: float) -> None:
        super().__init__(canvas)
        self.follow, self.variant, self.colourise = follow, 0, False
        self._canvas = canvas
        self.desk = Desk(make_engine, self)
        self._stamps = count(1)
        self._valid = 0  # stamps below belong to what is gone
        self._newest: Snapshot | None = None
        self._busy = self._changed = self._loaded = False
        self._soon = QTimer(self, singleShot=True, interval=PAUSE)
        self._soon.timeout.connect(self._submit)
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self._submit_variants)
        canvas.sheet.painted.connect(lambda _parts: self.refresh())

    def refresh(self) -> None:
        """The drawing, or what is wanted of it, changed."""
        if not self._soon.isActive():
            self._soon.start()
        self._rest.start()

    def choose(self, variant: int) -> None:
        self.variant = variant
        self.refresh()

    def switch(self, colourise: bool) -> None:
        """Between portrait and colourise."""
        self.colourise = colourise
        self._valid = next(self._stamps)
        self.refresh()

    def renew(self) -> None:
        """The engine is made anew, for another model."""
        self.desk.renew()
        self._loaded = False
        self.refresh()

    def close(self) -> None:
        self._soon.stop()
        self._rest.stop()
        self.desk.close()

    def _submit(self) -> None:
        canvas = self._canvas
        photo = canvas.photo if self.colourise and canvas.visible[PHOTO] else None
        if not canvas.sheet.has_ink and photo is None:
            self._valid = next(self._stamps)
            self._newest = None
            self._rest.stop()
            self.emptied.emit()
            return
        if self._busy:
            self._changed = True
            return
        layers = {name: QImage(image) for name, image in canvas.sheet.layers.items()}
        self._newest = Snapshot(
            stamp=next(self._stamps),
            lines=layers[SKETCH],
            colours=layers[HINTS] if canvas.visible[HINTS] and canvas.sheet.has_hints else None,
            follow=self.follow,
            variant=self.variant,
            colourise=self.colourise,
            photo=photo,
            place=canvas.sheet.has_loose_scan,
        )
        self._busy, self._changed = True, False
        if not self._loaded:
            self.loading.emit()
        for index in range(VARIANTS):  # of an older drawing
            self.desk.cancel(self, f"variant {index}")
        self._ask(self._newest, self._take, "drawing", urgent=True)

    def _submit_variants(self) -> None:
        newest = self._newest
        if newest is None or self.colourise:
            return
        if self._busy or self._soon.isActive():
            self._rest.start()
            return
        for index in range(VARIANTS):
            if index != newest.variant:
                self._ask(replace(newest, variant=index), self._take_variant, f"variant {index}")

    def _ask(
        self,
        snapshot: Snapshot,
        take: Callable[[Snapshot, SketchResult], None],
        name: str,
        *,
        urgent: bool = False,
    ) -> None:
        def answer(result: SketchResult | None, error: Exception | None) -> None:
            take(snapshot, result or SketchResult(snapshot.request(), error=str(error)))

        self.desk.ask(lambda engine, _: drawn(engine, snapshot), answer, self, replace=name, urgent=urgent)

    def _take(self, snapshot: Snapshot, result: SketchResult) -> None:
        self._busy, self._loaded = False, True
        if self._changed:
            self._submit()
        if snapshot.stamp > self._valid:
            self.shown.emit(result)
            if not snapshot.colourise:
                self.variant_shown.emit(snapshot.variant, result)

    def _take_variant(self, snapshot: Snapshot, result: SketchResult) -> None:
        if snapshot.stamp > self._valid:
            self.variant_shown.emit(snapshot.variant, result)
