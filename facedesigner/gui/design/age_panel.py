"""AgePanel: the age slider in absolute years, what networks see of it, and what to make of seven or more ages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFormLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from facedesigner.gui import theme
from facedesigner.gui.design.age_animation import AgeAnimation
from facedesigner.gui.design.age_monitor import AgeMonitor, Look, make_meter
from facedesigner.gui.design.age_own import AgeOwn
from facedesigner.gui.design.age_strip import AgeStrip
from facedesigner.gui.session import Session
from facedesigner.gui.widgets.value_slider import ValueSlider
from facedesigner.gui.work.rendering import RenderThread
from facedesigner.state.ages import AGE, OLDEST, age_of, aged, moved_besides, range_words
from facedesigner.state.face import FaceState

if TYPE_CHECKING:
    from facedesigner.engine.aging import Seen

READ = (
    "Read off the latent at once, by a rule that was fitted to what an age network sees in many faces. It may differ "
    "from what the network sees in this one."
)
LOOKED = (
    "What a network sees in the two pictures, without and with the change of age. It is wrong by some eight years, and "
    "“before” is its own look at the face as generated, not the reading of the line above."
)
WAITING = "The age appears once a model is loaded."
NO_PATH = (
    "This model has no age slider in years. Make one with “python -m training aging”, or load the model that comes "
    "along."
)
TIP = "0 newborn to 90. Double-click sets it back to what the face seems as generated; arrow keys step by a year."


class AgePanel(QWidget):
    """Works on the session's face. `said` is for the status bar."""

    said = Signal(str)

    def __init__(self, session: Session, thread: RenderThread, make: Callable[[], Look] = make_meter) -> None:
        super().__init__()
        self._session, self._thread = session, thread
        self.own = AgeOwn(session, thread, self)
        self.monitor = AgeMonitor(session, thread, self, make)
        self.slider = ValueSlider(0.0, OLDEST, 0.0, "years")
        self.slider.set_names("Age", TIP)
        self.generated, self.estimate, self.identity, self.shortfall = (QLabel() for _ in range(4))
        for label in (self.estimate, self.identity, self.shortfall):
            label.setWordWrap(True)
        self.shortfall.setProperty("role", "warning")
        self.shortfall.hide()
        self.generated.setToolTip(READ)
        self.estimate.setToolTip(LOOKED)
        self.hint = QLabel(WAITING)
        self.hint.setProperty("role", "hint")
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.reset_button = QPushButton("As &generated")
        self.reset_button.setToolTip("Set the age back to what the face seems as generated")
        theme.set_icon(self.reset_button, "reset")
        self.strip_button = QPushButton("Se&ven ages…")
        self.strip_button.setToolTip("The face from 5 to 85 years, to choose from or to export as one sheet")
        theme.set_icon(self.strip_button, "gallery")
        self.animation_button = QPushButton("Ani&mation…")
        self.animation_button.setToolTip("From young to old and back, as a GIF or MP4 file")
        theme.set_icon(self.animation_button, "play")
        self._lay_out()
        self.slider.previewed.connect(self._preview)
        self.slider.committed.connect(self._commit)
        self.reset_button.clicked.connect(self.slider.reset)
        self.strip_button.clicked.connect(self.show_strip)
        self.animation_button.clicked.connect(self.show_animation)
        self.own.changed.connect(self._show)
        self.monitor.measured.connect(self._show_seen)
        self.monitor.failed.connect(self._show_failure)
        session.changed.connect(self._show)
        self._show()

    def show_strip(self) -> None:
        """Seven ages of the current face, in a dialog."""
        if self._ready():
            self._open(AgeStrip(self._session, self._thread, self._years, self))

    def show_animation(self) -> None:
        """The current face from young to old and back, in a dialog."""
        if self._ready():
            self._open(AgeAnimation(self._session, self._thread, self._years, self))

    def shut_down(self) -> None:
        self.monitor.close()

    def _open(self, dialog: AgeStrip | AgeAnimation) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.said.connect(self.said)
        dialog.open()

    @property
    def _years(self) -> float:
        assert self.own.years is not None
        return self.own.years

    def _ready(self) -> bool:
        if self.own.years is None:
            self.said.emit(self.hint.text())
        return self.own.years is not None

    def _lay_out(self) -> None:
        self.form = QFormLayout()
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        self.form.addRow("As generated:", self.generated)
        self.form.addRow("Age seen:", self.estimate)
        self.form.addRow("Who:", self.identity)
        for label, tip in ((self.generated, READ), (self.estimate, LOOKED)):
            self.form.labelForField(label).setToolTip(tip)
        layout = QVBoxLayout(self)
        layout.addWidget(self.slider)
        layout.addLayout(self.form)
        layout.addWidget(self.shortfall)
        layout.addWidget(self.hint)
        layout.addStretch(1)
        for button in (self.reset_button, self.strip_button, self.animation_button):
            layout.addWidget(button)

    def _aged(self, years: float) -> FaceState:
        return self._session.placed(aged(self._session.seen, self._years, years))

    def _preview(self, years: float) -> None:
        if self.own.years is not None:
            self._session.preview(self._aged(years))

    def _commit(self, years: float) -> None:
        if self.own.years is not None:  # a slider in the hand is let go of when another model takes its age away
            self._session.commit(f"Age {years:.0f}", face=self._aged(years))

    def _show(self, _face: FaceState | None = None) -> None:
        own, info, face = self.own.years, self._session.info, self._session.seen
        for widget in (self.slider, self.reset_button, self.strip_button, self.animation_button):
            widget.setEnabled(own is not None)
        if info is None:
            self.hint.setText(WAITING)
        else:
            self.hint.setText(range_words(info.ages) if info.ages else NO_PATH)
        if own is None:
            for label in (self.generated, self.estimate, self.identity):
                label.setText("")
            return
        self.slider.default = round(own, 1)
        self.slider.set_value(age_of(face, own))
        self.generated.setText(f"about {own:.0f} years, by its latent")
        self.shortfall.hide()
        for label in (self.estimate, self.identity):  # of the face before
            label.setEnabled(False)

    def _show_seen(self, face: FaceState, seen: Seen) -> None:
        if face == self._session.face:
            self.estimate.setText(f"{seen.years:.0f} years, {seen.years_before:.0f} before, by an age network")
            self.identity.setText(seen.who)
            changed = face.control(AGE) if self._session.region is None else 0.0  # a region says little of the whole
            words = seen.shortfall(self.slider.value, changed, moved_besides(face)) if changed else ""
            self.shortfall.setText(words)
            self.shortfall.setVisible(bool(words))
            for label in (self.estimate, self.identity):
                label.setEnabled(True)

    def _show_failure(self, reason: str) -> None:
        self.estimate.setText(reason)
        self.identity.setText("")
        self.estimate.setEnabled(True)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.monitor.switch(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.monitor.switch(False)
