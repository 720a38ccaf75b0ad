"""GridDialog: a face with the values of two sliders against each other, to choose from or to export as one sheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from facedesigner.contract.request import RenderRequest
from facedesigner.gui import theme
from facedesigner.gui.design.axis_row import AxisRow
from facedesigner.gui.session import Session
from facedesigner.gui.widgets.face_button import FaceButton, Thumbs
from facedesigner.gui.widgets.message_label import MessageLabel
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.face import FaceState
from facedesigner.state.series import STEPS_MAX, flat, grid, signed
from training.errors import UserError

if TYPE_CHECKING:
    from facedesigner.contract.request import Control, Image
    from facedesigner.engine.face_engine import FaceEngine

TAG = "grid"
REST = 250  # milliseconds without another change until it is drawn anew
ROOM = 44.0  # of all rows together, in lines of text
LEAST, MOST = 3.0, 7.5  # side of a picture, in lines of text
PIXELS = 128  # of a picture, at least: a generator's smaller exits are blurred
CHOOSE = "Click a face to go on with it; point at it to see its values."


class GridDialog(QDialog):
    """Shows the face that was current when it opened; in a region, what is drawn in there. `said` is for the status
    bar."""

    said = Signal(str)

    def __init__(
        self, session: Session, thread: RenderThread, controls: Sequence[Control], parent: QWidget | None = None
    ) -> None:
        """`controls`: two sliders or more."""
        super().__init__(parent)
        self.setWindowTitle("Grid of two sliders")
        self._session, self._thread, self._face = session, thread, session.seen
        self.rows: list[list[FaceState]] = []
        self.across, self.down = AxisRow("across", controls, 0), AxisRow("down", controls, 1)
        self.buttons: list[FaceButton] = []
        self._thumbs = Thumbs(session, thread, TAG, PIXELS * self.devicePixelRatioF(), self)
        self.message = MessageLabel()
        self.message.setProperty("role", "hint")
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.export_button = box.addButton("&Export sheet…", QDialogButtonBox.ButtonRole.ActionRole)
        theme.set_icon(self.export_button, "export")
        form = QFormLayout()
        form.addRow("&Across", self.across)
        form.addRow("&Down", self.down)
        self._grid = QGridLayout()
        self._grid.setSpacing(3)
        self._grid.setColumnStretch(STEPS_MAX + 1, 1)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addLayout(self._grid)
        layout.addStretch(1)
        layout.addWidget(self.message)
        layout.addWidget(box)
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self.draw)
        for row in (self.across, self.down):
            row.changed.connect(self._rest.start)
        box.rejected.connect(self.reject)
        self.export_button.clicked.connect(self.ask_export)
        self._thumbs.drawn.connect(self._show_pictures)
        session.model_changed.connect(self.reject)
        self.finished.connect(lambda _: self._thumbs.give_up())
        self.draw()

    def draw(self) -> None:
        try:
            self.rows = grid(self._face, self.across.axis, self.down.axis)
        except UserError as error:
            self.rows = []
            self._say(f"{str(error)[:1].upper()}{str(error)[1:]}.", warn=True)
        else:
            self._say(CHOOSE)
        self._show_rows()
        self._thumbs.draw(flat(self.rows))
        self._show_pictures()

    def choose(self, face: FaceState) -> None:
        """Makes one of the faces the current one: one undo step."""
        words = f"{self.across.axis.label} and {self.down.axis.label}"
        self._session.commit(words, face=self._session.placed(face))
        self.accept()

    def ask_export(self) -> None:
        name = str(Path.home() / f"{self._face.stem}-grid.png")
        chosen, _ = QFileDialog.getSaveFileName(self, "Export grid", name, "PNG picture (*.png)")
        if chosen:
            path = Path(chosen)
            self.export_to(path if path.suffix.lower() == ".png" else path.with_name(f"{path.name}.png"))

    def export_to(self, path: Path) -> None:
        """Draws and writes in the thread; whoever chose a file that is there has agreed to replace it."""
        rows, face, words = self.rows, self._face, (self.across.axis.words, self.down.axis.words)

        def picture(engine: FaceEngine, one: FaceState) -> Image:
            result = engine.render(RenderRequest(one))
            if result.image is None:
                raise UserError(result.error)
            return result.image

        def job(engine: FaceEngine) -> Path:
            from facedesigner.export.table import save_grid

            pictures = [[picture(engine, one) for one in row] for row in rows]
            return save_grid(pictures, rows, words, path, face, engine.info.name, overwrite=True)

        self.export_button.setEnabled(False)
        self._thread.ask(f"{TAG} export", job, self._exported, self, keep=True)

    def _show_rows(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        lines = min(max(ROOM / max(len(self.rows), 6), LEAST), MOST)
        side = round(self.fontMetrics().height() * lines)
        self.buttons = []
        if self.rows:
            for place, value in enumerate(self.across.axis.values, 1):
                self._grid.addWidget(QLabel(signed(value)), 0, place, Qt.AlignmentFlag.AlignHCenter)
            for place, value in enumerate(self.down.axis.values, 1):
                self._grid.addWidget(QLabel(signed(value)), place, 0, Qt.AlignmentFlag.AlignRight)
        for row, (line, y) in enumerate(zip(self.rows, self.down.axis.words, strict=False)):
            for column, (face, x) in enumerate(zip(line, self.across.axis.words, strict=True)):
                button = FaceButton(face, side, f"{x}, {y}. Click to go on with it")
                button.clicked.connect(lambda _=False, face=face: self.choose(face))
                self._grid.addWidget(button, row + 1, column + 1)
                self.buttons.append(button)
        self.export_button.setEnabled(bool(self.rows))

    def _show_pictures(self) -> None:
        for button in self.buttons:
            button.show_from(self._thumbs)

    def _exported(self, path: Path | None, error: str) -> None:
        self.export_button.setEnabled(True)
        words = f"Not written: {error}" if error else f"Wrote {path}"
        self._say(words, warn=bool(error))
        self.said.emit(words)

    def _say(self, words: str, *, warn: bool = False) -> None:
        self.message.setText(words)
        self.message.setProperty("role", "warning" if warn else "hint")
        self.message.style().polish(self.message)
