"""TrainingTab: a new run on one page, the runs on another, and beside them the run that is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabWidget, QWidget

from facedesigner.gui.training.compare_page import ComparePage, is_generator
from facedesigner.gui.training.curate_page import CuratePage
from facedesigner.gui.training.measurer import Measurer
from facedesigner.gui.training.questions import ask_how_long, ask_to_stop
from facedesigner.gui.training.run_files import clear_stillborn, delete, extend
from facedesigner.gui.training.run_list import RunList
from facedesigner.gui.training.run_monitor import RunMonitor
from facedesigner.gui.training.run_process import RunProcess
from facedesigner.gui.training.run_record import RunRecord, State, read_run, scan
from facedesigner.gui.training.setup_panel import SetupPanel
from facedesigner.gui.training.variants import Variants
from facedesigner.gui.training.weights_maker import WeightsMaker
from facedesigner.gui.training.worker import Worker
from facedesigner.gui.widgets.errors import show_error
from training.config import RunConfig, new_run
from training.events import Event, Metrics, Samples, Saved, Started

LEFT_WIDTH = 30  # in letters, at least
FAILED = (
    "The run ended with an error. {0} Mend what it says, then press Resume: nothing up to the last checkpoint is lost."
)
NOT_BEGUN = "The run could not begin. {0}"


class TrainingTab(QWidget):
    """One run at a time trains; any run can be looked at meanwhile."""

    use_model = Signal(object)  # Path of weights to open in the Design tab
    runs_chosen = Signal(object)  # Path of another folder of runs
    said = Signal(str)  # for the status bar

    def __init__(self, runs: Path, models: Path, cache: Path) -> None:
        """`runs`: where run folders are; `models`: where exported weights go; `cache`: a folder that may be lost."""
        super().__init__()
        self._live: RunRecord | None = None  # kept up with the events, whether shown or not
        self._then: Callable[[], object] | None = None  # when the run has ended
        self._details = ""
        self.worker = Worker(parent=self)
        self.process = RunProcess(self)
        self.exporter, self.measurer = WeightsMaker(models, self), Measurer(self)
        self.variants = Variants(cache, self)
        self.setup, self.runs, self.monitor = SetupPanel(cache / "pictures"), RunList(runs), RunMonitor(self.worker)
        self.curate, self.compare = CuratePage(self.worker), ComparePage(models, cache / "compare")
        self.pages, self.views = QTabWidget(), QStackedWidget()
        self.pages.addTab(self.setup, "New &run")
        self.pages.addTab(self.runs, "R&uns")
        self.pages.addTab(self.curate, "C&urate")
        self.pages.addTab(self.compare, "Co&mpare")
        for view in (self.monitor, self.curate.result, self.compare.result):
            self.views.addWidget(view)
        self.pages.setFixedWidth(self.fontMetrics().averageCharWidth() * LEFT_WIDTH * 2)
        layout = QHBoxLayout(self)
        layout.addWidget(self.pages)
        layout.addWidget(self.views, 1)
        self._connect()
        self.variants.load()
        self.refresh()

    # -- for the window

    def leave(self, then: Callable[[], object]) -> bool:
        """True if nothing trains. Else asks, and calls `then` once the run is saved, if the answer is to stop."""
        if not self.process.live:
            return True
        name = self.process.folder.name if self.process.folder else "A run"
        ask_to_stop(self, name, lambda: self._stop_then(then))
        return False

    def shut_down(self) -> None:
        """Ends every child and thread; the window goes."""
        for part in (self.process, self.exporter, self.measurer, self.compare.measurer, self.variants, self.worker):
            part.close()
        self.setup.picker.stop()
        self.curate.close_child()

    def refresh(self) -> None:
        """Reads the list of runs anew."""
        runs = self.runs.runs
        self.worker.run("scan", lambda: scan(runs), self._take_runs, self._complain("The runs cannot be listed"))

    # -- building

    def _connect(self) -> None:
        header, process = self.monitor.header, self.process
        self.variants.loaded.connect(self.setup.set_variants)
        self.variants.failed.connect(self.setup.fail_variants)
        self.setup.start.connect(self.start)
        self.runs.opened.connect(self.open)
        self.runs.delete.connect(self._delete)
        self.runs.folder_chosen.connect(self._change_folder)
        header.pause.connect(process.pause)
        header.go_on.connect(process.go_on)
        header.stop.connect(process.stop)
        header.resume.connect(self._resume)
        header.use.connect(self._use)
        header.measure.connect(self._measure)
        self.curate.train.connect(self._train_on)
        self.pages.currentChanged.connect(self._show_view)
        self.measurer.changed.connect(self._show_header)
        self.measurer.said.connect(self.said)
        self.measurer.measured.connect(self._measured)
        self.measurer.failed.connect(self._complain("The run cannot be measured"))
        self.monitor.compare.connect(self._compare)
        self.monitor.details.clicked.connect(self._show_details)
        process.told.connect(self._take)
        process.changed.connect(self._take_state)
        process.failed.connect(self._fail)
        process.ended.connect(self._end)
        self.exporter.changed.connect(self._show_header)
        self.exporter.made.connect(self._exported)
        self.exporter.failed.connect(self._complain("The model cannot be made"))

    # -- what the hand does

    def start(self, config: RunConfig) -> None:
        """A new run, shown from its beginning."""
        try:
            folder = new_run(config, self.runs.runs)
        except OSError as error:
            show_error(
                "The run cannot be started",
                f"{self.runs.runs} cannot be written: {error.strerror or error}. Choose another folder of runs.",
                parent=self,
            )
            return
        self._begin(read_run(folder))
        self.pages.setCurrentWidget(self.runs)
        self.refresh()

    def open(self, folder: Path) -> None:
        """Shows a run; the live one goes on."""
        if self._live is not None and folder == self._live.folder and self._live.state.live:
            self._show(self._live)
        else:
            failed = self._complain("The run cannot be read")
            self.worker.run("open", lambda: read_run(folder), self._show, failed)

    def resume(self, record: RunRecord) -> None:
        if not self.process.live:
            self._begin(record)

    def _resume(self) -> None:
        record = self.monitor.record
        if record is None or record.config is None:
            return
        if record.state != State.FINISHED:
            self.resume(record)
            return
        ask_how_long(self, record, lambda images: self._extend(record, images))

    def _extend(self, record: RunRecord, images: int) -> None:
        assert record.config is not None
        try:
            extend(record.folder, record.config, images)
            self.resume(read_run(record.folder))
        except OSError as error:
            show_error("The run cannot go on", f"{record.folder}: {error.strerror or error}.", parent=self)

    def _use(self) -> None:
        if self.monitor.record is not None:
            self.said.emit(f"Making a model of {self.monitor.record.name}…")
            self.exporter.export(self.monitor.record)

    def _train_on(self, folder: str) -> None:
        self.setup.picker.set_source(folder)
        self.pages.setCurrentWidget(self.setup)

    def _measure(self) -> None:
        if self.monitor.record is not None:
            self.said.emit(f"Measuring {self.monitor.record.name}…")
            self.measurer.measure_run(self.monitor.record.folder)

    def _measured(self) -> None:
        self.said.emit("Measured the run")
        self.monitor.refresh()

    def _exported(self, path: Path) -> None:
        self.said.emit(f"Wrote {path}")
        if is_generator(path):
            self.use_model.emit(path)

    def _compare(self, folder: Path) -> None:
        failed = self._complain("The other run cannot be read")
        self.worker.run("compare", lambda: read_run(folder), self.monitor.show_other, failed)

    def _delete(self, folder: Path) -> None:
        if self.monitor.record is not None and self.monitor.record.folder == folder:
            self._show(None)
        if self._live is not None and self._live.folder == folder:
            self._live = None
        self.worker.run("delete", lambda: delete(folder), self._deleted, self._complain("The run was not deleted"))

    def _deleted(self, kept: str) -> None:
        self.said.emit(kept or "Deleted the run")
        self.refresh()

    def _change_folder(self, runs: Path) -> None:
        self.runs.set_folder(runs)
        self._show(None)
        self.refresh()
        self.runs_chosen.emit(runs)

    def _stop_then(self, then: Callable[[], object]) -> None:
        self._then = then
        if self.process.live:
            self.process.stop()
        else:
            self._end()

    # -- the live run

    def _begin(self, record: RunRecord) -> None:
        self._live, self._details = record, ""
        record.problem = ""
        self._show(record)
        self.process.start(record.folder)

    def _take(self, event: Event) -> None:
        record = self._live
        if record is None:
            return
        record.take(event)
        shown = self.monitor.record is record
        if isinstance(event, Metrics | Saved | Started):
            self.runs.show_record(record)
        if not shown:
            return
        if isinstance(event, Started):
            self.monitor.refresh()
        elif isinstance(event, Samples):
            self.monitor.samples_changed()
        elif isinstance(event, Metrics):
            self.monitor.curves_changed()
        self._show_header()

    def _take_state(self) -> None:
        record, state = self._live, self.process.state
        if record is not None:
            record.state = state
            self.runs.show_record(record)
        self.runs.set_live(self.process.folder if self.process.live else None)
        self.setup.set_busy(self.process.live)
        self._show_header()

    def _fail(self, reason: str, details: str) -> None:
        record = self._live
        if record is None:
            return
        began = record.saved > 0 or record.images > 0
        record.problem, self._details = (FAILED if began else NOT_BEGUN).format(reason), details
        if self.monitor.record is record:
            self.monitor.show_problem(record.problem, details=bool(details))

    def _end(self) -> None:
        record = self._live
        self._take_state()
        if record is not None and not record.images:
            clear_stillborn(record.folder)
        self.refresh()
        if self._then is not None:
            then, self._then = self._then, None
            QTimer.singleShot(0, self, then)

    # -- showing

    def _show(self, record: RunRecord | None) -> None:
        self.monitor.show_run(record)
        if record is not None:
            self.runs.choose(record.folder)
        self.monitor.offer_runs(self.runs.folders)
        self._show_header()

    def _show_header(self) -> None:
        self.monitor.header.show_run(
            self.monitor.record, busy=self.process.live, exporting=self.exporter.busy, measuring=self.measurer.busy
        )

    def _show_view(self) -> None:
        page = self.pages.currentWidget()
        self.views.setCurrentWidget(page.result if isinstance(page, CuratePage | ComparePage) else self.monitor)

    def _take_runs(self, records: list[RunRecord]) -> None:
        live = self._live if self.process.live else None
        self.runs.show_runs([live if live is not None and r.folder == live.folder else r for r in records])
        self.monitor.offer_runs(self.runs.folders)
        self.compare.offer([record.folder for record in records if (record.folder / "last.pt").is_file()])
        if self.monitor.record is not None:
            self.runs.choose(self.monitor.record.folder)
        elif records:
            self.open(records[0].folder)

    def _show_details(self) -> None:
        show_error("What the run said", self.monitor.problem.text(), self._details, parent=self)

    def _complain(self, title: str) -> Callable[[str], None]:
        return lambda reason: show_error(title, reason, parent=self)
