"""BatchTab: many different faces that meet a wish, made in the background while they come in."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QIcon, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from facedesigner.contract.request import ModelInfo
from facedesigner.gui import theme
from facedesigner.gui.batch.batch_form import BatchForm
from facedesigner.gui.batch.making import DONE, STOPPED, Accepted, Make, Status, made, make_search
from facedesigner.gui.session import Session
from facedesigner.gui.widgets.errors import show_error
from facedesigner.gui.widgets.pixels import enlarged
from facedesigner.gui.work.desk import Desk, Job
from training.texts import sentence

SIDE = 96  # pixels of a face in the grid
EMPTY = (
    "Say on the left what the faces must have, how many you want and how different they shall be, then press "
    "Make faces. They appear here as they are found."
)
WORDS = {
    DONE: "Done. A table and a contact sheet lie beside the faces.",
    STOPPED: "Stopped. Make faces goes on where it was.",
}
NARROW = (
    "The wish is too narrow for this model: widen what refused most, lower the distance, raise the variety, or let "
    "more be refused in a row."
)


class BatchTab(QWidget):
    said = Signal(str)
    use_face = Signal(object)  # FaceState

    def __init__(self, session: Session, folder: Path, make: Make = make_search) -> None:
        """`folder`: where a batch is offered to go."""
        super().__init__()
        self._session, self._make = session, make
        self.desk = Desk(lambda: self._make, self)
        self._job: Job | None = None
        self._status = Status(0, 0, "")
        self.form = BatchForm(folder)
        self._make_widgets()
        self._lay_out()
        self.form.changed.connect(self._show_state)
        self.start_button.clicked.connect(self.start)
        self.stop_button.clicked.connect(self.stop)
        self.open_button.clicked.connect(self.open_folder)
        self.grid.itemActivated.connect(self._use)
        session.model_changed.connect(self._take_model)
        if session.info is not None:
            self.form.set_model(session.info)
        self._show_state()

    @property
    def busy(self) -> bool:
        return self._job is not None

    def start(self) -> None:
        info = self._session.info
        if self.busy or self.form.problem or info is None:
            return
        self.grid.clear()
        self._status = Status(0, 0, "")
        self._wish, self._folder = self.form.wish, self.form.path
        weights, wish, folder = info.path, self._wish, self._folder
        self._job = self.desk.ask(
            lambda make, job: made(make, weights, wish, folder, job), self._end, self, report=self._take
        )
        self.bar.setRange(0, 0)
        self.rate.setText("Loading what faces are measured with…")
        self.refused.setText("")
        self.note.hide()
        self._show_state()

    def stop(self) -> None:
        if self._job is not None:
            self._job.stop()
            self.rate.setText("Stopping after this face…")

    def open_folder(self) -> None:
        if self.form.path.is_dir():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.form.path)))
        else:
            self.said.emit(f"{self.form.path} is not there yet: it is made with the first face")

    def shut_down(self) -> None:
        self.desk.close()
        self._job = None

    # -- building

    def _make_widgets(self) -> None:
        self.start_button, self.stop_button = QPushButton("&Make faces"), QPushButton("&Stop")
        self.open_button = QPushButton("&Open folder")
        for button, icon in ((self.start_button, "play"), (self.stop_button, "stop"), (self.open_button, "folder")):
            theme.set_icon(button, icon)
        self.start_button.setToolTip("Begins, or goes on with the batch of that folder")
        self.stop_button.setToolTip("What was found stays; make faces again to go on")
        self.hint = QLabel()
        self.hint.setProperty("role", "warning")
        self.hint.setWordWrap(True)
        self.rate, self.refused, self.note = QLabel(), QLabel(), QLabel()
        self.rate.setProperty("role", "heading")
        for label in (self.refused, self.note):
            label.setProperty("role", "hint")
        for label in (self.rate, self.refused, self.note):
            label.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.grid = QListWidget()
        self.grid.setViewMode(QListView.ViewMode.IconMode)
        self.grid.setResizeMode(QListView.ResizeMode.Adjust)
        self.grid.setMovement(QListView.Movement.Static)
        self.grid.setUniformItemSizes(True)
        self.grid.setIconSize(QSize(SIDE, SIDE))
        self.grid.setGridSize(QSize(SIDE + 10, SIDE + self.fontMetrics().height() + 12))
        self.grid.setAccessibleName("Faces of the batch")
        self.grid.setToolTip("Double-click a face, or press Enter, to go on with it in Design")
        self.empty = QLabel(EMPTY)
        self.empty.setProperty("role", "hint")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.grid)

    def _lay_out(self) -> None:
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(6, 4, 6, 4)
        column.addWidget(self.form)
        column.addStretch(1)
        scroll.setWidget(sheet)
        buttons = QHBoxLayout()
        for button in (self.start_button, self.stop_button, self.open_button):
            buttons.addWidget(button, 1)
        side = QWidget()
        left = QVBoxLayout(side)
        left.setContentsMargins(0, 0, 0, 0)
        left.addWidget(scroll, 1)
        left.addWidget(self.hint)
        left.addLayout(buttons)
        side.setFixedWidth(self.fontMetrics().averageCharWidth() * 58)
        right = QVBoxLayout()
        right.addWidget(self.pages, 1)
        for widget in (self.bar, self.rate, self.refused, self.note):
            right.addWidget(widget)
        layout = QHBoxLayout(self)
        layout.setSpacing(14)
        layout.addWidget(side)
        layout.addLayout(right, 1)

    # -- from the thread

    def _take(self, news: str | Accepted | Status) -> None:
        if isinstance(news, Accepted):
            self._add(news)
        elif isinstance(news, Status):
            self._show_progress(news)
        else:
            self.note.setText(news)
            self.note.show()

    def _add(self, found: Accepted) -> None:
        near = [] if found.nearest is None else [f"nearest face of the batch {found.nearest:.2f}"]
        near += [] if found.trained is None else [f"nearest training face {found.trained:.2f}"]
        item = QListWidgetItem(QIcon(QPixmap.fromImage(enlarged(found.picture))), found.file.stem)
        item.setData(Qt.ItemDataRole.UserRole, found.face)
        item.setToolTip("\n".join([found.face.title, *near]))
        item.setSizeHint(self.grid.gridSize())
        self.grid.addItem(item)
        self.pages.setCurrentWidget(self.grid)

    def _show_progress(self, status: Status) -> None:
        self._status = status
        self.bar.setRange(0, self._wish.count)
        self.bar.setValue(min(status.accepted, self._wish.count))
        share = f"{status.accepted / status.tried:.0%} of {status.tried:,} tries accepted" if status.tried else "begun"
        self.rate.setText(f"{status.accepted:,} of {self._wish.count:,} faces, {share}")
        self.refused.setText(f"Refused: {status.refused}" if status.refused else "")

    def _end(self, reason: str | None, error: Exception | None) -> None:
        self._job = None
        self._show_state()
        if reason is None:
            self.rate.setText("Ended; what was found stays.")
            why = str(error) or type(error).__name__
            show_error("The batch cannot go on", sentence(why), parent=self)
            return
        words = WORDS.get(reason, NARROW)
        self.rate.setText(f"{self._status.accepted:,} of {self._wish.count:,} faces. {words}")
        self.said.emit(f"{self._status.accepted:,} faces in {self._folder}")

    # -- the form

    def _take_model(self, info: ModelInfo) -> None:
        self.form.set_model(info)
        self._show_state()

    def _show_state(self) -> None:
        problem = self.form.problem if self._session.info is not None else "Load a model first."
        self.hint.setText(problem)
        self.hint.setVisible(bool(problem) and not self.busy)
        self.form.setEnabled(not self.busy)
        self.start_button.setVisible(not self.busy)
        self.start_button.setEnabled(not problem)
        self.stop_button.setVisible(self.busy)
        self.bar.setVisible(self.busy)

    def _use(self, item: QListWidgetItem) -> None:
        self.use_face.emit(item.data(Qt.ItemDataRole.UserRole))
