"""FabricationDialog: a face in its real size, as a picture, cut out, or as a sheet to print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from facedesigner.gui import theme
from facedesigner.gui.fabrication.export_form import KEEP, ExportForm
from facedesigner.gui.fabrication.fabricator import Fabricator
from facedesigner.gui.fabrication.live_preview import LivePreview
from facedesigner.gui.fabrication.order import PNG, SHEET, Order
from facedesigner.gui.handover.handover_dialog import HandoverDialog
from facedesigner.gui.handover.wish import Wish
from facedesigner.gui.widgets.errors import show_error
from facedesigner.gui.widgets.measured_view import MeasuredView
from facedesigner.gui.widgets.message_label import MessageLabel
from facedesigner.gui.widgets.pixels import to_qimage
from facedesigner.gui.work.desk import Desk, Job
from facedesigner.state.face import FaceState
from training.errors import UserError
from training.texts import sentence

if TYPE_CHECKING:
    from facedesigner.contract.request import Image
    from facedesigner.engine.landmarks import Landmarks

LOOKING = "Looking for the eyes…"
ASK = "No eyes were found: click the two pupils in the picture."
FOUND = "Dots are landmarks, lines are lengths in mm. What is dark is not exported."
KINDS = {
    PNG: ("Save picture", ".png", "PNG (*.png)"),
    SHEET: ("Save sheet", ".pdf", "PDF (*.pdf)"),
}


class FabricationDialog(QDialog):
    """Shows one picture (H, W, 3); open another dialog for another face."""

    said = Signal(str)

    def __init__(
        self,
        picture: Image,
        face: FaceState | None = None,
        model: str = "none",
        title: str = "face",
        folder: Path | None = None,
        parent: QWidget | None = None,
        weights: Path | None = None,
    ) -> None:
        """`face`: the recipe of the picture, None where there is none; `model`: the name of its model; `title`: what
        {name} stands for in file names; `folder`: where files are offered to be saved; `weights`: the model's file,
        for the certificate."""
        super().__init__(parent)
        self.setWindowTitle("Export for fabrication")
        self._picture, self._face, self._model, self._title = picture, face, model, title
        self._folder, self._weights = folder or Path.home(), weights
        self.landmarks: Landmarks | None = None
        self._pointed = False
        self._busy = self._ready = False  # ready: it is known what to write
        self._stem = title
        self._has_background = True
        self.preview = LivePreview(picture)
        self.view = MeasuredView()
        self.view.show_picture(to_qimage(picture))
        self.form = ExportForm(face is not None)
        self._make_widgets()
        self._lay_out()
        self.desk = Desk(lambda: Fabricator(picture), self)
        self._job: Job | None = None  # that writes
        self.view.clicked.connect(self._point)
        self.form.changed.connect(self._show)
        self.preview.warned.connect(self._warn)
        self.again_button.clicked.connect(self._point_again)
        for kind, button in self.buttons.items():
            button.clicked.connect(lambda _=False, kind=kind: self.ask(kind))
        self.hand_button.clicked.connect(self.hand_over)
        self.stop_button.clicked.connect(lambda: self._job and self._job.stop())
        self.box.rejected.connect(self.reject)
        self.finished.connect(self.desk.leave)
        self.finished.connect(self.preview.desk.leave)
        self.desk.ask(lambda fabricator, _: fabricator.look(), self._take_eyes, self)
        self._show()

    def ask(self, kind: str) -> None:
        """Asks for the file's name, then writes it."""
        title, ending, kinds = KINDS[kind]
        start = str(self._folder / f"{self._stem}{ending}")
        name, _ = QFileDialog.getSaveFileName(self, title, start, kinds)
        if not name:
            return
        path = Path(name)
        if path.suffix.lower() != ending:
            path = path.with_name(path.name + ending)
            if path.exists():
                self._fail(f"{path.name} exists already: choose another name")
                return
        self.save(kind, path)

    def hand_over(self) -> None:
        """Everything of the face in one package, as the form says."""
        from facedesigner.export.layout import Layout

        layout = Layout(self.form.paper.currentText())
        wish = Wish(
            *(self.form.options, layout, self._stem, self._face if self.form.recipe.isChecked() else None, self._model),
            *(self.landmarks if self._pointed else None, self._weights),
        )
        dialog = HandoverDialog(self._picture, wish, self._folder, self, "As in the export")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.said.connect(self.said)
        dialog.open()

    def save(self, kind: str, path: Path) -> None:
        """Writes `path`; the user agreed to replace it."""
        if self.landmarks is None or self._busy:
            return
        self._folder = path.parent
        face = self._face if self.form.recipe.isChecked() else None
        pointed = self.landmarks if self._pointed else None
        order = Order(
            *(kind, path, self.form.options, self._stem, self.form.paper.currentText()),
            *(face, self._model, pointed),
        )
        self._busy = True
        self._show_busy()
        self._show_progress(0.0, "Starting")
        self._job = self.desk.ask(
            lambda fabricator, job: fabricator.write(order, job),
            self._end,
            self,
            report=lambda news: self._show_progress(*news),
        )

    def shut_down(self) -> None:
        """Gives up what is being made, and waits until it has ended."""
        self.desk.close()
        self.preview.desk.close()

    # -- building

    def _make_widgets(self) -> None:
        self.extent = QLabel()
        self.extent.setProperty("role", "heading")
        self.extent.setWordWrap(True)
        self.message = MessageLabel(LOOKING)
        self.message.setProperty("role", "hint")
        self.message.setMinimumHeight(3 * self.fontMetrics().lineSpacing())
        self.warning = MessageLabel()
        self.warning.setProperty("role", "warning")
        self.warning.hide()
        self.tabs = QTabWidget()
        self.tabs.addTab(self.view, "Measures")
        self.tabs.addTab(self.preview, "Preview")
        self.tabs.setTabToolTip(0, "The whole picture, with what is measured and what is exported of it")
        self.tabs.setTabToolTip(1, "What the exported picture looks like")
        self.hint = QLabel(LOOKING)
        self.hint.setProperty("role", "hint")
        self.hint.setWordWrap(True)
        self.again_button = QPushButton("Point at the e&yes")
        self.again_button.setToolTip("Click the two pupils yourself, where they were found wrong")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.buttons = {
            PNG: QPushButton("&Save PNG…"),
            SHEET: QPushButton("Save shee&t…"),
        }
        self.buttons[PNG].setToolTip("The picture in its real size")
        self.buttons[SHEET].setToolTip("A PDF to print, with measures and crop marks")
        self.hand_button = QPushButton("&Hand over…")
        self.hand_button.setToolTip("Everything of the face in one package: see it, then save it")
        theme.set_icon(self.buttons[PNG], "save")
        theme.set_icon(self.hand_button, "export")
        self.stop_button = QPushButton("St&op")
        theme.set_icon(self.stop_button, "stop")
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close = self.box.button(QDialogButtonBox.StandardButton.Close)
        for button in (*self.buttons.values(), self.hand_button, self.again_button, self.stop_button, close):
            button.setAutoDefault(False)  # Enter belongs to the number boxes

    def _lay_out(self) -> None:
        under = QHBoxLayout()
        under.addWidget(self.hint, 1)
        under.addWidget(self.again_button)
        left = QVBoxLayout()
        left.addWidget(self.tabs, 1)
        left.addLayout(under)
        files = QHBoxLayout()
        for button in self.buttons.values():
            files.addWidget(button, 1)
        files.addWidget(self.hand_button, 1)
        last = QHBoxLayout()
        last.addWidget(self.stop_button)
        last.addWidget(self.box, 1)
        right = QVBoxLayout()
        right.addWidget(self.form)
        right.addSpacing(8)
        right.addWidget(self.extent)
        right.addWidget(self.warning)
        right.addWidget(self.message)
        right.addStretch(1)
        right.addWidget(self.bar)
        right.addLayout(files)
        right.addLayout(last)
        side = QWidget()
        side.setLayout(right)
        right.setContentsMargins(0, 0, 0, 0)
        side.setFixedWidth(self.fontMetrics().averageCharWidth() * 56)
        layout = QHBoxLayout(self)
        layout.setSpacing(12)
        layout.addLayout(left, 1)
        layout.addWidget(side)
        self.resize(1000, 640)

    # -- the eyes

    def _take_eyes(self, landmarks: Landmarks | None, error: Exception | None) -> None:
        if landmarks is None:
            self._ask_for_eyes("" if error is None else str(error) or type(error).__name__)
            return
        self.landmarks = landmarks
        self.hint.setText(FOUND)
        self._show()

    def _ask_for_eyes(self, why: str) -> None:
        self.landmarks, self._pointed = None, True
        self.tabs.setCurrentWidget(self.view)
        self.view.points = []
        self.view.ask(True)
        self.hint.setText(f"{why}\n{ASK}" if why else ASK)
        self._show()

    def _point_again(self) -> None:
        self._ask_for_eyes("")
        self.hint.setText("Click the two pupils in the picture.")

    def _point(self, x: float, y: float) -> None:
        from facedesigner.engine.landmarks import EyesError, pointed_at

        self.view.points = [*self.view.points, (x, y)]
        if len(self.view.points) == 2:
            try:
                self.landmarks = pointed_at(*self.view.points)
            except EyesError as error:
                self._ask_for_eyes(f"{error}.")
                return
            self.view.ask(False)
            self.view.points = []
            self.hint.setText(FOUND)
        self._show()

    # -- showing

    def _show(self) -> None:
        """The size that comes out, or why none does."""
        from facedesigner.export.fabrication import pixels_of, planned
        from facedesigner.export.measure import measures
        from facedesigner.export.parts import stem_of

        marks, mirrored = self.landmarks, self.form.mirror.isChecked()
        self.form.allow_head(marks is None or marks.head is not None)
        ready = False
        if marks is None:
            self.view.show_measures(None, (), None, mirrored)
            self.extent.setText("")
            self._say(LOOKING if not self.view.asking else "The size is known once the eyes are.")
        else:
            try:
                options = self.form.options
                frame, scale = planned(self._picture, options, marks)
                width, height = pixels_of(frame, scale)
                dots = options.size.pixels_per_mm
                found = measures(marks, dots / scale)
                self._stem = stem_of(
                    self.form.pattern.text(), self._title, self._face, self._model, options, found, (width, height)
                )
                self.view.show_measures(marks, found, frame, mirrored)
                self.extent.setText(f"{width:,} × {height:,} pixels\n{width / dots:.1f} × {height / dots:.1f} mm")
                self._say(f"{self._paper(width / dots, height / dots)} Called {self._stem}.png.")
                ready = True
            except UserError as error:  # sizes, names, colours
                self.extent.setText("")
                self._say(sentence(str(error)), warn=True)
        self._ready = ready
        self._show_busy()
        self._ask_for_preview()

    def _ask_for_preview(self) -> None:
        has_background = self.form.background.currentIndex() == KEEP
        if self._has_background and not has_background and self.landmarks is not None:
            self.tabs.setCurrentWidget(self.preview)
        self._has_background = has_background
        if self.landmarks is None:
            self.preview.give_up("What comes out is shown once the eyes are known.")
        elif not self._ready:
            self.preview.give_up(self.message.text())
        else:
            self.preview.ask(self.form.options, self.landmarks)

    def _warn(self, sentences: str) -> None:
        self.warning.setText(sentences)
        self.warning.setVisible(bool(sentences))

    def _paper(self, width: float, height: float) -> str:
        from facedesigner.export.layout import fewer_pages, tiling

        paper = self.form.paper.currentText()
        plan = tiling(width, height, paper)
        if plan.count == 1:
            return f"Fits on one page {paper}."
        words = f"Takes {plan.count} pages {paper}, {plan.columns} across and {plan.rows} down."
        return f"{words} {fewer_pages(width, height, paper)}".rstrip()

    def _show_busy(self) -> None:
        for button in (*self.buttons.values(), self.hand_button):
            button.setEnabled(self._ready and not self._busy)
        self.again_button.setEnabled(not self._busy and not self.view.asking)
        self.form.setEnabled(not self._busy)
        self.stop_button.setVisible(self._busy)
        self.bar.setVisible(self._busy)

    def _show_progress(self, share: float, what: str) -> None:
        self.bar.setValue(round(1000 * share))
        self._say(f"{what}…")

    def _end(self, written: tuple[list[Path], tuple[str, ...]] | None, error: Exception | None) -> None:
        from facedesigner.export.fabrication import Stopped

        if written is not None:
            self._tell_written(*written)
        elif isinstance(error, Stopped):
            self._rest("Stopped; nothing was written.")
        else:
            self._fail(str(error) or type(error).__name__)

    def _tell_written(self, paths: list[Path], notes: tuple[str, ...]) -> None:
        what = paths[0].name if len(paths) == 1 else f"{len(paths)} files in {paths[0].parent}"
        seen = self.warning.text()
        self._rest(" ".join([f"Wrote {what}.", *(note for note in notes if note not in seen)]))
        self.said.emit(f"Wrote {what}")

    def _fail(self, why: str) -> None:
        self._rest("Nothing was written.")
        if self.isVisible():
            show_error("The face was not exported", sentence(why), parent=self)

    def _rest(self, words: str) -> None:
        self._busy = False
        self._show_busy()
        self._say(words)

    def _say(self, words: str, warn: bool = False) -> None:
        self.message.setText(words)
        self.message.setProperty("role", "warning" if warn else "hint")
        self.message.style().polish(self.message)
