"""LeakMonitor: has the face measured as generated and as it is now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from facedesigner.contract.request import Image
from facedesigner.gui.design.leak_meter import EMPTY, LeakMeter
from facedesigner.gui.design.pair_monitor import PairMonitor
from facedesigner.gui.session import Session
from facedesigner.gui.sliders import Sliders
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state import edits
from facedesigner.state.face import FaceState

if TYPE_CHECKING:
    from facedesigner.engine.leakage import Leakage

NO_MEASURES = (
    "This model does not say how its faces vary, so nothing can be measured: make named sliders for it with "
    "`python -m training directions`."
)


def make_leakage() -> Leakage:
    from facedesigner.engine.leakage import Leakage

    return Leakage()


class LeakMonitor(PairMonitor):
    """Shows on the meter what moved."""

    def __init__(
        self,
        session: Session,
        thread: RenderThread,
        sliders: Sliders,
        meter: LeakMeter,
        make: Callable[[], Leakage] = make_leakage,
    ) -> None:
        super().__init__(session, thread, "leak", make, meter)
        self._sliders, self._meter = sliders, meter
        self.measured.connect(self._show)
        self.failed.connect(meter.show_words)

    def switch(self, on: bool) -> None:
        self._meter.setVisible(on)
        self._meter.show_words(EMPTY)
        super().switch(on)

    def before(self, face: FaceState) -> FaceState:
        return edits.reset(face, self._sliders.controls, frozenset())

    def measure(self, face: FaceState, before: Image, after: Image) -> None:
        info = self._session.info
        if info is None or not info.measures:
            self._meter.show_words(NO_MEASURES)
        elif before is after:
            self._meter.show_words(EMPTY)
        else:
            self.ask(face, lambda leakage: leakage(before, after, info.measures))

    def _show(self, face: FaceState, movements: dict[str, float]) -> None:
        if not self.on or face.model != self._session.face.model:
            return
        labels = {control.name: control.label for control in self._sliders.controls}
        controls = (*face.controls, *(control for patch in face.patches for control in patch.controls))
        moved = frozenset(edits.name_of(key) for key, value in controls if value)
        self._meter.show_movements(movements, labels, moved)
