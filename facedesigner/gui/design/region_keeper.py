"""RegionKeeper: finds the regions of the face in view, and tells the session which one is worked on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from facedesigner.contract.request import RenderRequest, RenderResult
from facedesigner.gui.design.region_bar import RegionBar
from facedesigner.gui.design.region_brush import RegionBrush
from facedesigner.gui.session import Session
from facedesigner.gui.work.desk import Desk
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.edits import same_person
from facedesigner.state.face import MOST_PATCHES, FaceState
from facedesigner.state.mask import Mask

if TYPE_CHECKING:
    from facedesigner.contract.request import Image

Find = Callable[["Image", str], Mask]
NAME = "region"
PAINTED = "painted"
FULL = f"a face can be changed in {MOST_PATCHES} places: take the changes out of one of them first"


def make_finder() -> Find:
    from facedesigner.engine.regions import RegionFinder

    return RegionFinder()


class RegionKeeper(QObject):
    """Landmarks are looked for in a thread of their own, in the full picture."""

    def __init__(
        self,
        session: Session,
        thread: RenderThread,
        bar: RegionBar,
        brush: RegionBrush,
        make: Callable[[], Find] = make_finder,
    ) -> None:
        super().__init__(bar)
        self._session, self._thread, self._bar, self._brush = session, thread, bar, brush
        self.desk = Desk(make, self)
        self._names: dict[Mask, str] = {}  # of the regions that were found
        bar.chosen.connect(self.choose)
        bar.brush_taken.connect(brush.take)
        bar.size_changed.connect(brush.set_size)
        bar.removed.connect(self._remove)
        brush.size_changed.connect(lambda size: bar.diameter.setValue(round(size * 100)))
        brush.painted.connect(self._take_painted)
        session.region_changed.connect(self._show)
        session.changed.connect(self._show_changed)
        session.model_changed.connect(self._take_model)
        bar.setEnabled(session.info is not None)
        self._show(session.region)

    def choose(self, name: str) -> None:
        """Works on a region of REGIONS from now on, or on the whole face for ""."""
        self.desk.cancel(self, NAME)
        if not name:
            self._bar.say("")
            self._show(self._session.region)
            self._session.choose_region("Everywhere", None)
            return
        self._bar.show_region(name)
        self._bar.say(f"Looking for the {name}…")
        request = RenderRequest(self._session.face)
        self._thread.draw(NAME, [request], lambda _, result: self._look(name, result), self)

    def close(self) -> None:
        self.desk.close()

    def _look(self, name: str, result: RenderResult) -> None:
        image = result.image
        if image is None:
            self._fail(f"This face cannot be drawn: {result.error}")
        else:
            then = partial(self._take, name, result.request.face)
            self.desk.ask(lambda find, _: find(image, name), then, self, replace=NAME, newest=True)

    def _take(self, name: str, face: FaceState, mask: Mask | None, error: Exception | None) -> None:
        if face.model != self._session.face.model:
            return  # too late: another model
        if not same_person(face, self._session.face):
            self.choose(name)  # another face has another nose
        elif mask is None:
            self._fail(str(error))
        elif self._is_full(mask):
            self._fail(FULL)
        else:
            self._names[mask] = name
            self._bar.say("")
            self._session.choose_region(f"Only here: {name}", mask)
            self._show(self._session.region)

    def _fail(self, words: str) -> None:
        self._show(self._session.region)
        self._bar.say(f"{words[:1].upper()}{words[1:]}.".replace("..", "."), warn=True)

    def _is_full(self, mask: Mask) -> bool:
        face = self._session.face
        return len(face.patches) >= MOST_PATCHES and face.patch(mask) is None

    def _take_painted(self, mask: Mask | None) -> None:
        if mask and not self._session.region and self._is_full(mask):
            self._fail(FULL)
            return
        self._bar.say("")
        self._session.choose_region("Paint region", mask, painted=True)

    def _remove(self) -> None:
        session = self._session
        if session.region is not None:
            session.commit("Take changes out", face=session.face.without(session.region))

    def _take_model(self) -> None:
        self._names.clear()
        self._bar.setEnabled(True)

    def _show(self, mask: Mask | None) -> None:
        self._brush.show_mask(mask)
        self._bar.show_region(self._names.get(mask, PAINTED) if mask else "")
        self._show_changed(self._session.face)

    def _show_changed(self, face: FaceState) -> None:
        region = self._session.region
        self._bar.show_changed(region is not None and face.patch(region) is not None)
