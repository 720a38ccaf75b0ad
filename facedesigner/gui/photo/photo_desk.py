"""PhotoDesk: opens photos as faces of the model, refines them in the background, and pastes faces back into them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QMessageBox, QWidget

from facedesigner.contract.photos import Reached
from facedesigner.gui.photo.face_chooser import FaceChooser
from facedesigner.gui.photo.face_finder import FaceFinder
from facedesigner.gui.photo.photo_record import PhotoRecord
from facedesigner.gui.session import Session
from facedesigner.gui.widgets.errors import show_error
from facedesigner.gui.work.desk import Desk, Job, Then, Work

if TYPE_CHECKING:
    from facedesigner.contract.request import Image, ModelInfo
    from facedesigner.engine.found_photo import FoundPhoto
    from facedesigner.engine.likeness import Likeness
    from facedesigner.engine.photo_opener import PhotoOpener
    from facedesigner.state.face import FaceState

KEPT = 20  # photos of which it is remembered where their faces lie
LOOKING, REFINING, WRITING = "Looking for faces in {}", "Refining {}", "Writing {}"
REFINED = "Refined."
STOPPED = "Refining was stopped; the best so far is kept."
EDITED = "Refining ended with your edit; what it had reached is kept."


def make_opener() -> PhotoOpener:
    """Runs in the desk's thread."""
    from facedesigner.engine.photo_opener import PhotoOpener

    return PhotoOpener(FaceFinder())


