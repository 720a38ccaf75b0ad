"""CuratePage: which pictures to clean, where the clean set goes, and how strict to be."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from facedesigner.gui import theme
from facedesigner.gui.training.curation_view import HINT, CurationView
from facedesigner.gui.training.option_form import OptionForm, Section
from facedesigner.gui.training.run_header import duration
from facedesigner.gui.training.worker import Worker
from facedesigner.gui.widgets.message_label import MessageLabel
from facedesigner.gui.widgets.path_row import add_row, folder_button
from facedesigner.gui.work.child import Child
from training.curation.contract import REPORT, Finished, Options, Progress, Started, decode, read_rows
from training.options import fields_of


class CuratePage(QWidget):
    """`result` is the widget that shows the report; it belongs beside this page. Stopping and starting goes on."""

    train = Signal(str)  # folder of the clean set

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self._worker = worker
        self._child: Child | None = None
        self._out = Path()  # of the run in progress
        self.result = CurationView(worker)
        self.source, self.out = QLineEdit(), QLineEdit()
        self.source.setPlaceholderText("Folder or zip of pictures")
        self.out.setPlaceholderText("A new folder")
        self.out.setToolTip("Where the clean set goes: an empty folder, or one that was curated from these pictures")
        self.options = OptionForm(fields_of(Options))
        self.hint = MessageLabel()
        self.hint.setProperty("role", "hint")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.progress = MessageLabel()
        self.progress.setProperty("role", "hint")
        self.start_button, self.stop_button = QPushButton("&Curate"), QPushButton("&Stop")
        theme.set_icon(self.start_button, "play")
        theme.set_icon(self.stop_button, "stop")
        self.stop_button.setToolTip("What was looked at is kept; start again to go on")
        form = QFormLayout()
        add_row(form, "&Pictures", self.source, folder_button(self.source, "Pictures to clean", self))
        add_row(form, "&Clean set", self.out, folder_button(self.out, "Folder for the clean set", self))
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.addLayout(form)
        column.addWidget(Section("How strict", self.options, folded=True))
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(sheet)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll, 1)
        for widget in (self.hint, self.progress, self.bar, self.start_button, self.stop_button):
            layout.addWidget(widget)
        self.source.textChanged.connect(self._suggest)
        self.out.textChanged.connect(self._named)
        self.options.changed.connect(self._changed)
        self.start_button.clicked.connect(lambda: self.start())
        self.stop_button.clicked.connect(self.stop)
        self.result.apply.connect(lambda accept, reject: self.start(accept, reject))
        self.result.train.connect(lambda: self.train.emit(str(self._path(self.out))))
        self._changed()

    @property
    def busy(self) -> bool:
        return self._child is not None

    @property
    def problem(self) -> str:
        """Why nothing can be curated now; "" if it can."""
        source, out = self._path(self.source), self._path(self.out)
        if source is None:
            return "Choose a folder or zip of pictures."
        if not source.exists():
            return f"{source} does not exist."
        if out is None:
            return "Choose a folder for the clean set."
        return self.options.problem

    def start(self, accept: list[str] | None = None, reject: list[str] | None = None) -> None:
        """Goes on where it was stopped. `accept`, `reject`: names of faces to take back and to throw out."""
        source, out = self._path(self.source), self._path(self.out)
        if self.busy or self.problem or source is None or out is None:
            return
        self._out = out
        words = [str(source), str(out), "--events"]
        for name, row in self.options.rows.items():
            words += [f"--{name.replace('_', '-')}", row.field.text(row.value())]
        for flag, names in (("--accept", accept), ("--reject", reject)):
            words += [flag, *names] if names else []
        child = self._child = Child("curate", *words, parent=self)
        child.line.connect(self._take)
        child.ended.connect(self._end)
        self.progress.setText("Starting…")
        self.bar.setRange(0, 0)
        self._changed()
        child.start()

    def stop(self) -> None:
        """The child writes its report and ends."""
        if self._child is not None:
            self._child.close_input()
            self.progress.setText("Stopping…")

    def close_child(self) -> None:
        """The window goes: what was looked at is in the journal."""
        if self._child is not None:
            self._child.drop()
            self._child = None

    def _take(self, line: str) -> None:
        try:
            event = decode(line)
        except ValueError:
            return
        match event:
            case Started():
                self.bar.setRange(0, max(event.total, 1))
                self.bar.setValue(event.done)
                self.result.say(" ".join(event.notes) or f"Looking at {event.total:,} pictures…")
            case Progress():
                self.bar.setValue(event.done)
                self.progress.setText(
                    f"{event.done:,} of {event.total:,} · {event.pictures_per_second:.1f} a second · "
                    f"{duration(event.seconds_left)} left"
                )
            case Finished():
                word = "Stopped; start again to go on. " if event.stopped else ""
                self.progress.setText("")
                self.result.say(
                    f"{word}{event.pictures:,} pictures with {event.faces:,} faces: "
                    f"{event.kept + event.mended:,} faces kept, {event.mended:,} of them turned upright; "
                    f"{sum(event.rejected.values()):,} rejected. Click what should be otherwise."
                )

    def _end(self, reason: str) -> None:
        if self._child is not None:
            self._child.deleteLater()
            self._child = None
        self._changed()
        self._read()
        if reason:
            self.result.say(reason)

    def _suggest(self) -> None:
        """The clean set goes beside the pictures, unless another place was chosen."""
        source = self._path(self.source)
        if source is not None and source.name:
            self.out.setText(str(source.with_name(f"{source.stem}-clean")))
        self._changed()

    def _changed(self) -> None:
        problem = self.problem
        self.hint.setText(problem)
        self.hint.setVisible(bool(problem) and not self.busy)
        self.start_button.setVisible(not self.busy)
        self.start_button.setEnabled(not problem)
        self.stop_button.setVisible(self.busy)
        for widget in (self.bar, self.progress):
            widget.setVisible(self.busy)
        self.result.apply_button.setEnabled(not self.busy)

    def _named(self) -> None:
        self._changed()
        if not self.busy:
            self.result.say(HINT)
            self._read()

    def _read(self) -> None:
        """Shows the report of the folder that is named, if there is one."""
        out = self._path(self.out)
        if out is None or not (out / REPORT).is_file():
            self.result.show_report(Path(), ())
            return
        self._worker.run(
            "report", lambda: read_rows(out), lambda rows: self.result.show_report(out, rows), self.result.say
        )

    def _path(self, field: QLineEdit) -> Path | None:
        text = field.text().strip()
        return Path(text).expanduser().absolute() if text else None
