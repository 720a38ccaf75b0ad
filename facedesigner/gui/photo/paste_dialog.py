"""PasteDialog: the face in view back in its photo, as a preview and then as a file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from facedesigner.contract.photos import Pasted
from facedesigner.contract.request import RenderRequest
from facedesigner.gui.photo.crop import Crop
from facedesigner.gui.photo.photo_desk import PhotoDesk, sentence
from facedesigner.gui.photo.photo_record import PhotoRecord
from facedesigner.gui.widgets.errors import show_error
from facedesigner.gui.widgets.pixels import to_qimage
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.edits import same_person

if TYPE_CHECKING:
    from facedesigner.contract.request import Image
    from facedesigner.engine.face_engine import FaceEngine
    from facedesigner.state.face import FaceState

AskName: TypeAlias = Callable[[Path], Path | None]  # a file to write, from a suggestion

TAG = "paste"
LINES = 20  # of text: the height of a close-up
UNCHANGED = "No slider was moved since the photo was opened, so its own face would stay as it is."
STRANGER = "The face in view is not the one of this photo. The whole face fits better."
CARRIED = "The photo keeps its own face, hair and detail; only what the sliders changed is carried over."
WHOLE = "The model's face takes the place of the photo's. It has few pixels, so it looks softer than the photo."
NOTHING_OPEN = "There is no photo to paste into. Drop one on the window, or open it with Ctrl+O, then move sliders."


class PasteDialog(QDialog):
    """Draws the two faces in the render thread, and pastes in the photo thread."""

    def __init__(
        self,
        desk: PhotoDesk,
        record: PhotoRecord,
        face: FaceState,
        thread: RenderThread,
        ask_name: AskName,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        assert record.best is not None
        self.setWindowTitle(f"Paste into {record.path.name}")
        self._desk, self._record, self._thread, self._ask_name = desk, record, thread, ask_name
        self._edited, self._before = face, record.best.face
        self._drawn: tuple[Image, Image] | None = None  # the edited face and the unedited one
        self._pasted: Pasted | None = None
        self.photo, self.pasted = Crop("The photo", "…", LINES), Crop("With the face pasted", "…", LINES)
        for crop in (self.photo, self.pasted):
            crop.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.change = QRadioButton("What the sliders &changed")
        self.whole = QRadioButton("The &whole face")
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.save_button = self.box.button(QDialogButtonBox.StandardButton.Save)
        self.save_button.setText("&Save as PNG…")
        self.save_button.setEnabled(False)
        self._lay_out()
        edited = face.controls and same_person(face, record.best.face)
        (self.change if edited else self.whole).setChecked(True)
        self.change.toggled.connect(self._show)
        self.box.accepted.connect(self.save)
        self.box.rejected.connect(self.reject)
        pair = (self._edited, self._before)
        thread.ask(TAG, lambda engine: _drawn(engine, *pair), self._take_pictures, self)
        self._show()

    def save(self) -> None:
        """Asks where, has the file written in the background, and closes."""
        if self._drawn is None:
            return
        photo = self._record.path
        out = self._ask_name(photo.with_name(f"{photo.stem}-edited.png"))
        if out is None:
            return
        if out.resolve() == photo.resolve():
            self._say(f"{out.name} is the photo itself: choose another name, so that it is not lost.", warn=True)
            return
        edited, before = self._drawn
        self._desk.write(self._record, edited, before if self.change.isChecked() else None, out)
        self.accept()

    def _lay_out(self) -> None:
        pictures = QGridLayout()
        for column, (title, crop) in enumerate((("Photo", self.photo), ("Pasted", self.pasted))):
            label = QLabel(title)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setProperty("role", "heading")
            pictures.addWidget(label, 0, column)
            pictures.addWidget(crop, 1, column)
        pictures.setRowStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.addLayout(pictures, 1)
        for widget in (self.change, self.whole, self.message, self.box):
            layout.addWidget(widget)

    def _take_pictures(self, value: tuple[Image, Image] | None, error: str) -> None:
        if value is None:
            self._say(f"The face cannot be drawn: {error}", warn=True)
            return
        path, face = self._record.path, self._record.photo_face
        edited, before = value
        self._desk.run(lambda opener, _: opener.preview(path, face, edited, before), partial(self._take, value))

    def _take(self, drawn: tuple[Image, Image], pasted: Pasted | None, error: Exception | None) -> None:
        if not self.isVisible():
            return
        if pasted is None:
            self._say(sentence(error), warn=True)
            return
        self._drawn, self._pasted = drawn, pasted
        self.photo.set_picture(to_qimage(pasted.photo))
        self.save_button.setEnabled(True)
        self._show()

    def _show(self) -> None:
        if self._pasted is not None:
            carried = self.change.isChecked()
            self.pasted.set_picture(to_qimage(self._pasted.change if carried else self._pasted.whole))
        best = self._record.best
        if not self.change.isChecked():
            self._say(WHOLE)
        elif best is not None and not same_person(self._edited, best.face):
            self._say(STRANGER)
        else:
            self._say(CARRIED if self._edited.controls else UNCHANGED)

    def _say(self, message: str, *, warn: bool = False) -> None:
        self.message.setText(message)
        self.message.setProperty("role", "warning" if warn else "hint")
        self.message.style().polish(self.message)


def ask_to_paste(desk: PhotoDesk, face: FaceState, thread: RenderThread, ask_name: AskName, window: QWidget) -> None:
    """Opens the dialog, or says that there is no photo. A refinement ends: one face is pasted, not what it becomes."""
    desk.keep()
    if desk.record is None or desk.record.best is None:
        show_error("Nothing to paste into", NOTHING_OPEN, parent=window)
        return
    dialog = PasteDialog(desk, desk.record, face, thread, ask_name, window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


def _drawn(engine: FaceEngine, *faces: FaceState) -> tuple[Image, ...]:
    """Full pictures; raises with the sentence to show."""
    pictures = []
    for face in faces:
        result = engine.render(RenderRequest(face))
        if result.image is None:
            raise RuntimeError(result.error)
        pictures.append(result.image)
    return tuple(pictures)
