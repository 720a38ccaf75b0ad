"""ArithmeticPanel: A - B + C with faces, as the DCGAN paper does it (Radford 2016)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeAlias

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from facedesigner.contract.request import ModelInfo
from facedesigner.gui.design.face_slot import FaceSlot
from facedesigner.gui.session import Session
from facedesigner.gui.widgets.face_button import MINUS, FaceButton, Thumbs
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.face import FaceState

Terms: TypeAlias = tuple[tuple[float, tuple[FaceState, ...]], ...]

SLOTS = (("", "A", "start from"), (MINUS, "B", "take away"), ("+", "C", "put on"))
SIGNS = (1.0, -1.0, 1.0)
TAG = "arithmetic"
BEGIN = (
    "Drag faces from the gallery into A, B and C, or add the current one. Three a slot make the result surer.\n"
    "A: smiling women, B: plain women, C: plain men gives a smiling man."
)
A_MISSING = "A is empty: put the faces to start from into it."
ONLY_A = "The average of A. Put faces without something into B and others into C to carry it over."
B_MISSING = "B is empty, so A and C add up: put faces into B, or halve both weights for their average."
C_MISSING = "C is empty, so the difference is put on the average face: put other faces into C to see it on them."
RESULT_READY = "What A has and B lacks, put on C."
RESULT_SIDE = 7.5  # lines of text


class ArithmeticPanel(QWidget):
    """Asks the thread for the sum and its picture whenever a slot changes. Faces of another model are refused."""

    used = Signal(object)  # FaceState: the result, to become the current face
    teach_wanted = Signal(object, object)  # the faces of A and of B

    def __init__(self, session: Session, thread: RenderThread) -> None:
        super().__init__()
        self._session, self._thread = session, thread
        self.result: FaceState | None = None
        self._asked: Terms = ()  # what the thread works on, or has answered
        self.slots = [FaceSlot(*slot) for slot in SLOTS]
        self.message = QLabel(BEGIN)
        self.message.setProperty("role", "hint")
        self.message.setWordWrap(True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignTop)
        side = round(self.fontMetrics().height() * RESULT_SIDE)
        self.picture = FaceButton(None, side)
        self.picture.setAccessibleName("Result")
        self.use_button = QPushButton("Use result")
        self.use_button.setToolTip("Make the result the current face: one undo step")
        self.teach_button = QPushButton("Save difference as sl&ider…")
        self.teach_button.setToolTip("Teach a slider with the faces of A as “with” and those of B as “without”")
        pixels = side * self.devicePixelRatioF()
        self._thumbs = Thumbs(session, thread, f"{TAG}:faces", pixels, self)
        self._results = Thumbs(session, thread, f"{TAG}:result", pixels, self)
        self._settle = QTimer(self, singleShot=True, interval=0)  # several changes at once are one sum
        self._lay_out()
        self._settle.timeout.connect(self._add_up)
        self._thumbs.drawn.connect(self._show_pictures)
        self._results.drawn.connect(self._show_result)
        for slot in self.slots:
            slot.changed.connect(self._settle.start)
            slot.current_wanted.connect(lambda slot=slot: self.put(slot, [session.face]))
            slot.dropped.connect(lambda faces, slot=slot: self.put(slot, faces))
            slot.refused.connect(self.say)
        self.use_button.clicked.connect(lambda: self.used.emit(self.result))
        self.teach_button.clicked.connect(lambda: self.teach_wanted.emit(self.slots[0].faces, self.slots[1].faces))
        session.model_changed.connect(self._take_model)
        self._show_buttons()

    def put(self, slot: FaceSlot, faces: Sequence[FaceState]) -> None:
        """Adds faces to a slot, or says why they cannot be."""
        info = self._session.info
        if info is None:
            self.say("No model is loaded yet.")
        elif any(face.model != info.hash for face in faces):
            self.say(
                f"A face that was made with another model cannot be added to faces of {info.name}: "
                "load the model that made it, and start there."
            )
        else:
            slot.add(faces)

    def say(self, message: str, *, warn: bool = True) -> None:
        self.message.setText(message)
        self.message.setProperty("role", "warning" if warn else "hint")
        self.message.style().polish(self.message)

    @property
    def terms(self) -> Terms:
        """Weight and faces of the slots that hold some; empty while A does not."""
        if not self.slots[0].faces:
            return ()
        slots = zip(SIGNS, self.slots, strict=True)
        return tuple((sign * slot.weight.value(), slot.faces) for sign, slot in slots if slot.faces)

    def _lay_out(self) -> None:
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(0, 0, 6, 0)
        for slot in self.slots:
            column.addWidget(slot)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(sheet)
        area.setMinimumWidth(sheet.minimumSizeHint().width() + area.verticalScrollBar().sizeHint().width())
        beside = QVBoxLayout()
        beside.addWidget(self.message, 1)
        for button in (self.use_button, self.teach_button):
            beside.addWidget(button)
        below = QHBoxLayout()
        below.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        below.addLayout(beside, 1)
        layout = QVBoxLayout(self)
        layout.addWidget(area, 1)
        layout.addLayout(below)

    # -- the sum

    def _add_up(self) -> None:
        self._thumbs.draw(face for slot in self.slots for face in slot.faces)
        self._show_pictures()
        terms = self.terms
        self._set_result(None)
        self._asked = terms
        if not terms:
            anything = any(slot.faces for slot in self.slots)
            self.say(A_MISSING if anything else BEGIN, warn=anything)
        else:
            self._thread.ask(TAG, lambda engine: engine.combine(terms), partial(self._take_sum, terms), self)

    def _take_sum(self, terms: Terms, face: FaceState | None, error: str) -> None:
        if terms != self._asked:
            return  # the slots have changed since
        if face is None:
            self.say(f"The sum cannot be made: {error}")
        else:
            self._set_result(face)
            self._results.draw([face])
            self._explain()

    def _explain(self) -> None:
        b, c = (slot.faces for slot in self.slots[1:])
        if b and c:
            self.say(RESULT_READY, warn=False)
        else:
            self.say(C_MISSING if b else B_MISSING if c else ONLY_A, warn=bool(c))

    def _set_result(self, face: FaceState | None) -> None:
        self.result = face
        self.picture.set_face(face)
        self._show_buttons()

    def _show_buttons(self) -> None:
        self.use_button.setEnabled(self.result is not None)
        self.teach_button.setEnabled(bool(self.slots[0].faces or self.slots[1].faces))

    def _show_pictures(self) -> None:
        for slot in self.slots:
            slot.show_pictures(self._thumbs)

    def _show_result(self) -> None:
        self.picture.show_from(self._results)

    def _take_model(self, info: ModelInfo) -> None:
        """Faces of the former model mean nothing to this one."""
        for slot in self.slots:
            slot.set_faces([face for face in slot.faces if face.model == info.hash])

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self._show_buttons()
