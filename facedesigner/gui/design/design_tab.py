"""DesignTab: gallery, face and sliders, around one session and one render thread."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from random import Random
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QTabWidget, QVBoxLayout, QWidget

from facedesigner.contract.request import ModelInfo, RenderRequest, RenderResult
from facedesigner.gui.design.age_panel import AgePanel
from facedesigner.gui.design.arithmetic_panel import ArithmeticPanel
from facedesigner.gui.design.between_panel import BetweenPanel
from facedesigner.gui.design.breeder import Breeder
from facedesigner.gui.design.control_panel import NO_CONTROLS, ControlPanel
from facedesigner.gui.design.face_dialogs import FaceDialogs
from facedesigner.gui.design.gallery_panel import HINT, GalleryPanel
from facedesigner.gui.design.leak_monitor import LeakMonitor
from facedesigner.gui.design.mixer import Mixer
from facedesigner.gui.design.preview import PreviewPolicy, exit_for
from facedesigner.gui.design.puller import Puller
from facedesigner.gui.design.recipe_bar import RecipeBar
from facedesigner.gui.design.region_keeper import RegionKeeper
from facedesigner.gui.design.slider_keeper import SliderKeeper
from facedesigner.gui.design.strip_painter import StripPainter
from facedesigner.gui.design.view_panel import ViewPanel
from facedesigner.gui.session import Session
from facedesigner.gui.sliders import Sliders
from facedesigner.gui.widgets.pixels import to_qimage
from facedesigner.gui.widgets.value_slider import ValueSlider
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state import edits
from facedesigner.state.edits import SEED_LOCK
from facedesigner.state.face import FaceState
from facedesigner.state.project import Project
from facedesigner.state.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from facedesigner.contract.request import Control

REST = 100  # milliseconds the hand rests on a slider until the full picture is drawn
COARSEST = 0.25  # of the full resolution, for a preview: less hides what the slider does and saves few milliseconds
TILE_PIXELS = 128  # of a gallery picture, at least
WIDTHS = (380, 520, 380)  # of gallery, view and sliders at first
STARTING = "Starting the engine…"
NOTHING_FREE = "Seed and sliders are locked: unlock one of them to see new faces."


class DesignTab(QWidget):
    """Shows what the session holds, draws it through the thread, and makes previews and steps of what the hand does."""

    said = Signal(str)  # for the status bar

    def __init__(self, session: Session, thread: RenderThread, settings: Settings, sliders: Path) -> None:
        """`sliders` is the folder of what the user taught."""
        super().__init__()
        self.session, self.renderer, self._settings = session, thread, settings
        self._random = Random()
        self._stamps = count(1)
        self.shown_stamp = 0
        self.asked_for: RenderRequest | None = None  # the last one
        self.policy: PreviewPolicy | None = None
        self._before: FaceState | None = None  # the face on the left of the comparison
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self.gallery_panel = GalleryPanel()
        self.gallery = self.gallery_panel.gallery
        self._breeder = Breeder(session, thread, self.gallery_panel, self._random)
        self.recipe = RecipeBar()
        self.view_panel = ViewPanel()
        self.view = self.view_panel.view
        self.controls = ControlPanel()
        self.mixer = Mixer(session, thread, self.controls)
        self.arithmetic = ArithmeticPanel(session, thread)
        self.between = BetweenPanel(session, thread)
        self.age = AgePanel(session, thread)
        self.sliders = Sliders(sliders, self)
        self.dialogs = FaceDialogs(session, thread, self.sliders, self.gallery, self)
        self.leaks = LeakMonitor(session, thread, self.sliders, self.view_panel.meter)
        self.regions = RegionKeeper(session, thread, self.view_panel.regions, self.view_panel.brush)
        self.puller = Puller(self.view, session, thread)
        self.keeper = SliderKeeper(session, thread, self.sliders, self.controls)
        self._lay_out()
        self._connect()
        self.view.clear(STARTING)
        self.gallery_panel.setDisabled(True)
        if session.info is not None:
            self._take_model(session.info)
            self._show_face(session.face)

    def new_faces(self) -> None:
        """Nine candidates for the gallery: one undo step."""
        faces = self._draw_new()
        if faces:
            self.session.commit("New faces", gallery=faces)
        else:
            self.gallery_panel.say(NOTHING_FREE)

    def reset(self) -> None:
        """Sets the unlocked sliders back; in a region, what was changed there."""
        session = self.session
        if session.region is None:
            session.commit("Reset sliders", face=edits.reset(session.face, self._controls, session.locks))
        else:
            session.commit("Reset region", face=session.face.without(session.region))

    def randomise(self) -> None:
        """Draws the unlocked sliders of the chosen layers at random."""
        session, layers = self.session, self.controls.layers
        face = edits.randomised(session.seen, self._controls, session.locks, layers, self._random)
        session.commit("Randomise sliders", face=session.placed(face))

    def stop(self) -> None:
        """Stops drawing the gallery and drops a preview."""
        self.renderer.cancel("gallery")
        self.puller.give_up()
        self.session.revert()

    def shut_down(self) -> None:
        self.leaks.close()
        self.regions.close()
        self.age.shut_down()

    def use_settings(self, settings: Settings) -> None:
        self._settings = settings
        self._new_policy()

    # -- building

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.addWidget(self.gallery_panel)
        column.addSpacing(column.spacing())
        column.addWidget(self.recipe)
        column.addStretch(1)
        self.tools = QTabWidget()
        self.tools.setDocumentMode(True)
        self.tools.addTab(self.controls, "Slide&rs")
        self.tools.addTab(self.age, "A&ge")
        self.tools.addTab(self.arithmetic, "Arith&metic")
        self.tools.addTab(self.between, "Bet&ween")
        splitter = QSplitter(Qt.Orientation.Horizontal)
        for widget, stretch in ((left, 2), (self.view_panel, 4), (self.tools, 2)):
            widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)  # the window's colour, not the splitter's
            splitter.addWidget(widget)
            splitter.setStretchFactor(splitter.count() - 1, stretch)
        splitter.setChildrenCollapsible(False)
        splitter.setSizes(list(WIDTHS))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def _connect(self) -> None:
        session, thread, panel = self.session, self.renderer, self.controls
        session.changed.connect(self._show_face)
        session.gallery_changed.connect(self._draw_gallery)
        session.locks_changed.connect(self._show_locks)
        session.model_changed.connect(self._take_model)
        thread.rendered.connect(self._take_picture)
        thread.load_failed.connect(self._fail_loading)
        thread.device_changed.connect(self._new_policy)
        self._rest.timeout.connect(self._sharpen)
        self.gallery_panel.new_faces.connect(self.new_faces)
        self.gallery.chosen.connect(lambda face: self.use(f"Choose {face.title}", face))
        self.arithmetic.used.connect(lambda face: self.use("Arithmetic", face))
        for part in (self.between, self.age, self.dialogs):
            part.said.connect(self.said)
        self.dialogs.used.connect(self.use)
        self.between.used.connect(lambda face: self.use("On the way", face))
        self.mixer.used.connect(self.use)
        self.mixer.said.connect(self.gallery_panel.say)
        self.view_panel.pull.toggled.connect(self.puller.take)
        self.puller.said.connect(self.gallery_panel.say)
        self.arithmetic.teach_wanted.connect(self.keeper.teach)
        self.recipe.previewed.connect(lambda face: session.preview(session.placed(face)))
        self.recipe.committed.connect(self._take_recipe)
        session.settling.connect(self._finish_edits)
        self.recipe.seed.dice_rolled.connect(self._roll_seed)
        self.recipe.seed.lock_toggled.connect(lambda _: self._toggle_lock(SEED_LOCK, "seed"))
        self.view_panel.compare.toggled.connect(self._draw_before)
        self.view_panel.measure.toggled.connect(self.leaks.switch)
        panel.previewed.connect(lambda key, value: session.preview(self._moved(key, value)))
        panel.committed.connect(lambda key, value, text: session.commit(text, face=self._moved(key, value)))
        panel.lock_toggled.connect(lambda name, _: self._toggle_lock(name, self.sliders.label(name)))
        self.sliders.changed.connect(self._show_controls)
        self.keeper.taught.connect(self._show_taught)
        panel.randomise.connect(self.randomise)
        panel.reset.connect(self.reset)
        self._strips = StripPainter(session, thread, panel)

    # -- from the session

    def _take_model(self, info: ModelInfo) -> None:
        self._new_policy()
        self._before = self.asked_for = None
        if self.view.picture is None:
            self.view.clear("Drawing…")
        self.sliders.use_model(info)
        self.view_panel.set_pixels(info.resolution)
        self.recipe.show_noise(info.has_noise)
        self.recipe.setEnabled(True)
        self.gallery_panel.setEnabled(True)
        QTimer.singleShot(0, self, self._fill_gallery)  # after the session has settled which faces go with the model

    def _fill_gallery(self) -> None:
        """So that there are faces to begin with; no undo step, since it is the beginning."""
        session = self.session
        if session.gallery:
            self._draw_gallery(session.gallery)
        elif not session.undo_stack.count():
            session.restore(
                Project(session.committed_face, tuple(self._draw_new()), session.notes, tuple(session.locks))
            )

    def _show_taught(self, name: str) -> None:
        self.tools.setCurrentWidget(self.controls)
        self.controls.show_row(name)

    def _show_controls(self) -> None:
        self.controls.set_controls(self._controls, NO_CONTROLS)
        self.controls.show_face(self.session.seen)

    def _show_face(self, face: FaceState) -> None:
        self.sliders.see(face)
        self.recipe.show_face(self.session.seen)
        self.controls.show_face(self.session.seen)
        self.gallery.show_current(face)
        if self.policy is None:
            return
        if face == self.session.committed_face:
            self._rest.stop()
            self._sharpen()
        else:
            self._submit(self.policy.choose())
            self._rest.start()
        self._draw_before()

    def _show_locks(self, locks: frozenset[str]) -> None:
        self.controls.show_locks(locks)
        self.recipe.seed.show_locked(SEED_LOCK in locks)

    def _draw_gallery(self, faces: tuple[FaceState, ...]) -> None:
        self.gallery.show_faces(faces)
        self.gallery.show_current(self.session.face)
        info = self.session.info
        if info is not None:
            pixels = self.gallery.tiles[0].width() * self.devicePixelRatioF()
            resolution = exit_for(info.resolutions, max(TILE_PIXELS, pixels))
            requests = [RenderRequest(face, resolution) for face in faces]
            self.renderer.draw("gallery", requests, self._take_tile, self, self._finish_gallery)

    def _draw_before(self) -> None:
        """The face as it was generated, for the comparison."""
        before = edits.reset(self.session.face, self._controls, frozenset())
        if self.view.comparing and before != self._before and self.session.info is not None:
            self._before = before
            self.renderer.draw("before", [RenderRequest(before)], self._take_before, self)

    # -- from the thread

    def _sharpen(self) -> None:
        """Asks for the full picture, unless that is what was asked for last: by a step that changed locks or gallery
        alone, or in a drag, where the model has no early exit to preview with."""
        if self.asked_for is None or (self.session.face, None) != (self.asked_for.face, self.asked_for.resolution):
            self._submit(None)

    def _submit(self, resolution: int | None) -> None:
        """None asks for the full picture; a preview as large as that is the full picture."""
        info = self.session.info
        if info is not None and resolution == info.resolution:
            resolution = None
        self.asked_for = RenderRequest(self.session.face, resolution, next(self._stamps))
        self.renderer.submit(self.asked_for)

    def _take_picture(self, result: RenderResult) -> None:
        self._measure(result)
        request = result.request
        if request.stamp <= self.shown_stamp or request.face.model != self.session.face.model:
            return
        self.shown_stamp = request.stamp
        if result.image is None:
            self.view.show_problem(f"This face could not be drawn: {result.error}\nUndo, or choose another face.")
        else:
            self.view.set_picture(to_qimage(result.image))

    def _take_before(self, _index: int, result: RenderResult) -> None:
        self._measure(result)
        if result.request.face == self._before and result.image is not None:
            self.view.set_before(to_qimage(result.image))

    def _take_tile(self, index: int, result: RenderResult) -> None:
        self._measure(result)
        if self.gallery.faces[index : index + 1] != (result.request.face,):
            return
        self.gallery_panel.say(f"Drawing {index + 1} of {len(self.gallery.faces)}…")
        if result.image is None:
            self.gallery.set_problem(index, f"Could not be drawn: {result.error}")
        else:
            self.gallery.set_picture(index, to_qimage(result.image))
            self.gallery.drawn.emit(result.request.face, result.image)

    def _finish_gallery(self, complete: bool) -> None:
        stopped = "Stopped. Click an empty tile to see its face, or draw new faces."
        self.gallery_panel.say(HINT if complete else stopped)

    def _fail_loading(self, message: str) -> None:
        if self.session.info is None:
            self.view.clear(message)

    def _measure(self, result: RenderResult) -> None:
        info = self.session.info
        if self.policy is not None and info is not None and result.image is not None:
            self.policy.record(result.request.resolution or info.resolution, result.milliseconds)

    def _new_policy(self) -> None:
        """Measurements of another model, device or budget say nothing."""
        info = self.session.info
        if info is not None:
            useful = [pixels for pixels in info.resolutions if pixels >= COARSEST * info.resolution]
            self.policy = PreviewPolicy(useful, self._settings.preview_milliseconds)

    # -- from the hand

    def _draw_new(self) -> list[FaceState]:
        session = self.session
        faces = edits.new_faces(session.seen, self._controls, session.locks, self._random)
        return [session.placed(face) for face in faces]

    def _roll_seed(self) -> None:
        seed = edits.random_seed(self._random)
        self.session.commit(f"Seed {seed}", face=self.session.placed(self.session.seen.with_seed(seed)))

    def _take_recipe(self, face: FaceState, text: str) -> None:
        """The name and the noise are the whole face's, also where a region is worked on."""
        whole = replace(self.session.placed(face), name=face.name, noise_seed=face.noise_seed)
        self.session.commit(text, face=whole)

    def _toggle_lock(self, name: str, label: str) -> None:
        locks = self.session.locks ^ {name}
        face = edits.held(self.session.face, self._controls, locks)
        self.session.commit(f"{'Lock' if name in locks else 'Unlock'} {label}", face=face, locks=locks)

    def use(self, text: str, face: FaceState, *, whole: bool = False) -> None:
        """Shows another face, for which the locks hold as they are; in a region, only there, unless it is the face in
        view with something else in there, or `whole`."""
        session = self.session
        same = session.region and face.without(session.region) == session.face.without(session.region)
        if not (whole or same):
            face = session.placed(face)
        session.commit(text, face=edits.held(face, self._controls, session.locks))

    def _finish_edits(self) -> None:
        self.recipe.finish()
        for slider in self.findChildren(ValueSlider):
            slider.finish()

    def _moved(self, key: str, value: float) -> FaceState:
        return self.session.placed(self.session.seen.with_control(key, value, self.sliders.taught(key)))

    @property
    def _controls(self) -> tuple[Control, ...]:
        return self.sliders.controls
