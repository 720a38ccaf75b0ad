"""TeachDialog: a slider from examples, faces that have something and faces that do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from random import Random
from typing import TypeAlias

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from facedesigner.contract.request import Lesson, ModelInfo, RenderRequest, RenderResult
from facedesigner.gui import theme
from facedesigner.gui.design.lesson_leaks import LessonLeaks
from facedesigner.gui.design.preview import exit_for
from facedesigner.gui.design.thumbnail_strip import ThumbnailStrip
from facedesigner.gui.session import Session
from facedesigner.gui.sliders import Sliders
from facedesigner.gui.widgets.face_button import MINUS, FaceButton, Thumbs
from facedesigner.gui.widgets.message_label import MessageLabel
from facedesigner.gui.widgets.pixels import to_qimage
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.edits import random_seed
from facedesigner.state.face import FaceState
from facedesigner.state.sliders import LABEL_LENGTH, Slider, check_examples
from training.errors import UserError

Examples: TypeAlias = tuple[tuple[FaceState, ...], tuple[FaceState, ...]]  # with it, without it

UNUSED, WITH, WITHOUT = range(3)
MARKS = ("", "+", MINUS)
MEANINGS = ("unused", "with it", "without it")
COLUMNS = 6
MORE = 12  # faces drawn by one press
REACH = 2.0  # standard deviations that the preview shows, to either side
FEW = 5  # examples a side under which the accuracy says little
GUESSED = 0.65  # of the faces told right: up to here it may be luck
TAG = "teach"
REST = 200  # milliseconds without another click until the examples are tried
HOW = (
    f"Click a face once if it is with it (+), twice if it is without it ({MINUS}). "
    "The more alike the two sides are otherwise, the purer the slider."
)


class TeachDialog(QDialog):
    """Every change of the examples is tried in the thread; Save hands the slider to `Sliders`."""

    taught = Signal(str)  # name of the slider that was saved

    def __init__(
        self,
        session: Session,
        thread: RenderThread,
        sliders: Sliders,
        examples: Examples = ((), ()),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Teach a slider")
        self._session, self._thread, self._sliders = session, thread, sliders
        self._random = Random()
        self._model = session.face.model
        self._tried: Examples | None = None  # what `lesson` is about, or the thread works on
        self.lesson: Lesson | None = None
        self.marks: dict[FaceState, int] = {}  # UNUSED, WITH or WITHOUT
        self.buttons: list[FaceButton] = []
        self._side = round(self.fontMetrics().height() * 5)
        self._thumbs = Thumbs(session, thread, f"{TAG}:faces", self._side * self.devicePixelRatioF(), self)
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._make_widgets()
        self._lay_out()
        self._rest.timeout.connect(self._try)
        self._thumbs.drawn.connect(self._show_pictures)
        self.name.textChanged.connect(self._show_state)
        self.more_button.clicked.connect(self.draw_more)
        self.box.accepted.connect(self.save)
        self.box.rejected.connect(self.reject)
        self.finished.connect(self._end)
        session.model_changed.connect(self._take_model)
        for mark, faces in zip((WITH, WITHOUT), examples, strict=True):
            self.add(faces, mark)
        self.add((session.face, *session.gallery))

    @property
    def examples(self) -> Examples:
        with_it, without = (
            tuple(face for face, mark in self.marks.items() if mark == wanted) for wanted in (WITH, WITHOUT)
        )
        return with_it, without

    def add(self, faces: Sequence[FaceState], mark: int = UNUSED) -> None:
        """Offers faces to pick from. One that is marked already as the other kind is neither."""
        for face in faces:
            if face not in self.marks:
                self.marks[face] = mark
                self._add_button(face)
            elif mark not in (UNUSED, self.marks[face]):
                self.marks[face] = UNUSED
        self._thumbs.draw(self.marks)
        self._show_marks()

    def draw_more(self) -> None:
        """Offers faces of random seeds, plain ones, with the truncation of the current face."""
        plain = replace(self._session.face, latent=None, seed=0, controls=(), locks=(), taught=(), patches=())
        self.add([plain.with_seed(random_seed(self._random)) for _ in range(MORE)])
        QTimer.singleShot(0, self, self._scroll_down)  # once the new rows have their place

    def cycle(self, face: FaceState) -> None:
        """Unused, with it, without it, and round again."""
        self.marks[face] = (self.marks[face] + 1) % len(MARKS)
        self._show_marks()

    def save(self) -> None:
        """Keeps the slider and closes; says what is wrong if that cannot be."""
        if self.lesson is None:
            return
        try:
            lesson = self.lesson
            slider = Slider(self.name.text(), lesson.vector, lesson.right, lesson.total)
            self._sliders.add(slider)
        except UserError as error:
            self._say(str(error))
        else:
            self.accept()
            self.taught.emit(slider.name)

    # -- building

    def _make_widgets(self) -> None:
        self.name = QLineEdit()
        self.name.setMaxLength(LABEL_LENGTH)
        self.name.setPlaceholderText("What the faces have, such as “Freckles”")
        self.count = QLabel()
        self.count.setProperty("role", "heading")
        self.more_button = QPushButton("&More faces")
        self.more_button.setToolTip(f"{MORE} faces of new seeds to pick from")
        self.more_button.setAutoDefault(False)
        theme.set_icon(self.more_button, "dice")
        self.accuracy = QLabel()
        self.accuracy.setWordWrap(True)
        self.strip = ThumbnailStrip(-REACH, REACH, "σ")
        self.strip.setCursor(Qt.CursorShape.ArrowCursor)
        self.strip.setAccessibleName("What the slider does to the current face")
        self.leaks = LessonLeaks(self._session, self._thread, REACH)
        self.message = MessageLabel()
        self.message.setProperty("role", "hint")
        self.message.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.save_button = self.box.button(QDialogButtonBox.StandardButton.Save)

    def _lay_out(self) -> None:
        sheet = QWidget()
        self._grid = QGridLayout(sheet)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(4)
        self._grid.setColumnStretch(COLUMNS, 1)
        self._grid.setRowStretch(1000, 1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(sheet)
        bar = self.area.verticalScrollBar().sizeHint().width()
        self.area.setMinimumSize(COLUMNS * (self._side + 4) + bar + 4, 3 * (self._side + 4))
        self.resize(self.sizeHint().width(), 8 * self._side)
        how = QLabel(HOW)
        how.setProperty("role", "hint")
        how.setWordWrap(True)
        label = QLabel("&Name")
        label.setBuddy(self.name)
        first = QHBoxLayout()
        first.addWidget(label)
        first.addWidget(self.name, 1)
        below = QHBoxLayout()
        below.addWidget(self.count, 1)
        below.addWidget(self.more_button)
        layout = QVBoxLayout(self)
        layout.addLayout(first)
        layout.addWidget(how)
        layout.addWidget(self.area, 1)
        layout.addLayout(below)
        for widget in (self.accuracy, self.strip, self.leaks, self.message, self.box):
            layout.addWidget(widget)

    def _add_button(self, face: FaceState) -> None:
        button = FaceButton(face, self._side, "Click: with it, without it, unused")
        button.clicked.connect(lambda: self.cycle(face))
        index = len(self.buttons)
        self._grid.addWidget(button, index // COLUMNS, index % COLUMNS)
        self.buttons.append(button)

    # -- showing

    def _show_marks(self) -> None:
        for button in self.buttons:
            mark = self.marks[button.face] if button.face else UNUSED
            button.set_mark(MARKS[mark], MEANINGS[mark])
        with_it, without = self.examples
        self.count.setText(f"{len(with_it)} with it, {len(without)} without it")
        if self.examples != self._tried:
            self._tried = self.lesson = None
            self._thread.cancel(f"{TAG}:preview")
            self.strip.clear()
            self.leaks.give_up()
            self._rest.start()
        self._show_state()

    def _show_state(self) -> None:
        """What is known of the examples, what lacks, and whether the slider can be saved."""
        lesson, problem = self.lesson, ""
        try:
            check_examples(*self.examples)
            self._sliders.check(self.name.text())
        except UserError as error:
            problem = str(error)
        self.accuracy.setText(_describe(lesson, min(map(len, self.examples))) if lesson else "")
        self.save_button.setEnabled(lesson is not None and not problem)
        self._say(problem, warn=bool(lesson and self.name.text()))

    def _say(self, message: str, *, warn: bool = True) -> None:
        self.message.setText(message)
        self.message.setProperty("role", "warning" if warn else "hint")
        self.message.style().polish(self.message)

    def _show_pictures(self) -> None:
        for button in self.buttons:
            button.show_from(self._thumbs)

    def _scroll_down(self) -> None:
        bar = self.area.verticalScrollBar()
        bar.setValue(bar.maximum())

    # -- the lesson

    def _try(self) -> None:
        examples = self.examples
        try:
            check_examples(*examples)
        except UserError:
            return  # `_show_state` says it
        self._tried = examples
        self._thread.ask(TAG, lambda engine: engine.teach(*examples), partial(self._take_lesson, examples), self)

    def _take_lesson(self, examples: Examples, lesson: Lesson | None, error: str) -> None:
        if examples != self._tried:
            return  # they have changed since
        if lesson is None:
            self._say(error)
        else:
            self.lesson = lesson
            self._show_state()
            self._preview(lesson)
            self.leaks.measure(lesson)

    def _preview(self, lesson: Lesson) -> None:
        info = self._session.info
        if info is not None:
            resolution = exit_for(info.resolutions, self.strip.side * self.devicePixelRatioF())
            requests = [RenderRequest(face, resolution) for face in self._previewed(lesson)]
            self._thread.draw(f"{TAG}:preview", requests, self._take_preview, self)

    def _previewed(self, lesson: Lesson) -> list[FaceState]:
        taught = Slider("", lesson.vector).taught
        return [self._session.face.with_control(taught.name, value, taught) for value in self.strip.values]

    def _take_preview(self, index: int, result: RenderResult) -> None:
        if self.lesson is None or result.image is None:
            return
        if result.request.face == self._previewed(self.lesson)[index]:
            self.strip.set_picture(index, to_qimage(result.image))

    def _take_model(self, info: ModelInfo) -> None:
        if info.hash != self._model:
            self.reject()  # these faces mean nothing to another model

    def _end(self) -> None:
        self._rest.stop()
        self._thumbs.give_up()
        self._thread.cancel(f"{TAG}:preview")
        self.leaks.shut_down()


def _describe(lesson: Lesson, fewest: int) -> str:
    """How far the examples can be told apart, in a sentence."""
    share = f"{lesson.right} of {lesson.total}"
    text = f"Held out one by one, {share} faces were told right ({lesson.right / lesson.total:.0%})."
    if lesson.right < GUESSED * lesson.total:
        return f"{text} That is no better than guessing: add faces, or check the marks."
    if fewest < FEW:
        return f"{text} With so few faces that says little: {FEW} or more a side make it surer."
    return text
