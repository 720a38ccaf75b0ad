"""AgeStrip: seven ages of a face side by side, to choose one or to export all as one sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QGridLayout, QLabel, QVBoxLayout, QWidget

from facedesigner.gui import theme
from facedesigner.gui.session import Session
from facedesigner.gui.widgets.face_button import FaceButton, Thumbs
from facedesigner.gui.widgets.message_label import MessageLabel
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.ages import SEVEN, aged, range_words
from training.errors import UserError

if TYPE_CHECKING:
    from facedesigner.engine.face_engine import FaceEngine

TAG = "age-strip"
SIDE = 8.0  # of a picture, in lines of text
CHOOSE = "Click a face to go on with it."


class AgeStrip(QDialog):
    """Shows the ages of the face that was current when it opened. `said` is for the status bar."""

    said = Signal(str)

    def __init__(self, session: Session, thread: RenderThread, own: float, parent: QWidget | None = None) -> None:
        """`own`: years that the face seems as generated."""
        super().__init__(parent)
        self.setWindowTitle("Seven ages")
        self._session, self._thread, self._face = session, thread, session.seen
        self.faces = [aged(self._face, own, years) for years in SEVEN]
        side = round(self.fontMetrics().height() * SIDE)
        self._thumbs = Thumbs(session, thread, TAG, side * self.devicePixelRatioF(), self)
        self.buttons = [FaceButton(face, side, "Go on with this age") for face in self.faces]
        words = range_words(session.info.ages) if session.info and session.info.ages else ""
        self.message = MessageLabel(f"{CHOOSE} {words}")
        self.message.setProperty("role", "hint")
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.export_button = box.addButton("&Export sheet…", QDialogButtonBox.ButtonRole.ActionRole)
        theme.set_icon(self.export_button, "export")
        grid = QGridLayout()
        for column, (button, years) in enumerate(zip(self.buttons, SEVEN, strict=True)):
            label = QLabel(f"{years:.0f} years")
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            grid.addWidget(button, 0, column)
            grid.addWidget(label, 1, column)
            button.clicked.connect(lambda _=False, index=column: self.choose(index))
            button.setAccessibleName(f"{years:.0f} years")
        layout = QVBoxLayout(self)
        layout.addLayout(grid)
        layout.addWidget(self.message)
        layout.addWidget(box)
        box.rejected.connect(self.reject)
        self.export_button.clicked.connect(self.ask_export)
        self._thumbs.drawn.connect(self._show_pictures)
        session.model_changed.connect(self.reject)
        self.finished.connect(lambda _: self._thumbs.give_up())
        self._thumbs.draw(self.faces)
        self._show_pictures()

    def choose(self, index: int) -> None:
        """Makes one of the ages the current face: one undo step."""
        self._session.commit(f"Age {SEVEN[index]:.0f}", face=self._session.placed(self.faces[index]))
        self.accept()

    def ask_export(self) -> None:
        name = str(Path.home() / f"{self._face.stem}-ages.png")
        chosen, _ = QFileDialog.getSaveFileName(self, "Export seven ages", name, "PNG picture (*.png)")
        if chosen:
            path = Path(chosen)
            self.export_to(path if path.suffix.lower() == ".png" else path.with_name(f"{path.name}.png"))

    def export_to(self, path: Path) -> None:
        """Draws and writes in the thread; whoever chose a file that is there has agreed to replace it."""
        self.export_button.setEnabled(False)
        faces, face = self.faces, self._face

        def job(engine: FaceEngine) -> Path:
            from facedesigner.contract.request import RenderRequest
            from facedesigner.export.strip import save_sheet

            results = [engine.render(RenderRequest(one)) for one in faces]
            pictures = [result.image for result in results if result.image is not None]
            if len(pictures) < len(faces):
                raise UserError(next(result.error for result in results if result.error))
            return save_sheet(pictures, faces, SEVEN, path, face, engine.info.name, overwrite=True)

        self._thread.ask(f"{TAG} export", job, self._exported, self, keep=True)

    def _exported(self, path: Path | None, error: str) -> None:
        self.export_button.setEnabled(True)
        words = f"Not written: {error}" if error else f"Wrote {path}"
        self.message.setText(words)
        self.said.emit(words)

    def _show_pictures(self) -> None:
        for button, years in zip(self.buttons, SEVEN, strict=True):
            button.show_from(self._thumbs)
            button.setAccessibleName(f"{years:.0f} years")
