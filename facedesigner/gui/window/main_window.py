"""The main window: menus, tool bar, status bar, history, and the tabs."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QIcon, QPaintEvent, QUndoGroup, QUndoStack
from PySide6.QtWidgets import QMainWindow, QStackedWidget

from facedesigner.gui import theme
from facedesigner.gui.design.design_tab import DesignTab
from facedesigner.gui.favourites.favourites import Favourites
from facedesigner.gui.favourites.favourites_panel import FavouritesPanel
from facedesigner.gui.photo.photo_panel import PhotoPanel
from facedesigner.gui.places import Places
from facedesigner.gui.preferences import Preferences
from facedesigner.gui.preparing.preparer import Preparer
from facedesigner.gui.session import Session
from facedesigner.gui.training.weights_maker import WeightsMaker
from facedesigner.gui.widgets.errors import show_error
from facedesigner.gui.widgets.file_drop import FileDrop
from facedesigner.gui.window import log
from facedesigner.gui.window.about import AboutBox
from facedesigner.gui.window.actions import Actions
from facedesigner.gui.window.docks import Docks
from facedesigner.gui.window.documents import Documents
from facedesigner.gui.window.no_model_page import NoModelPage
from facedesigner.gui.window.settings_dialog import SettingsDialog
from facedesigner.gui.window.shortcuts import ShortcutSheet
from facedesigner.gui.window.status_bar import StatusBar
from facedesigner.gui.window.tabs import Tabs
from facedesigner.gui.window.tools import FaceTools
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.resources import default_weights, named_weights, resource
from facedesigner.state.settings import Settings

if TYPE_CHECKING:
    from facedesigner.contract.request import ModelInfo, RenderResult
    from facedesigner.state.face import FaceState

problems = logging.getLogger(__name__)
REPORT = (
    "Copy the details into a report, and say what you did and what you saw. Look through them first: names of your "
    "files may stand in them; your own name does not."
)
PHOTO, SLIDERS, PREPARING = "photo", "sliders", "preparing"  # whose progress it is
PROGRESS = {"gallery": "Drawing faces"}  # batches with a progress bar; thumbnails just fill in
PREFERRED_WIDTH, PREFERRED_HEIGHT = 1500, 940  # less on a smaller screen


class MainWindow(QMainWindow):
    """Hosts the tabs around one session and one render thread, which it joins when it closes."""

    painted = Signal()  # once, when the window has been drawn for the first time

    def __init__(
        self,
        session: Session,
        thread: RenderThread,
        preferences: Preferences,
        places: Places,
        fallback: Path | None = None,
    ) -> None:
        """`fallback` are the weights to load if the first ones cannot be."""
        super().__init__()
        self._fallback, self._log = fallback, places.log
        self._device = preferences.settings.device
        self.session, self.thread_, self.preferences = session, thread, preferences
        self.devices: tuple[str, ...] = ("auto", "cpu")
        self._was_painted = self._is_over = False
        self.documents = Documents(session, thread, preferences, places, self)
        self.finder = WeightsMaker(places.models, self)
        self.preparer, self._models = Preparer(self), places.models
        self.status = StatusBar(self)
        self.setStatusBar(self.status)
        self.status.insertPermanentWidget(0, self.documents.badge)
        self.design = DesignTab(session, thread, preferences.settings, places.sliders)
        self.faces = QStackedWidget()  # the Design tab: faces, or the way to a model
        self.faces.addWidget(self.design)
        self.no_model = NoModelPage()
        self.faces.addWidget(self.no_model)
        self.tabs = Tabs(self.faces, session, places, preferences.settings)
        self.setCentralWidget(self.tabs)
        self.tools = FaceTools(session, thread, self.design.gallery, self)
        self.kept = Favourites(places.favourites, self)
        self.photo_panel = PhotoPanel(self.documents.photos)
        self.favourites_panel = FavouritesPanel(session, thread, self.kept)
        self.docks = Docks(session.undo_stack, self.photo_panel, self.favourites_panel, self)
        self.undo_group = QUndoGroup(self)
        self.undo_group.addStack(session.undo_stack)
        self._choose_stack(session.undo_stack)
        self.actions_ = Actions(self.undo_group, self.docks, self)
        self.actions_.show_theme(preferences.settings.theme)
        self.actions_.fill_menus(self.menuBar(), self.status.menu)
        self.addToolBar(self.actions_.toolbar())
        self._connect_actions()
        self._connect()
        FileDrop(self, self.documents.open)
        self.setWindowIcon(QIcon(str(resource("icons/facedesigner.svg"))))
        self._show_name()
        self._fit_screen()
        self.status.begin("Loading the model…")

    # -- building

    def _connect_actions(self) -> None:
        actions, documents = self.actions_, self.documents
        for action, slot in (
            (actions.new_faces, self.design.new_faces),
            (actions.open, documents.ask_open),
            (actions.save, documents.save),
            (actions.save_as, documents.save_as),
            (actions.export, documents.export),
            (actions.paste, documents.paste),
            (actions.keep, self.keep),
            (actions.strip, self.design.age.show_strip),
            (actions.animation, self.design.age.show_animation),
            (actions.grid, self.design.dialogs.show_grid),
            (actions.versions, self.design.dialogs.show_versions),
            (actions.enhance, self.enhance),
            (actions.load_model, self.documents.ask_load_model),
            (actions.find_sliders, self.find_sliders),
            (actions.prepare, self.prepare),
            (actions.settings, self.show_settings),
            (actions.quit, self.close),
            (actions.reset, self.design.reset),
            (actions.stop, self.stop),
            (actions.shortcuts, self.show_shortcuts),
            (actions.report, self.show_report),
            (actions.about, self.show_about),
        ):
            action.triggered.connect(lambda _checked=False, slot=slot: slot())
        for tool, action in actions.tools.items():
            action.triggered.connect(lambda _checked=False, tool=tool: self.tools.open(tool, documents.folder()))
        actions.shipped.triggered.connect(lambda action: self.documents.load_model(named_weights(action.text())))
        actions.themes.triggered.connect(lambda action: self._change(theme=action.data()))
        actions.full_screen.toggled.connect(lambda on: self.showFullScreen() if on else self.showNormal())

    def _connect(self) -> None:
        self.documents.renamed.connect(self._show_name)
        self.documents.said.connect(self.status.say)
        self.documents.loading.connect(lambda path: self.status.begin(f"Loading {path.name}…"))
        self.documents.photos.said.connect(self.status.say)
        self.documents.photos.working.connect(self._show_photo_work)
        self.documents.photos.finished.connect(lambda: self.status.finish(PHOTO))
        self.documents.photos.opened.connect(self._show_photo)
        self.documents.photos.drawing_found.connect(self.tabs.draw)
        self.tabs.photo_found.connect(self._open_photo)
        self.tabs.photo_made.connect(lambda path: self._open_photo(path, aligned=True))
        self.photo_panel.paste_wanted.connect(self.documents.paste)
        self.session.undo_stack.cleanChanged.connect(self._show_clean)
        self.session.model_changed.connect(self._show_model)
        self.session.model_changed.connect(self.kept.use_model)
        self.kept.failed.connect(lambda title, words: show_error(title, words, parent=self))
        self.favourites_panel.said.connect(self.status.say)
        self.favourites_panel.chosen.connect(lambda face: self._use_face(f"Choose {face.title}", face))
        self.preferences.changed.connect(self._apply_settings)
        self.preferences.failed.connect(self.status.say)
        self.no_model.load.connect(self.documents.ask_load_model)
        self.no_model.train.connect(self.tabs.show_training)
        self.finder.said.connect(lambda line: self.status.begin(line, 0, self.finder.close, SLIDERS))
        self.finder.changed.connect(lambda: None if self.finder.busy else self.status.finish(SLIDERS))
        self.finder.made.connect(self.documents.load_model)
        self.finder.failed.connect(lambda reason: show_error("No sliders were found", reason, parent=self))
        self.preparer.said.connect(self._show_preparing)
        self.preparer.ended.connect(lambda _: self.status.finish(PREPARING))
        self.tabs.stack_chosen.connect(self._choose_stack)
        self.tabs.model_made.connect(self._use_trained)
        self.tabs.currentChanged.connect(self._show_tab)
        self.tabs.runs_chosen.connect(lambda runs: self._change(runs_folder=str(runs)))
        self.tabs.face_wanted.connect(self.enhance)
        for part in (self.tabs, self.tools):
            part.said.connect(self.status.say)
            part.face_made.connect(lambda text, face: self._use_face(text, face, whole=True))
        self.design.said.connect(self.status.say)
        self.status.device_chosen.connect(lambda name: self._change(device=name))
        self.thread_.load_failed.connect(self._load_failed)
        self.thread_.device_changed.connect(self.status.show_device)
        self.thread_.device_refused.connect(lambda why: show_error("This device cannot be used", why, parent=self))
        self.thread_.rendered.connect(self._take_picture)
        self.thread_.batch_started.connect(self._begin_batch)
        self.thread_.batch_rendered.connect(self._step_batch)
        self.thread_.batch_finished.connect(self._finish_batch)

    # -- what comes from the session and the thread

    def _show_name(self) -> None:
        self.setWindowTitle(f"{self.documents.name}[*] – FaceDesigner")
        self._show_clean(self.session.undo_stack.isClean())

    def _show_clean(self, clean: bool) -> None:
        self.setWindowModified(not clean)

    def _show_model(self, info: ModelInfo) -> None:
        self.status.finish()
        self.status.show_model(info)
        self.actions_.show_model(info.path)
        self.faces.setCurrentWidget(self.design)
        self._change(weights=_to_remember(info.path))
        self.thread_.ask("devices", lambda engine: engine.devices(), self._take_devices, self)

    def _use_trained(self, weights: Path) -> None:
        self.tabs.show_faces()
        self.documents.load_model(weights)

    def _open_photo(self, path: Path, aligned: bool = False) -> None:
        self.tabs.show_faces()
        self.documents.photos.open(path, aligned=aligned)

    def _use_face(self, text: str, face: FaceState, *, whole: bool = False) -> None:
        """Goes on in Design with a face made elsewhere; `whole`: also if a region is worked on."""
        info = self.session.info
        if info is None or face.model not in ("", info.hash):
            self.status.say("This face was made with another model: load that one to go on with it.")
            return
        self.tabs.show_faces()
        self.design.use(text, face, whole=whole)

    def _choose_stack(self, stack: QUndoStack) -> None:
        self.undo_group.addStack(stack)
        self.undo_group.setActiveStack(stack)

    def keep(self) -> None:
        """The face in view among the favourites, which are shown when it is the first."""
        self.favourites_panel.add()
        if len(self.kept.faces) == 1:
            self.docks.favourites.show()

    def enhance(self) -> None:
        """The face in view, enlarged in several ways."""
        info = self.session.info
        name = info.name if info else ""
        self.tools.with_picture(lambda face, image: self.tabs.enlarge(image, face.title, face, name))

    def find_sliders(self) -> None:
        """Named sliders for the model in use; the new model is opened when they are found."""
        if self.session.info is not None and not self.finder.busy:
            self.status.begin("Looking for sliders…", 0, self.finder.close, SLIDERS)
            self.finder.add_sliders(self.session.info.path)

    def prepare(self) -> None:
        """All that belongs to a model, in the background; the dialog shows how far it is."""
        from facedesigner.gui.preparing.prepare_dialog import PrepareDialog

        info = self.session.info
        dialog = PrepareDialog(self.preparer, self._models, info.path if info else None, self)
        dialog.load.connect(self.documents.load_model)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _show_preparing(self, words: str) -> None:
        self.status.begin(f"Preparing a model: {words}", 0, self.preparer.stop, PREPARING)

    def _show_photo(self) -> None:
        self.tabs.show_faces()
        self.docks.photo.show()

    def _show_tab(self) -> None:
        in_design = self.tabs.currentWidget() is self.tabs.faces
        self.docks.show_for(in_design)
        actions = self.actions_
        for action in (actions.new_faces, actions.reset, actions.photo, actions.favourites, actions.keep):
            action.setEnabled(in_design)

    def _show_photo_work(self, text: str, percent: int) -> None:
        """`percent` -1: it is not known how far it is."""
        self.status.begin(text, 100 if percent >= 0 else 0, self.documents.photos.stop, PHOTO)
        self.status.step(max(percent, 0), PHOTO)

    def stop(self) -> None:
        """Ends drawing and refining; what they have reached stays."""
        self.design.stop()
        self.documents.photos.stop()

    def _load_failed(self, message: str) -> None:
        self.status.finish()
        info = self.session.info
        if info is not None:
            message = f"{message}\n\n{info.name} is still in use."
        elif self._fallback is not None:
            message = f"{message}\n\nThe model that comes with FaceDesigner is used."
            self.thread_.load(self._fallback)
            self._fallback = None
        else:
            self.faces.setCurrentIndex(1)
        show_error("The model cannot be loaded", message, parent=self)

    def _take_devices(self, devices: tuple[str, ...] | None, _error: str) -> None:
        if devices is not None:
            self.devices = devices
            self.status.offer_devices(devices, self.preferences.settings.device)

    def _take_picture(self, result: RenderResult) -> None:
        if result.error:
            self.status.say(f"This face cannot be drawn: {result.error}")
        else:
            self.status.show_milliseconds(result.milliseconds)
        if result.notice:
            self.status.say(result.notice)

    def _begin_batch(self, tag: str, total: int) -> None:
        if tag in PROGRESS:
            self.status.finish(tag)  # that of a batch which this one takes the place of
            self.status.begin(PROGRESS[tag], total, self.design.stop, tag)

    def _step_batch(self, tag: str) -> None:
        if tag in PROGRESS:
            self.status.step(of=tag)

    def _finish_batch(self, tag: str) -> None:
        if tag in PROGRESS:
            self.status.finish(tag)

    # -- settings

    def _change(self, **changes: str) -> None:
        self.preferences.set(replace(self.preferences.settings, **changes))  # type: ignore[arg-type]

    def _apply_settings(self, settings: Settings) -> None:
        if settings.theme != theme.current():
            theme.apply(settings.theme)
        self.actions_.show_theme(settings.theme)
        self.design.use_settings(settings)
        if settings.device != self._device:
            self._device = settings.device
            self.thread_.use_device(settings.device)

    def show_settings(self) -> None:
        dialog = SettingsDialog(self.preferences.settings, self.devices, self)
        dialog.accepted.connect(lambda: self.preferences.set(dialog.settings()))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # -- help

    def show_shortcuts(self) -> None:
        dialog = ShortcutSheet(self.actions_.with_keys, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def show_report(self) -> None:
        """What helps whoever mends the program, to copy."""
        show_error("Report a problem", REPORT, log.report(self._log), parent=self)

    def show_about(self) -> None:
        dialog = AboutBox(self.session.info, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # -- events

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_over:
            return
        if not self.tabs.may_leave(self.close) or not self.documents.confirm_leaving():
            event.ignore()
            return
        self.session.settle()
        self.documents.kept.save()
        self.documents.let_go()
        self._is_over = True
        self.hide()  # at once; the thread may need a moment
        parts = (self.tabs, self.tools, self.design, self.documents.photos, self.documents.badge)
        for end in (*(part.shut_down for part in parts), self.finder.close, self.preparer.close, self.thread_.close):
            try:
                end()
            except Exception:  # a part that fails must not keep the others, which may have files to write
                problems.error("closing", exc_info=True)
        event.accept()

    def _fit_screen(self) -> None:
        free = self.screen().availableGeometry()
        self.resize(min(PREFERRED_WIDTH, free.width()), min(PREFERRED_HEIGHT, free.height()))


def _to_remember(path: Path) -> str:
    """The weights to load next time: of those that come with the program the name alone, since their place may change,
    and "" for the first of them."""
    try:
        if path == resource(f"weights/{path.name}"):
            return "" if path == default_weights() else path.name
    except FileNotFoundError:
        pass
    return str(path.absolute())