class PhotoDesk(QObject):
    """One photo is opened at a time; the newest wins. An edit or undo ends a refinement and keeps what it has reached,
    so that no slider that was moved is lost: the face goes into the undo step "Open photo" as it gets better."""

    said = Signal(str)
    working = Signal(str, int)  # what is done, and how much of 100; -1 if unknown
    finished = Signal()  # nothing is done any more
    opened = Signal()  # a photo's face is shown for the first time
    changed = Signal()  # `record`, or something of it
    drawing_found = Signal(object)  # Path of a picture to go on with in Sketch

    def __init__(self, session: Session, window: QWidget, make: Callable[[], Any] = make_opener) -> None:
        super().__init__(window)
        self._session, self._window = session, window
        self._records: list[PhotoRecord] = []  # newest first
        self.record: PhotoRecord | None = None  # the photo that the face in view came from, else the newest
        self.desk = Desk(make, self)
        self._looking: Job | None = None
        self._refining: Job | None = None
        self._refined: PhotoRecord | None = None
        session.changed.connect(self._see)
        session.model_changed.connect(self._take_model)

    @property
    def is_refining(self) -> bool:
        return self._refining is not None

    def open(self, path: Path, *, aligned: bool = False) -> None:
        """Finds the faces of a picture, lets the user choose if there are several, and makes one the current face."""
        info = self._session.info
        if info is None:
            return
        self.stop()
        self._leave(STOPPED)
        self.working.emit(LOOKING.format(path.name), -1)
        self._looking = self.run(
            lambda opener, job: opener.find(path, info, aligned, job.stopped), partial(self._take_photo, path)
        )

    def stop(self) -> None:
        """Ends what is under way for a photo; a refinement keeps its best."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
            self.finished.emit()
        if self._refining is not None:
            self._refining.stop()  # its answer follows

    def keep(self) -> None:
        """Ends a refinement at once, with the face that is shown."""
        self._leave(STOPPED)

    def choose_again(self) -> None:
        """Another face of the same photo."""
        if self.record is not None:
            self._choose(self.record.found, self.record.index)

    def write(self, record: PhotoRecord, edited: Image, before: Image | None, out: Path) -> None:
        """Pastes a face into the whole photo and writes it as `out`, which may be replaced; says how that went."""
        path, face = record.path, record.photo_face

        def paste(opener: PhotoOpener, _: Job) -> Path:
            from facedesigner.export.photo import save_photo

            return save_photo(opener.paste(path, face, edited, before), out, overwrite=True)

        self.working.emit(WRITING.format(out.name), -1)
        self.desk.ask(paste, partial(self._take_written, out), self, keep=True)

    def run(self, work: Work, then: Then) -> Job:
        """Has something done with the opener; `then` gets the answer or the exception."""
        return self.desk.ask(work, then, self)

    def shut_down(self) -> None:
        """What was begun to be written is still written; a refinement leaves what it has reached."""
        self.desk.close()

    # -- faces of a photo

    def _take_photo(self, path: Path, found: FoundPhoto | None, error: Exception | None) -> None:
        self._looking = None
        self.finished.emit()
        if found is None:
            self._explain(path, error)
        elif found.drawing:
            self._ask_about_drawing(found)
        else:
            self._go_on(found)

    def _ask_about_drawing(self, found: FoundPhoto) -> None:
        name = found.path.name
        words = (
            f"{name} looks like a drawing. Sketch turns drawings into photos; Design takes it for a photo of a face."
        )
        box = QMessageBox(QMessageBox.Icon.Question, f"Open {name}", words, parent=self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sketch = box.addButton("Open in &Sketch", QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(sketch)
        sketch.clicked.connect(lambda: self.drawing_found.emit(found.path))
        if found.faces:
            photo = box.addButton("Open as &photo", QMessageBox.ButtonRole.AcceptRole)
            photo.clicked.connect(lambda: self._go_on(found))
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.open()

    def _go_on(self, found: FoundPhoto) -> None:
        if len(found.faces) > 1:
            self._choose(found)
        else:
            self._refine(found, 0)

    def _explain(self, path: Path, error: Exception | None) -> None:
        """Where no face was found, the picture may be one that is cut to a face: then it opens as it is."""
        from facedesigner.engine.photo import NoFaceError  # the thread has imported numpy by now

        title = f"{path.name} cannot be opened"
        if not isinstance(error, NoFaceError):
            show_error(title, sentence(error), parent=self._window)
            return
        box = QMessageBox(QMessageBox.Icon.Information, title, sentence(error), parent=self._window)
        box.addButton("Open as &aligned", QMessageBox.ButtonRole.AcceptRole).clicked.connect(
            lambda: self.open(path, aligned=True)
        )
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.open()

    def _choose(self, found: FoundPhoto, index: int = 0) -> None:
        dialog = FaceChooser(found, index, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(
            lambda result: self._refine(found, dialog.index) if result == QDialog.DialogCode.Accepted else None
        )
        dialog.open()

    # -- refining

    def _refine(self, found: FoundPhoto, index: int) -> None:
        info = self._session.info
        if info is None:
            return
        self._leave(STOPPED)
        record = PhotoRecord(found, index)
        self._refined = record
        self.working.emit(REFINING.format(found.path.name), -1)
        self._refining = self.desk.ask(
            lambda opener, job: opener.invert(record.photo_face, info, job.report, job.stopped),
            partial(self._take_best, record),
            self,
            report=partial(self._take_report, record),
        )

    def _take_report(self, record: PhotoRecord, value: Reached) -> None:
        if record is self._refined:
            self._show(record, value)

    def _show(self, record: PhotoRecord, value: Reached) -> None:
        """The face as far as it is found; the sliders and locks of what is in view hold for it."""
        face = replace(value.face, locks=self._session.face.locks, taught=self._session.face.taught)
        record.share = value.share
        record.best = replace(value, face=face)  # before it is shown, so that `_see` knows it
        if record.estimate is None:
            record.estimate = record.best
            self._records = [record, *self._records][:KEPT]
            self._session.commit(f"Open photo {record.path.name}", face=face)
            self.opened.emit()
        else:
            self._session.amend(face)
        if not record.ended:
            self.working.emit(REFINING.format(record.path.name), round(100 * value.share))
        self.changed.emit()

    def _take_best(self, record: PhotoRecord, best: Reached | None, error: Exception | None) -> None:
        if record is not self._refined:
            return  # an edit has ended it
        stopped = self._refining is not None and self._refining.stopped()
        self._refining = self._refined = None
        self.finished.emit()
        if best is None:
            record.ended = f"Refining failed: {sentence(error)}"
            show_error(f"{record.path.name} cannot be opened", sentence(error), parent=self._window)
        else:
            record.ended = STOPPED if stopped else REFINED
            self._show(record, best)
            notes = "".join(f"; {note}" for note in record.photo_face.notes)
            self.said.emit(f"Opened {record.title}{notes}")
        self._measure(record)

    def _see(self, face: FaceState) -> None:
        """Whatever else becomes the face in view ends a refinement."""
        record = self._refined
        if record is not None and record.best is not None and face != record.best.face:
            self._leave(EDITED)
        current = next((one for one in self._records if one.is_of(face)), None) or next(iter(self._records), None)
        if current is not self.record:
            self.record = current
            self.changed.emit()

    def _leave(self, why: str) -> None:
        """Ends a refinement without waiting for its answer."""
        record, job = self._refined, self._refining
        self._refining = self._refined = None
        if record is not None and job is not None:
            job.stop()
            record.ended = why
            self.finished.emit()
            self._measure(record)

    def _take_model(self, info: ModelInfo) -> None:
        """Latents of another model mean nothing to this one."""
        if any(one.best is not None and one.best.face.model != info.hash for one in self._records):
            self.stop()
            self._records, self.record = [], None
            self.changed.emit()

    # -- how close it came

    def _measure(self, record: PhotoRecord) -> None:
        estimate, best, face = record.estimate, record.best, record.photo_face
        if estimate is None or best is None:
            self.changed.emit()
            return
        self.run(
            lambda opener, _: (opener.measure(face, estimate.picture), opener.measure(face, best.picture)),
            partial(self._take_likeness, record),
        )
        self.changed.emit()

    def _take_likeness(
        self, record: PhotoRecord, found: tuple[Likeness, Likeness] | None, error: Exception | None
    ) -> None:
        if found is None:
            record.problem = f"How close it came cannot be measured: {sentence(error)}"
        else:
            record.estimate_likeness, record.likeness = found
        self.changed.emit()

    def _take_written(self, out: Path, value: Path | None, error: Exception | None) -> None:
        self.finished.emit()
        if value is None:
            show_error(f"{out.name} was not written", sentence(error), parent=self._window)
        else:
            self.said.emit(f"Wrote {out}")


def sentence(error: Exception | None) -> str:
    if isinstance(error, MemoryError):
        return "There is not enough memory: close other programs, or make the picture smaller."
    return str(error) or type(error).__name__
