"""KeptSession: the faces of a model are kept across restarts, by one window at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from facedesigner.gui.session import Session
from facedesigner.gui.widgets.errors import told
from facedesigner.state import kept
from facedesigner.state import project as project_file
from facedesigner.state.project import Project, ProjectError
from training.locking import Lock, LockedError

if TYPE_CHECKING:
    from facedesigner.contract.request import ModelInfo

DELAY = 1000  # ms after the last change
ELSEWHERE = "Another window keeps the faces of this model: save as a project what you make in this one."


class KeptSession(QObject):
    """Writes the session of the model a second after each change."""

    said = Signal(str)  # for the status bar
    failed = Signal(str, str)  # a title, and what to do

    def __init__(self, session: Session, folder: Path, parent: QObject) -> None:
        super().__init__(parent)
        self.elsewhere = False  # another window keeps it
        self._session, self._folder = session, folder
        self._failed = False
        self._lock: Lock | None = None
        self._timer = QTimer(self, singleShot=True, interval=DELAY)
        self._timer.timeout.connect(self.save)
        for signal in (session.changed, session.gallery_changed, session.locks_changed):
            signal.connect(self._timer.start)

    def save(self) -> None:
        """Now; without a model there is nothing to keep."""
        self._timer.stop()
        if self._session.info is None:
            return
        path = self._file(self._session.info)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not self._may_keep(path):
                return
            project_file.save(self._session.project(), path)
        except OSError as error:
            if not self._failed:  # once is enough
                self._failed = True
                self.failed.emit(
                    "The faces are not being kept",
                    f"{path} cannot be written: {error.strerror or error}. Save the project elsewhere (Ctrl+S) "
                    "before you close the window.",
                )
        else:
            self._failed = False

    def load(self, info: ModelInfo) -> Project | None:
        """What was kept of a model, if there is something that can be read; what cannot is set aside."""
        path = self._file(info)
        if not path.exists():
            return None
        try:
            project = project_file.load(path)
            if project.face.model != info.hash:
                raise ProjectError(f"its face belongs to the model {project.face.model}")
        except (ProjectError, OSError) as error:
            self.failed.emit("The last session cannot be restored", f"{told(error)}\n\n{kept.set_aside(path)}")
            return None
        return project

    def let_go(self) -> None:
        """Another window may keep it."""
        if self._lock is not None:
            self._lock.give_back()
            self._lock = None
        self.elsewhere = False

    def _may_keep(self, path: Path) -> bool:
        """One window keeps the session of a model; once it has closed, another one that is open does."""
        if self._lock is None:
            lock = Lock(path.with_suffix(".lock"), "")
            try:
                lock.take()
            except LockedError:
                if not self.elsewhere:
                    self.elsewhere = True
                    self.said.emit(ELSEWHERE)
                return False
            self._lock = lock
        self.elsewhere = False
        return True

    def _file(self, info: ModelInfo) -> Path:
        return self._folder / f"{info.hash}.face"
