"""Tabs: Design, and the tabs that are built when first looked at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QWidget

from facedesigner.gui.places import Places
from facedesigner.gui.session import Session
from facedesigner.gui.window.lazy_tab import LazyTab, Tab
from facedesigner.state.settings import Settings

if TYPE_CHECKING:
    from facedesigner.engine.sketch import SketchEngine


class Tabs(QTabWidget):
    said = Signal(str)  # for the status bar
    face_made = Signal(str, object)  # name of the undo step, FaceState to continue with in Design
    photo_found = Signal(object)  # Path of a picture to open in Design
    photo_made = Signal(object)  # Path of an aligned photo that the face in Design is to be fitted to
    face_wanted = Signal()  # Enhance asks for the picture in view
    model_made = Signal(object)  # Path of weights to open in Design
    runs_chosen = Signal(object)  # Path of another folder of runs
    stack_chosen = Signal(object)  # QUndoStack of the tab in view

    def __init__(self, faces: QWidget, session: Session, places: Places, settings: Settings) -> None:
        """`faces`: what Design shows."""
        super().__init__()
        self.setTabBarAutoHide(True)
        self.setDocumentMode(True)
        self.faces, self._stack = faces, session.undo_stack
        self.addTab(faces, "&Design")
        self.sketch = self._add("S&ketch", lambda: _sketch_tab(session, places), self._connect_sketch)
        self.enhance = self._add("E&nhance", _enhance_tab, self._connect_enhance)
        self.batch = self._add("&Batch", lambda: _batch_tab(session, places), self._connect_batch)
        self.training = self._add("&Training", lambda: _training_tab(places, settings), self._connect_training)
        self.currentChanged.connect(self._choose_stack)
        session.model_changed.connect(lambda _: self.sketch.tab and self.sketch.tab.live.renew())

    def show_faces(self) -> None:
        self.setCurrentWidget(self.faces)

    def show_training(self) -> None:
        self.setCurrentWidget(self.training)

    def draw(self, path: Path) -> None:
        """Imports a scanned drawing in Sketch."""
        self.setCurrentWidget(self.sketch)
        self.sketch.build().files.open_scan(path)

    def enlarge(self, *source: Any) -> None:
        """Shows a picture in Enhance; `source` as for `EnhanceTab.set_source`."""
        self.setCurrentWidget(self.enhance)
        self.enhance.build().set_source(*source)

    def may_leave(self, then: Callable[[], object]) -> bool:
        """Whether the window may close now; otherwise the user is asked, and `then` is called when it may."""
        return self.training.tab is None or bool(self.training.tab.leave(then))

    def shut_down(self) -> None:
        for tab in self._lazy:
            tab.shut_down()

    @property
    def _lazy(self) -> tuple[LazyTab, ...]:
        return self.sketch, self.enhance, self.batch, self.training

    def _add(self, title: str, make: Callable[[], Tab], connect: Callable[[Any], None]) -> LazyTab:
        tab = LazyTab(make)
        tab.said.connect(self.said)
        tab.built.connect(connect)
        self.addTab(tab, title)
        return tab

    def _choose_stack(self) -> None:
        """Undo is of the drawing while that is in view, else of the face."""
        drawing = self.currentWidget() is self.sketch and self.sketch.tab is not None
        self.stack_chosen.emit(self.sketch.tab.undo_stack if drawing else self._stack)

    def _connect_sketch(self, tab: Any) -> None:
        tab.use_face.connect(lambda face: self.face_made.emit("Face of a sketch", face))
        tab.use_photo.connect(self.photo_made)
        tab.files.photo_found.connect(self.photo_found)
        tab.restore()
        self._choose_stack()

    def _connect_enhance(self, tab: Any) -> None:
        tab.source_wanted.connect(self.face_wanted)

    def _connect_batch(self, tab: Any) -> None:
        tab.use_face.connect(lambda face: self.face_made.emit("Face of a batch", face))

    def _connect_training(self, tab: Any) -> None:
        tab.use_model.connect(self.model_made)
        tab.runs_chosen.connect(self.runs_chosen)


def _sketch_tab(session: Session, places: Places) -> Tab:
    from facedesigner.gui.sketch.sketch_tab import SketchTab

    def make_engine() -> SketchEngine:
        from facedesigner.engine.sketch import SketchEngine
        from facedesigner.resources import default_weights

        return SketchEngine(session.info.path if session.info else default_weights())

    return SketchTab(make_engine, places.drawing)


def _enhance_tab() -> Tab:
    from facedesigner.gui.enhance.enhance_tab import EnhanceTab

    return EnhanceTab()


def _batch_tab(session: Session, places: Places) -> Tab:
    from facedesigner.gui.batch.batch_tab import BatchTab

    return BatchTab(session, places.batches)


def _training_tab(places: Places, settings: Settings) -> Tab:
    from facedesigner.gui.training.training_tab import TrainingTab

    return TrainingTab(Path(settings.runs_folder or places.runs), places.models, places.cache)
