"""RunMonitor: one run as it is or was: samples over time, something beside them, and the curves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from facedesigner.gui import theme
from facedesigner.gui.training.run_header import RunHeader
from facedesigner.gui.training.run_record import RunRecord, evaluation
from facedesigner.gui.training.sample_pane import SamplePane
from facedesigner.gui.training.worker import Worker
from facedesigner.gui.widgets.message_label import MessageLabel

if TYPE_CHECKING:
    from facedesigner.gui.training.curves import Curves

REDRAW = 200  # ms between two paintings of the curves while events stream
REALS, MOMENT, CODES = "reals", "moment", "codes"  # what can stand beside the samples, or the folder of another run
SHEET = "codes.png"  # of a conditional generator, made when it is measured or used
NO_SAMPLES = "Samples of the run appear here,\nfrom the same latents each time."
NO_REALS = "The real pictures appear here\nonce the run has read them."


class RunMonitor(QWidget):
    compare = Signal(object)  # Path of the run to read for comparison; answer with `show_other`

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self.record: RunRecord | None = None
        self._other: RunRecord | None = None
        self.header = RunHeader()
        self.problem = MessageLabel()
        self.problem.setProperty("role", "warning")
        self.problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.details = QPushButton("&Details…")
        theme.set_icon(self.details, "warning")
        self.notes = MessageLabel()
        self.notes.setProperty("role", "hint")
        self.beside = QComboBox()
        self.beside.setAccessibleName("Beside the samples")
        self.beside.setToolTip("What stands beside the samples: real pictures, another moment, or another run")
        heading = QLabel("Samples")
        heading.setProperty("role", "heading")
        heading.setMinimumHeight(self.beside.sizeHint().height())
        self.left, self.right = SamplePane("A", heading, worker), SamplePane("B", self.beside, worker)
        self._curves: Curves | None = None
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(REDRAW)
        self._redraw.timeout.connect(self._draw_curves)
        self._lay_out()
        self.offer_runs([])
        self.beside.activated.connect(self._choose_beside)
        for pane in (self.left, self.right):
            pane.moved.connect(self._mark_moments)
        self.show_run(None)

    @property
    def curves(self) -> Curves:
        """Made when there is something to draw: the plotting library takes longer to import than the tab to open."""
        if self._curves is None:
            from facedesigner.gui.training.curves import Curves

            self._curves = Curves()
            self._layout.addWidget(self._curves, 2)
        return self._curves

    def show_run(self, record: RunRecord | None) -> None:
        """Another run, or the same read anew."""
        again = record is not None and self.record is not None and record.folder == self.record.folder
        self.record = record
        if not again:
            self._other = None
            self.beside.setCurrentIndex(0)
        self.refresh(jump=not again)

    def refresh(self, jump: bool = False) -> None:
        """The record has changed. `jump` goes to its newest samples."""
        record = self.record
        self.show_problem(record.problem if record is not None else "")
        notes = [*record.notes, evaluation(record.folder)] if record is not None else []
        self.notes.setText("\n".join(filter(None, notes)))
        self.notes.setVisible(bool(self.notes.text()))
        if self._curves is not None:
            self._curves.setVisible(record is not None)
        samples = record.samples if record is not None else []
        self.left.show_samples(samples, NO_SAMPLES, index=max(len(samples) - 1, 0) if jump else None)
        self._show_beside(jump)
        self._draw_curves()

    def samples_changed(self) -> None:
        if self.record is not None:
            self.left.show_samples(self.record.samples, NO_SAMPLES)
            if self.beside.currentData() == MOMENT:
                self.right.show_samples(self.record.samples, NO_SAMPLES, index=self.right.picker.index)
            elif self.beside.currentData() == REALS and self.right.view.picture is None:
                self._show_beside()

    def curves_changed(self) -> None:
        """At most five times a second."""
        if not self._redraw.isActive():
            self._redraw.start()

    def show_problem(self, text: str, details: bool = False) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        self.details.setVisible(bool(text) and details)

    def offer_runs(self, folders: list[Path]) -> None:
        """The other runs to compare with; what is chosen stays chosen."""
        chosen = self.beside.currentData()
        own = self.record.folder if self.record is not None else None
        self.beside.clear()
        self.beside.addItem("Beside: real pictures", REALS)
        self.beside.addItem("Beside: another moment", MOMENT)
        if own is not None and (own / SHEET).is_file():
            self.beside.addItem("Beside: labels and codes", CODES)
        for folder in folders:
            if folder != own:
                self.beside.addItem(f"Beside: {folder.name}", str(folder))
        self.beside.setCurrentIndex(max(self.beside.findData(chosen), 0))
        if self.beside.currentData() != chosen and chosen is not None:
            self._choose_beside()

    def show_other(self, record: RunRecord) -> None:
        if self.beside.currentData() == str(record.folder):
            self._other = record
            self._show_beside(jump=True)
            self._draw_curves()

    def _choose_beside(self) -> None:
        what = self.beside.currentData()
        self._other = None
        if what not in (REALS, MOMENT, CODES):
            self.compare.emit(Path(what))
        self._show_beside(jump=True)
        self._draw_curves()

    def _show_beside(self, jump: bool = False) -> None:
        what, record = self.beside.currentData(), self.record
        if what == REALS:
            if record is None:
                self.right.show_samples([], NO_REALS)
            else:
                self.right.show_one(record.reals, NO_REALS)
        elif what == CODES and record is not None:
            self.right.show_one(record.folder / SHEET, f"{SHEET} cannot be read.")
        elif what == MOMENT:
            index = 0 if jump else self.right.picker.index
            self.right.show_samples(record.samples if record is not None else [], NO_SAMPLES, index=index)
        elif self._other is None:
            self.right.show_samples([], "Reading the other run…")
        else:
            samples = self._other.samples
            self.right.show_samples(
                samples, "That run has no samples.", index=max(len(samples) - 1, 0) if jump else None
            )

    def _draw_curves(self) -> None:
        if self.record is not None:
            self.curves.show_history(self.record.history)
            self.curves.compare(self._other.history if self._other is not None else None)

    def _mark_moments(self) -> None:
        if self.record is None:
            return
        # The newest grid needs no mark: it is where the curves end.
        left = None if self.left.picker.following else self.left.moment
        self.curves.show_moments(left, self.right.moment if self.beside.currentData() == MOMENT else None)

    def _lay_out(self) -> None:
        panes = QWidget()
        row = QHBoxLayout(panes)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.left, 1)
        row.addWidget(self.right, 1)
        trouble = QHBoxLayout()
        trouble.addWidget(self.problem, 1)
        trouble.addWidget(self.details, 0, Qt.AlignmentFlag.AlignTop)
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(self.header)
        self._layout.addLayout(trouble)
        self._layout.addWidget(self.notes)
        self._layout.addWidget(panes, 5)
