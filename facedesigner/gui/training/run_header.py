"""RunHeader: which run is shown, how far it is, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from facedesigner.gui import theme
from facedesigner.gui.training.run_record import RunRecord, State
from training.tasks import TASKS

NO_RUN = "No run yet"
NOT_YET = "There is no checkpoint yet: wait for the first one, or stop and save"
STEPS = 1000  # of the progress bar


class RunHeader(QWidget):
    pause = Signal()
    go_on = Signal()
    stop = Signal()
    resume = Signal()
    measure = Signal()
    use = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.title = QLabel(NO_RUN)
        self.title.setProperty("role", "heading")
        self.status = QLabel()
        self.status.setProperty("role", "hint")
        self.pause_button = _button("&Pause", "pause", "Hold the run; it keeps its memory and goes on at once")
        self.go_on_button = _button("&Go on", "play", "Go on with the paused run")
        self.stop_button = _button("&Stop and save", "stop", "Save a checkpoint and end; the run can be resumed")
        self.resume_button = _button("&Resume", "play", "Go on from the last checkpoint")
        self.measure_button = _button("&Measure", "check", "")
        self.use_button = _button("&Use this model", "model", "")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, STEPS)
        self.bar.setFixedHeight(6)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.title)
        words.addWidget(self.status)
        row = QHBoxLayout()
        row.addLayout(words, 1)
        for button, signal in (
            (self.pause_button, self.pause),
            (self.go_on_button, self.go_on),
            (self.stop_button, self.stop),
            (self.resume_button, self.resume),
            (self.measure_button, self.measure),
            (self.use_button, self.use),
        ):
            row.addWidget(button)
            button.clicked.connect(signal)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.bar)
        self.show_run(None, busy=False)

    def show_run(
        self, record: RunRecord | None, *, busy: bool, exporting: bool = False, measuring: bool = False
    ) -> None:
        """`busy`: another run is live, so this one cannot be resumed now."""
        state = record.state if record is not None else State.NEW
        usable = record is not None and record.config is not None
        self.title.setText(record.name if record is not None else NO_RUN)
        self.status.setText(describe(record) if record is not None else "Choose pictures and start one on the left.")
        self.pause_button.setVisible(state in (State.STARTING, State.RUNNING))
        self.pause_button.setEnabled(state == State.RUNNING)
        self.go_on_button.setVisible(state == State.PAUSED)
        self.stop_button.setVisible(state.live)
        self.stop_button.setEnabled(state != State.STOPPING)
        self.resume_button.setVisible(usable and not state.live)
        self.resume_button.setEnabled(not busy)
        self.resume_button.setToolTip(
            "Another run is in progress: stop it first"
            if busy
            else "Choose how many pictures more"
            if state == State.FINISHED
            else "Go on from the last checkpoint"
        )
        self.use_button.setVisible(usable)
        ready = record is not None and record.saved > 0
        beside = record is not None and record.config is not None and record.config.variant in TASKS
        self.measure_button.setVisible(usable and not beside)  # only of generators can be said how good they are
        self.measure_button.setEnabled(ready and not measuring)
        self.measure_button.setText("Measuring…" if measuring else "&Measure")
        self.measure_button.setToolTip(
            "How far the pictures are from those that the run holds out: Fréchet and kernel distance, precision, recall"
            if ready
            else NOT_YET
        )
        self.use_button.setEnabled(ready and not exporting)
        self.use_button.setText("Opening…" if exporting else "&Write its file" if beside else "&Use this model")
        self.use_button.setToolTip(
            f"{'Write' if beside else 'Open'} the model as it was saved at {record.saved:,} pictures"
            f"{'' if beside else ' in the Design tab'}"
            if record is not None and ready
            else NOT_YET
        )
        share = record.images / record.total if record is not None and record.total else 0
        self.bar.setValue(round(STEPS * min(share, 1)))
        self.bar.setVisible(record is not None)


def describe(record: RunRecord) -> str:
    """State, progress, speed and time left in a line."""
    if record.config is None:
        return "Cannot be used"
    if record.state == State.STARTING:
        return "Starting: reading the pictures…"
    if record.state == State.STOPPING:
        return "Saving…"
    parts = [record.state.capitalize(), f"{record.images:,} of {record.total:,} pictures"]
    if record.state == State.RUNNING and record.speed:
        parts.append(f"{record.speed:.1f} pictures a second")
        if record.seconds_left is not None:
            parts.append(f"{duration(record.seconds_left)} left")
    if not record.state.live and 0 < record.saved < record.images:
        parts.append(f"saved at {record.saved:,}")
    return " · ".join(parts)


def duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if seconds < 60:
        return f"{max(round(seconds), 0)} s"
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} days {hours % 24} h"


def _button(text: str, icon: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    theme.set_icon(button, icon)
    return button
