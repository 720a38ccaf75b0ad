"""BetweenPanel: the way through faces that are dropped here, as a strip to choose from, a sheet or an animation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from facedesigner.contract.request import ModelInfo, RenderRequest
from facedesigner.gui import theme
from facedesigner.gui.design.between_animation import BetweenAnimation
from facedesigner.gui.design.face_slot import FaceSlot
from facedesigner.gui.session import Session
from facedesigner.gui.widgets.face_button import FaceButton, Thumbs
from facedesigner.gui.widgets.message_label import MessageLabel
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.face import FaceState
from facedesigner.state.series import places
from training.errors import UserError

if TYPE_CHECKING:
    from facedesigner.engine.face_engine import FaceEngine

TAG = "between"
COLUMNS = 4
PIXELS = 128  # of a picture, at least: a generator's smaller exits are blurred
SIDE = 4.6  # of a picture, in lines of text
FEWEST, MOST, COUNT = 3, 24, 8
BEGIN = "Drag two faces or more from the gallery or the favourites here, or add the current one. Their order counts."
READY = "Click a face on the way to go on with it."
ROUND_TIP = (
    "Between two seeds go along the sphere that they lie on, through faces as various as they are; otherwise, and for "
    "all other faces, straight from style to style, as evenly as can be"
)


class BetweenPanel(QWidget):
    """`used` gives a face on the way that was clicked, `said` is for the status bar."""

    used = Signal(object)  # FaceState
    said = Signal(str)

    def __init__(self, session: Session, thread: RenderThread) -> None:
        super().__init__()
        self._session, self._thread = session, thread
        self.way: list[FaceState] = []
        self._asked: object = None  # what the thread works on, or has answered
        self.slot = FaceSlot("", "Way", "through these faces")
        self.slot.weight.hide()
        self.count = QSpinBox()
        self.count.setRange(FEWEST, MOST)
        self.count.setValue(COUNT)
        self.count.setAccessibleName("Pictures of the strip")
        self.round = QCheckBox("&Round about")
        self.round.setChecked(True)
        self.round.setToolTip(ROUND_TIP)
        self.loop = QCheckBox("&Back to the first")
        self.loop.setToolTip("The way goes on to the first face, so that an animation repeats without a jump")
        self.message = MessageLabel(BEGIN)
        self.message.setProperty("role", "hint")
        self.strip_button = QPushButton("Export &strip…")
        self.strip_button.setToolTip("The faces of the strip in one row, as a PNG file")
        theme.set_icon(self.strip_button, "strip")
        self.animation_button = QPushButton("Animati&on…")
        self.animation_button.setToolTip("The way as a GIF or MP4 file")
        theme.set_icon(self.animation_button, "play")
        self._side = round(self.fontMetrics().height() * SIDE)
        pixels = max(PIXELS, self._side * self.devicePixelRatioF())
        self._thumbs = Thumbs(session, thread, f"{TAG}:faces", pixels, self)
        self._strip = Thumbs(session, thread, f"{TAG}:way", pixels, self)
        self.buttons: list[FaceButton] = []
        self._settle = QTimer(self, singleShot=True, interval=0)  # several changes at once are one way
        self._lay_out()
        self._settle.timeout.connect(self._find)
        self._thumbs.drawn.connect(lambda: self.slot.show_pictures(self._thumbs))
        self._strip.drawn.connect(self._show_pictures)
        self.slot.changed.connect(self._settle.start)
        self.slot.current_wanted.connect(lambda: self.put([session.face]))
        self.slot.dropped.connect(self.put)
        self.slot.refused.connect(self.say)
        self.count.valueChanged.connect(self._settle.start)
        for box in (self.round, self.loop):
            box.toggled.connect(self._settle.start)
        self.strip_button.clicked.connect(self.ask_export)
        self.animation_button.clicked.connect(self.show_animation)
        session.model_changed.connect(self._take_model)
        self._show_way([])

    def put(self, faces: Sequence[FaceState]) -> None:
        """Adds faces, or says why they cannot be."""
        info = self._session.info
        if info is None or any(face.model != info.hash for face in faces):
            self.say("This face was made with another model: no way leads there from a face of this one.")
        else:
            self.slot.add(faces)

    def say(self, message: str, *, warn: bool = True) -> None:
        self.message.setText(message)
        self.message.setProperty("role", "warning" if warn else "hint")
        self.message.style().polish(self.message)

    def show_animation(self) -> None:
        dialog = BetweenAnimation(
            self._session,
            self._thread,
            self.slot.faces,
            round_about=self.round.isChecked(),
            closed=self.loop.isChecked(),
            parent=self,
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.said.connect(self.said)
        dialog.open()

    def ask_export(self) -> None:
        name = str(Path.home() / f"{self.slot.faces[0].stem}-way.png")
        chosen, _ = QFileDialog.getSaveFileName(self, "Export strip", name, "PNG picture (*.png)")
        if chosen:
            path = Path(chosen)
            self.export_to(path if path.suffix.lower() == ".png" else path.with_name(f"{path.name}.png"))

    def export_to(self, path: Path) -> None:
        """Draws and writes in the thread; whoever chose a file that is there has agreed to replace it."""
        way = list(self.way)
        words = [face.title if face.seed is not None or face in self.slot.faces else "" for face in way]

        def job(engine: FaceEngine) -> Path:
            from facedesigner.export.table import save_strip

            results = [engine.render(RenderRequest(face)) for face in way]
            pictures = [result.image for result in results if result.image is not None]
            if len(pictures) < len(way):
                raise UserError(next(result.error for result in results if result.error))
            return save_strip(pictures, words, path, overwrite=True)

        self.strip_button.setEnabled(False)
        self._thread.ask(f"{TAG} export", job, self._exported, self, keep=True)

    def _lay_out(self) -> None:
        options = QGridLayout()
        label = QLabel("P&ictures")
        label.setBuddy(self.count)
        for place, widget in enumerate((label, self.count, self.round, self.loop)):
            options.addWidget(widget, place // 2, place % 2)
        options.setColumnStretch(1, 1)
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(0, 0, 6, 0)
        column.addWidget(self.slot)
        column.addLayout(options)
        self._grid = QGridLayout()
        self._grid.setSpacing(3)
        self._grid.setColumnStretch(COLUMNS, 1)
        column.addLayout(self._grid)
        column.addWidget(self.message)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(sheet)
        buttons = QHBoxLayout()
        buttons.addWidget(self.strip_button, 1)
        buttons.addWidget(self.animation_button, 1)
        layout = QVBoxLayout(self)
        layout.addWidget(area, 1)
        layout.addLayout(buttons)

    def _find(self) -> None:
        """Asks the engine for the faces on the way."""
        faces, round_about, closed = self.slot.faces, self.round.isChecked(), self.loop.isChecked()
        asked = (faces, round_about, closed, self.count.value())
        self._thumbs.draw(faces)
        self.slot.show_pictures(self._thumbs)
        self._asked = asked
        if len(faces) < 2:
            self._show_way([])
            self.say(BEGIN, warn=False)
            return
        way = places(len(faces), self.count.value(), closed)
        self._thread.ask(
            TAG, lambda engine: engine.between(faces, way, round_about), partial(self._take_way, asked), self
        )

    def _take_way(self, asked: object, way: list[FaceState] | None, error: str) -> None:
        if asked != self._asked:
            return  # something was changed since
        self._show_way(way or [])
        if way is None:
            self.say(f"The way cannot be found: {error}")
        else:
            self.say(READY, warn=False)
            self._strip.draw(way)
            self._show_pictures()

    def _show_way(self, way: list[FaceState]) -> None:
        self.way = way
        for button in self.buttons:
            self._grid.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [FaceButton(face, self._side, "Click to go on with it") for face in way]
        for place, button in enumerate(self.buttons):
            button.clicked.connect(lambda _=False, face=button.face: self.used.emit(face))
            self._grid.addWidget(button, place // COLUMNS, place % COLUMNS)
        for action in (self.strip_button, self.animation_button):
            action.setEnabled(bool(way))

    def _show_pictures(self) -> None:
        for button in self.buttons:
            button.show_from(self._strip)

    def _exported(self, path: Path | None, error: str) -> None:
        self.strip_button.setEnabled(bool(self.way))
        words = f"Not written: {error}" if error else f"Wrote {path}"
        self.say(words, warn=bool(error))
        self.said.emit(words)

    def _take_model(self, info: ModelInfo) -> None:
        """Faces of the former model mean nothing to this one."""
        self.slot.set_faces([face for face in self.slot.faces if face.model == info.hash])
