"""EnhanceTab: a picture twice or four times as large, by each method, to compare and to save."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from facedesigner.contract.methods import METHODS, offered
from facedesigner.gui.enhance.column_header import ColumnHeader
from facedesigner.gui.enhance.enhance_bar import EnhanceBar
from facedesigner.gui.enhance.enlarging import Enlarge, Failure, Progress, Read, Result, enlarge, enlarged, save
from facedesigner.gui.widgets.channels import as_qimage
from facedesigner.gui.widgets.compare_view import CompareView
from facedesigner.gui.widgets.errors import show_error
from facedesigner.gui.widgets.file_drop import FileDrop
from facedesigner.gui.widgets.message_label import MessageLabel
from facedesigner.gui.work.desk import Desk, Job
from training.endings import PATTERNS
from training.texts import capital

if TYPE_CHECKING:
    from facedesigner.contract.request import Image
    from facedesigner.engine.opening import Opened
    from facedesigner.state.face import FaceState

PICTURES = f"Pictures ({PATTERNS})"
BEGIN = (
    "Enlarge a picture two or four times and compare how: smooth, sharper, or with new texture.\n\n"
    "Open a picture, drop one here, or use the face in Design."
)
WAITING, STOPPED = "Waiting…", "Stopped"


class EnhanceTab(QWidget):
    """Every method works on the same picture, the quick ones first. A new picture or scale stops the former work."""

    said = Signal(str)  # for the status bar
    source_wanted = Signal()  # the current face, by `set_source`
    ended = Signal(bool)  # whether every method had its turn

    def __init__(self, enlarge: Enlarge = enlarge) -> None:
        super().__init__()
        self.desk = Desk(lambda: enlarge, self)
        self._files = Desk(parent=self)  # a picture is saved while another is enlarged
        self._job: Job | None = None  # the newest
        self._source: Opened | None = None
        self._name = ""  # of the source, for file names
        self._pending: Path | None = None  # the file that is being opened
        self._results: dict[str, tuple[Image, float]] = {}
        self.methods = offered()
        self.view = CompareView()
        self.view.clear(BEGIN)
        self.bar = EnhanceBar(self.view)
        last = len(self.methods) - 1
        self.headers = [ColumnHeader(self.methods, index) for index in range(len(self.methods))]
        self.sides = [ColumnHeader(self.methods, index, side) for index, side in ((0, "Left"), (min(2, last), "Right"))]
        self.message = MessageLabel()
        self.message.setProperty("role", "hint")
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 100)
        self.progress.setFixedWidth(20 * self.fontMetrics().horizontalAdvance("0"))
        self.progress.setFixedHeight(self.fontMetrics().height())
        self._lay_out()
        self._connect()
        FileDrop(self, self.open)
        self._show_state(working=False)

    # -- what is enlarged

    def set_source(self, image: Image, name: str, face: FaceState | None = None, model_name: str = "") -> None:
        """(H, W, 3) uint8. A `face` is written into what is saved, so that it opens as that face."""
        from facedesigner.engine.opening import Opened
        from facedesigner.state.recipe import to_text_chunks

        texts = {} if face is None else to_text_chunks(face, model_name or face.model)
        self._name, self._pending = name, None
        self._source = Opened(image, texts, ())
        self._begin(self._source)

    def open(self, path: Path) -> None:
        """Reads it in the thread; what is shown stays until then."""
        self._pending = path
        self.message.setText(f"Opening {path.name}…")
        self._begin(path)

    def stop(self) -> None:
        """Ends the work under way; what is done already stays."""
        if self._job is not None:
            self._job.stop()

    def shut_down(self) -> None:
        """Joins the threads; a picture that is being saved is finished."""
        self.desk.close()
        self._files.close()

    # -- building

    def _lay_out(self) -> None:
        self._rows = []
        column = QVBoxLayout(self)
        column.addWidget(self.bar)
        for headers in (self.headers, self.sides):
            holder = QWidget()
            row = QHBoxLayout(holder)
            row.setContentsMargins(0, 0, 0, 0)
            for header in headers:
                row.addWidget(header, 1)
            column.addWidget(holder)
            self._rows.append(holder)
        column.addWidget(self.view, 1)
        below = QHBoxLayout()
        below.addWidget(self.message, 1)
        below.addWidget(self.progress)
        column.addLayout(below)

    def _connect(self) -> None:
        bar = self.bar
        bar.open_wanted.connect(self._ask_open)
        bar.face_wanted.connect(self.source_wanted)
        bar.scale_chosen.connect(lambda _: self._begin(self._pending or self._source))
        bar.stop_wanted.connect(self.stop)
        bar.wipe.toggled.connect(self._show_wipe)
        bar.pixels.toggled.connect(self.view.set_nearest)
        self.view.zoom_changed.connect(lambda _zoom: self._show_zoom())
        for header in self.headers:
            header.save_wanted.connect(self._ask_save)
        for side in self.sides:
            side.save_wanted.connect(self._ask_save)
            side.chosen.connect(lambda _: self._show_pair())

    # -- the work

    def _begin(self, source: Path | Opened | None) -> None:
        if source is None:
            return
        if not isinstance(source, Path):
            self._start_over(source)
        self._show_state(working=True)
        scale, methods = self.bar.scale, tuple(method.name for method in self.methods)
        self._job = self.desk.ask(
            lambda enlarge, job: enlarged(enlarge, job, source, scale, methods),
            self._end,
            self,
            replace="picture",
            newest=True,
            report=self._take,
        )

    def _start_over(self, source: Opened) -> None:
        """Empty columns for a picture."""
        self._results = {}
        self.view.set_source(as_qimage(source.pixels), [method.label for method in self.methods])
        for index in range(len(self.methods)):
            self.view.set_words(index, WAITING)
        for header in (*self.headers, *self.sides):
            header.show_result(None)
        self._show_pair()
        self._describe()

    def _take(self, news: Read | Progress | Result | Failure) -> None:
        if isinstance(news, Read):
            assert self._pending is not None, "only a file is read"
            self._name, self._pending = self._pending.stem, None
            self._source = news.opened
            self._start_over(news.opened)
            return
        index = self._index(news.method)
        if isinstance(news, Progress):
            self.view.set_words(index, f"{news.share:.0%}".replace("%", " %"))
            self.progress.setValue(round(100 * (index + news.share) / len(self.methods)))
        elif isinstance(news, Result):
            self._results[news.method] = (news.image, news.seconds)
            self.view.set_picture(index, as_qimage(news.image))
            self._show_times()
        else:
            self.view.set_words(index, capital(news.reason))

    def _end(self, complete: bool | None, error: Exception | None) -> None:
        self._show_state(working=False)
        if not complete:
            self._mark_stopped()
        self.ended.emit(bool(complete))
        if error is not None:
            self._pending = None
            self._describe()
            show_error("This picture cannot be opened", str(error) or type(error).__name__, parent=self)
            return
        self.said.emit(f"Enlarged {self._name}" if complete else "Stopped: change the scale to begin anew")

    # -- showing

    def _describe(self) -> None:
        if self._source is None:
            self.message.setText("")
            return
        height, width, _ = self._source.pixels.shape
        scale = self.bar.scale
        text = f"{self._name}: {width} × {height} to {width * scale} × {height * scale} pixels"
        self.message.setText(". ".join((text, *self._source.notices)))

    def _show_zoom(self) -> None:
        """Counted in pixels of the enlarged picture."""
        width = 0 if self._source is None else self._source.pixels.shape[1] * self.bar.scale
        self.bar.zoom.show_share(self.view.magnification(width) if width else None)

    def _mark_stopped(self) -> None:
        """Columns that were not finished, of a picture that is in view."""
        for index, column in enumerate(self.view.columns):
            if column.words == WAITING or column.words.endswith("%"):
                self.view.set_words(index, STOPPED)

    def _show_state(self, working: bool) -> None:
        self.bar.show_working(working)
        self.progress.setVisible(working)
        self.progress.setValue(0)
        self._show_wipe(self.bar.wipe.isChecked())

    def _show_wipe(self, wiping: bool) -> None:
        anything = self._source is not None
        self.view.set_wiping(wiping)
        self._rows[0].setVisible(anything and not wiping)
        self._rows[1].setVisible(anything and wiping)

    def _show_pair(self) -> None:
        self.view.set_pair(*(side.index for side in self.sides))
        self._show_times()

    def _show_times(self) -> None:
        for header in (*self.headers, *self.sides):
            _, seconds = self._results.get(self.methods[header.index].name, (None, None))
            header.show_result(seconds)

    def _index(self, method: str) -> int:
        return [one.name for one in self.methods].index(method)

    # -- files

    def _ask_open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open picture", "", PICTURES)
        if path:
            self.open(Path(path))

    def _ask_save(self, method: str) -> None:
        suggestion = f"{self._name}-{method}-x{self.bar.scale}.png"
        text, _ = QFileDialog.getSaveFileName(self, "Save enlarged picture", suggestion, "PNG picture (*.png)")
        if text:
            path = Path(text)
            self.save(method, path if path.suffix.lower() == ".png" else path.with_name(f"{path.name}.png"))

    def save(self, method: str, path: Path) -> None:
        """Writes the result of a method; what came of it is said later."""
        assert self._source is not None
        image, _ = self._results[method]
        how = f"{METHODS[method].label}, {self.bar.scale} times"
        texts = self._source.texts
        self.said.emit(f"Writing {path.name}…")
        self._files.ask(lambda *_: save(image, path, texts, how), partial(self._saved, path), self, keep=True)

    def _saved(self, path: Path, written: Path | None, error: Exception | None) -> None:
        if written is None:
            why = str(error) or "there is not enough memory to write it"
            show_error(f"{path.name} was not written", why, parent=self)
        else:
            self.said.emit(f"Wrote {written}")
