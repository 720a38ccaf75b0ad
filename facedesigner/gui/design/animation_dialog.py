"""AnimationDialog: faces that are played as they are drawn, and written as a GIF or MP4 file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, QTimer, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from facedesigner.contract.request import Image, RenderRequest, RenderResult
from facedesigner.gui import theme
from facedesigner.gui.session import Session
from facedesigner.gui.widgets.message_label import MessageLabel
from facedesigner.gui.widgets.pixels import enlarged, paint_face, to_qimage
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.face import FaceState

if TYPE_CHECKING:
    from facedesigner.engine.face_engine import FaceEngine

REST = 400  # milliseconds without another change until it is drawn anew
SIDE = 13.0  # of the picture, in lines of text
KINDS = "Animated GIF (*.gif);;MP4 video (*.mp4)"
DRAWING, READY = "Drawing the faces…", "Export writes a GIF that repeats, or an MP4."
serial = count(1)  # dialogs tell their batches apart


class Screen(QWidget):
    """The picture that is shown now."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self.picture: QImage | None = None
        self._side = side
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Animation")

    def show_picture(self, picture: QImage | None) -> None:
        self.picture = picture
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        paint_face(painter, QRectF(self.rect()), self.palette(), self.picture, "…")


class AnimationDialog(QDialog):
    """What is played is a subclass's to say: `draw` leads to `play`. `said` is for the status bar."""

    said = Signal(str)

    def __init__(
        self,
        session: Session,
        thread: RenderThread,
        title: str,
        stem: str,
        fields: Iterable[tuple[str, QWidget]],
        about: str,
        parent: QWidget | None,
    ) -> None:
        """`stem`: of the file that is offered; `fields` of the subclass stand first, with their labels."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self._thread, self._stem = thread, stem
        self._tag = f"animation-{next(serial)}"
        self.frames: list[FaceState] = []  # in the order they are played; some may come twice
        self._wanted: dict[FaceState, None] = {}  # each once
        self._images: dict[FaceState, Image] = {}
        self._shown: dict[FaceState, QImage] = {}
        self._place = 0
        self.seconds = QDoubleSpinBox()
        self.seconds.setRange(1.0, 30.0)
        self.seconds.setDecimals(1)
        self.seconds.setSuffix(" s")
        self.seconds.setValue(6.0)
        self.fps = QSpinBox()
        self.fps.setRange(5, 50)
        self.fps.setValue(25)
        self.fps.setToolTip("Pictures a second: more are smoother, and a larger file")
        self.screen_ = Screen(round(self.fontMetrics().height() * SIDE))
        self.progress = QProgressBar()
        self.message = MessageLabel()
        self.message.setProperty("role", "hint")
        self._lay_out(fields, about)
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._clock = QTimer(self)
        self._rest.timeout.connect(self.draw)
        self._clock.timeout.connect(self._tick)
        for field in (self.fps, self.seconds):
            field.valueChanged.connect(self.change)
        self.export_button.clicked.connect(self.ask_export)
        session.model_changed.connect(self.reject)
        self.finished.connect(self._end)

    @property
    def count(self) -> int:
        """How many faces are to be played."""
        return round(self.fps.value() * self.seconds.value())

    def draw(self) -> None:
        """Finds the faces to play."""
        raise NotImplementedError

    def play(self, frames: Sequence[FaceState]) -> None:
        """Draws the faces that are missing; what was drawn stays."""
        self.frames = list(frames)
        self._wanted = dict.fromkeys(self.frames)
        self._images = {face: image for face, image in self._images.items() if face in self._wanted}
        self._shown = {face: image for face, image in self._shown.items() if face in self._wanted}
        missing = [face for face in self._wanted if face not in self._images]
        self.progress.setRange(0, len(self._wanted))
        self._clock.start(round(1000 / self.fps.value()))
        self._thread.draw(self._tag, [RenderRequest(face) for face in missing], self._take, self)
        self._show_state()

    def change(self) -> None:
        """Something was set: what is played no longer fits."""
        self.export_button.setEnabled(False)
        self._rest.start()

    def fail(self, words: str) -> None:
        self.message.setText(words)
        self._thread.cancel(self._tag)

    def ask_export(self) -> None:
        name = str(Path.home() / f"{self._stem}.gif")
        chosen, kind = QFileDialog.getSaveFileName(self, "Export animation", name, KINDS)
        if chosen:
            path, ending = Path(chosen), ".mp4" if "mp4" in kind else ".gif"
            self.export_to(path if path.suffix.lower() in (".gif", ".mp4") else path.with_name(path.name + ending))

    def export_to(self, path: Path) -> None:
        """Writes in the thread; whoever chose a file that is there has agreed to replace it."""
        pictures, fps = [self._images[face] for face in self.frames], self.fps.value()

        def job(_engine: FaceEngine) -> Path:
            from facedesigner.export.animation import save_animation

            return save_animation(pictures, path, fps, overwrite=True)

        self.export_button.setEnabled(False)
        self.message.setText(f"Writing {path.name}…")
        self._thread.ask(f"{self._tag} export", job, self._exported, self, keep=True)

    def _lay_out(self, fields: Iterable[tuple[str, QWidget]], words: str) -> None:
        form = QFormLayout()
        for label, field in (*fields, ("&Length", self.seconds), ("&Pictures a second", self.fps)):
            form.addRow(label, field)
        about = QLabel(words)
        about.setProperty("role", "hint")
        about.setWordWrap(True)
        beside = QVBoxLayout()
        beside.addLayout(form)
        beside.addWidget(about)
        beside.addStretch(1)
        above = QHBoxLayout()
        above.addWidget(self.screen_)
        above.addLayout(beside, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.export_button = buttons.addButton("&Export animation…", QDialogButtonBox.ButtonRole.ActionRole)
        theme.set_icon(self.export_button, "export")
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(above)
        layout.addWidget(self.progress)
        layout.addWidget(self.message)
        layout.addWidget(buttons)

    def _take(self, _index: int, result: RenderResult) -> None:
        if result.request.face not in self._wanted:
            return
        if result.image is None:
            self.fail(f"A face could not be drawn: {result.error}")
            return
        self._images[result.request.face] = result.image
        self._shown[result.request.face] = enlarged(to_qimage(result.image))
        self._show_state()

    def _show_state(self) -> None:
        done = len(self._images) == len(self._wanted)
        self.progress.setValue(len(self._images))
        self.export_button.setEnabled(done and not self._rest.isActive())
        self.message.setText(READY if done else DRAWING)

    def _tick(self) -> None:
        """The next picture; while it is being drawn, the newest that is there."""
        self._place = (self._place + 1) % len(self.frames)
        shown = self._shown.get(self.frames[self._place])
        if shown is not None:
            self.screen_.show_picture(shown)

    def _exported(self, path: Path | None, error: str) -> None:
        self.export_button.setEnabled(True)
        words = f"Not written: {error}" if error else f"Wrote {path}"
        self.message.setText(words)
        self.said.emit(words)

    def _end(self) -> None:
        self._clock.stop()
        self._rest.stop()
        self._thread.cancel(self._tag)
