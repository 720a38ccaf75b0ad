"""Documents: opening, saving and exporting files."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from facedesigner.gui.photo.paste_dialog import ask_to_paste
from facedesigner.gui.photo.photo_desk import PhotoDesk
from facedesigner.gui.places import Places
from facedesigner.gui.preferences import Preferences
from facedesigner.gui.session import Session
from facedesigner.gui.widgets.errors import show_error, told
from facedesigner.gui.window.credential_badge import CredentialBadge
from facedesigner.gui.window.export_job import export_job
from facedesigner.gui.window.kept_session import KeptSession
from facedesigner.gui.window.project_lock import ProjectLock
from facedesigner.gui.window.recipe_check import RecipeCheck
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.resources import shipped_weights
from facedesigner.state import project as project_file
from facedesigner.state.edits import locks_with
from facedesigner.state.recognise import carries_recipe
from training.endings import PATTERNS
from training.errors import UserError
from training.files import special
from training.locking import LockedError
from training.texts import sentence

if TYPE_CHECKING:
    from facedesigner.contract.request import ModelInfo

LOST = "Another window keeps the faces of this model, so those of this one are lost unless you save them as a project."
OPENABLE = (
    f"Photos, faces and models ({PATTERNS} *.face *.safetensors);;Photos ({PATTERNS});;"
    "FaceDesigner projects (*.face);;Models (*.safetensors);;All files (*)"
)
PROJECTS = "FaceDesigner project (*.face)"
PICTURES = "PNG picture (*.png)"
WEIGHTS = "Model weights (*.safetensors)"
MODELS = (".safetensors", ".pt", ".pth", ".pkl")  # loading says how to bring in those that are not ours


class Documents(QObject):
    """Files of one window. Every failure ends in a message; what is shown stays as it was."""

    renamed = Signal()  # `path` changed
    said = Signal(str)  # for the status bar
    loading = Signal(object)  # Path of the model that is being loaded

    def __init__(
        self, session: Session, thread: RenderThread, preferences: Preferences, places: Places, window: QWidget
    ) -> None:
        super().__init__(window)
        self.path: Path | None = None  # of the project
        self._session, self._thread, self._preferences, self._places = session, thread, preferences, places
        self._window = window
        self._waiting: Path | None = None  # opened when the next model is there
        self.kept = KeptSession(session, places.sessions, self)
        self.kept.said.connect(self.said)
        self.kept.failed.connect(self._complain)
        self._project = ProjectLock(places.open_projects)
        self.photos = PhotoDesk(session, window)
        self.recipes = RecipeCheck(thread, self.photos, window)
        self.badge = CredentialBadge(places.signing_key, window)
        thread.loaded.connect(self._take_model)

    # -- opening

    def ask_open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._window, "Open", self._preferences.settings.save_folder, OPENABLE)
        if path:
            self.open(Path(path))

    def open(self, path: Path) -> None:
        """Opens a project, a model, a PNG of ours or else a photo; waits for the first model if there is none."""
        if special(path):
            self._complain(f"{path.name} cannot be opened", "It is a device or a pipe: choose a file.")
            return
        if path.suffix.lower() in MODELS:
            self.load_model(path)
        elif self._session.info is None:
            self._waiting = path
        elif path.suffix.lower() == ".face" or carries_recipe(path):
            self._open_face(path, self._session.info)
        else:
            self.badge.look(path)
            self.photos.open(path)

    def _open_face(self, path: Path, info: ModelInfo) -> None:
        is_project = path.suffix.lower() == ".face"
        try:
            if is_project:
                project = project_file.load(path)
            else:
                from facedesigner.export.png import read_face  # imports numpy and pillow

                face = read_face(path)
                locks = tuple(sorted(locks_with(face, self._session.locks, info.controls)))
                project = replace(self._session.project(), face=face, locks=locks)
        except (UserError, OSError) as error:  # ProjectError, RecipeError and ExportError say what to do
            self._complain(f"{path.name} cannot be opened", told(error))
            return
        if project.face.model not in ("", info.hash):
            self._explain_other_model(path, project.face.model, info)
            return
        if is_project and not self.confirm_leaving():
            return
        self._session.open(f"Open {path.name}", project)
        if is_project:
            self._take_project(path)
        else:
            self.badge.look(path)
            self.recipes.look(path, project.face)
        self.said.emit(f"Opened {path.name}")

    def _take_project(self, path: Path) -> None:
        """What another window has open is a copy in this one."""
        try:
            self._project.take(path)
        except LockedError as error:
            self._set_path(None)
            self._complain(f"{path.name} was opened as a copy", sentence(str(error)))
        else:
            self._set_path(path)

    def _explain_other_model(self, path: Path, theirs: str, info: ModelInfo) -> None:
        at_hand = shipped_weights(theirs)
        name = at_hand.stem if at_hand is not None else theirs
        way = f"{name} comes with FaceDesigner: load it" if at_hand is not None else "Load the weights that made it"
        box = QMessageBox(
            QMessageBox.Icon.Information,
            "Made with another model",
            f"{path.name} was made with the model {name}; the loaded one is {info.name} ({info.hash}).\n\n"
            f"Another model would draw somebody else. {way} to get the same face back.",
            parent=self._window,
        )
        text = f"&Load {name}" if at_hand is not None else "&Load model…"
        load = box.addButton(text, QMessageBox.ButtonRole.AcceptRole)
        if path.suffix.lower() != ".face":
            as_photo = box.addButton("Open as &photo", QMessageBox.ButtonRole.ActionRole)
            as_photo.clicked.connect(lambda: self.photos.open(path))
        box.addButton(QMessageBox.StandardButton.Cancel)
        load.clicked.connect(
            lambda: self.ask_load_model(path) if at_hand is None else self.load_model(at_hand, then_open=path)
        )
        box.open()

    # -- models

    def ask_load_model(self, then_open: Path | None = None) -> None:
        path, _ = QFileDialog.getOpenFileName(self._window, "Load model", "", WEIGHTS)
        if path:
            self.load_model(Path(path), then_open)

    def load_model(self, path: Path, then_open: Path | None = None) -> None:
        """`then_open`: a file to open with it; without one, what waits for a model still does."""
        if self.confirm_leaving():
            self.loading.emit(path)
            self._thread.load(path)
            self._waiting = then_open or self._waiting

    def _take_model(self, info: ModelInfo) -> None:
        """Shows a new model with the faces last made with it."""
        old = self._session.info
        if old is not None and old.hash != info.hash:
            self.kept.save()
            self.let_go()
            self._set_path(None)
        same = old is not None and old.hash == info.hash
        self._session.set_model(info, None if same else self.kept.load(info))
        if self._waiting is not None:
            path, self._waiting = self._waiting, None
            self.open(path)

    def let_go(self) -> None:
        """Another window may keep the session, and open the project."""
        self._project.give_back()
        self.kept.let_go()

    # -- saving

    @property
    def name(self) -> str:
        return self.path.stem if self.path else "Untitled"

    def confirm_leaving(self) -> bool:
        """Asks about unsaved changes of a project with a file; an untitled one is kept by itself, unless another window
        keeps its own."""
        self._session.settle()
        if self._session.undo_stack.isClean():
            return True
        if self.path is None:
            self.kept.save()
            if not self.kept.elsewhere:
                return True
        why = f"\n\n{LOST}" if self.path is None else ""
        button = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self._window,
            "Unsaved changes",
            f"Save the changes to {self.path.name if self.path else self.name}?{why}",
            button.Save | button.Discard | button.Cancel,
            button.Save,
        )
        return answer == button.Discard or (answer == button.Save and self.save())

    def save(self) -> bool:
        """True if the project is saved; asks for a name if it has none."""
        return self.save_to(self.path) if self.path else self.save_as()

    def save_as(self) -> bool:
        suggestion = self.path or self.folder() / f"{self._session.committed_face.stem}.face"
        chosen = self._ask_name("Save project", suggestion, PROJECTS)
        return chosen is not None and self.save_to(chosen)

    def save_to(self, path: Path) -> bool:
        self._session.settle()
        try:
            self._project.take(path)
            project_file.save(self._session.project(), path)
        except LockedError as error:
            self._complain(f"{path.name} was not saved", sentence(str(error)))
            return False
        except OSError as error:
            self._complain(f"{path.name} was not saved", f"{path}: {error.strerror or error}. Choose another folder.")
            return False
        self._set_path(path)
        self._session.undo_stack.setClean()
        self.said.emit(f"Saved {path.name}")
        return True

    def export(self) -> None:
        """Asks where and writes the full picture with its recipe."""
        from facedesigner.export.png import free_path

        chosen = self._ask_name("Export picture", free_path(self.folder(), self._session.committed_face.stem), PICTURES)
        if chosen is not None:
            self._preferences.set(replace(self._preferences.settings, save_folder=str(chosen.parent)))
            self.export_to(chosen, overwrite=True)  # the dialog asked

    def export_to(self, path: Path, *, overwrite: bool = False) -> None:
        """Draws and writes in the thread; what came of it is said later."""
        if self._session.info is None:
            self._complain("There is no picture yet", "Wait until the model is loaded, then export again.")
            return
        key_file = self._places.signing_key if self._preferences.settings.sign else None
        job = export_job(self._session.face, self._session.info.name, path, overwrite, key_file)
        self._thread.ask(f"export {path}", job, partial(self._exported, path), self, keep=True)
        self.said.emit(f"Writing {path.name}…")

    def paste(self) -> None:
        """Asks how the face in view is to be put back into its photo, and where to write that."""
        ask_to_paste(
            self.photos,
            self._session.face,
            self._thread,
            lambda suggestion: self._ask_name("Paste into photo", suggestion, PICTURES),
            self._window,
        )

    def _exported(self, path: Path, saved: Path | None, error: str) -> None:
        if error:
            self._complain(f"{path.name} was not written", error)
        else:
            self.said.emit(f"Wrote {saved}")

    def _ask_name(self, title: str, suggestion: Path, kind: str) -> Path | None:
        """A file to write; whoever chose one that is there has agreed to replace it."""
        text, _ = QFileDialog.getSaveFileName(self._window, title, str(suggestion), kind)
        if not text:
            return None
        path = Path(text)
        if path.suffix.lower() == suggestion.suffix:
            return path
        path = path.with_name(path.name + suggestion.suffix)  # a name that the dialog did not ask about
        if path.exists():
            answer = QMessageBox.question(self._window, title, f"{path.name} exists already. Replace it?")
            if answer != QMessageBox.StandardButton.Yes:
                return None
        return path

    def folder(self) -> Path:
        chosen = self._preferences.settings.save_folder
        folder = Path(chosen).expanduser()
        return folder if chosen and folder.is_dir() else Path.home()

    def _set_path(self, path: Path | None) -> None:
        self.path = path
        if path is None:
            self._project.give_back()
        else:
            self._session.undo_stack.setClean()
        self.renamed.emit()

    def _complain(self, title: str, message: str) -> None:
        show_error(title, message, parent=self._window)
