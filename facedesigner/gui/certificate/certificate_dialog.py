"""CertificateDialog: is the current face unlike all that its model was trained on? With a certificate of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from facedesigner.gui import theme
from facedesigner.gui.certificate import jobs
from facedesigner.gui.certificate.calibration_plot import CalibrationPlot
from facedesigner.gui.certificate.certificate_desk import CertificateDesk
from facedesigner.gui.certificate.neighbour_list import NeighbourList
from facedesigner.gui.certificate.verdict_panel import VerdictPanel
from facedesigner.gui.session import Session
from facedesigner.gui.widgets.message_label import MessageLabel
from facedesigner.gui.widgets.pixels import to_qimage
from facedesigner.gui.widgets.value_slider import ValueSlider
from facedesigner.gui.work.desk import Job
from facedesigner.state.uniqueness import Pushed, percent
from training.texts import sentence

REST = 300  # milliseconds without another change of the face until it is compared
LEAST, MOST = 0.05, 0.8  # of the threshold
LOOKING, COMPARING, PUSHING, WRITING = "Looking for faces in {} photos", "Comparing", "Moving the face away", "Writing"
NOTE = (
    "By dlib's face recognition network, calibrated on copies of training faces. Machine-made faces lie nearer to one "
    "another than real people, for whom 0.6 is the usual threshold."
)


class CertificateDialog(QDialog):
    """Follows the current face while it is open. `use_face` offers the face that was pushed away."""

    said = Signal(str)
    use_face = Signal(object)  # FaceState

    def __init__(self, session: Session, desk: CertificateDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Uniqueness certificate")
        self._session, self._desk = session, desk
        self._job: Job | None = None
        self._folders: tuple[Path, ...] = ()
        self._save_folder = Path.home()
        self.checked: jobs.Checked | None = None
        self._make_widgets()
        self._lay_out()
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self.check)
        self.threshold.previewed.connect(self._show_verdict)
        self.folder_button.clicked.connect(self.ask_folder)
        self.forget_button.clicked.connect(lambda: self.compare_with(()))
        self.training_button.clicked.connect(self.ask_training_data)
        self.push_button.clicked.connect(self.push_away)
        self.save_button.clicked.connect(self.ask_save)
        self.cancel_button.clicked.connect(self.cancel)
        self.box.rejected.connect(self.reject)
        self.finished.connect(self.shut_down)
        session.changed.connect(self._stir)
        session.model_changed.connect(self._stir)
        self.check()

    def check(self) -> None:
        """Compares the current face; what was under way is given up."""
        info, face = self._session.info, self._session.face
        if info is None:
            self._say("No model is loaded yet: load one to have its faces compared.")
            return
        work = jobs.check(info.path, face, self._session.gallery, self._folders, self._desk.training_data)
        self._begin(COMPARING, work, self._take_checked)

    def push_away(self) -> None:
        """Has the face moved away from the nearest one; it then comes out as `use_face`."""
        info = self._session.info
        if self.checked is not None and info is not None:
            face, gallery = self.checked.face, self._session.gallery
            work = jobs.push(info.path, face, self.threshold.value, gallery, self._folders)
            self._begin(PUSHING, work, self._take_pushed)

    def save(self, pdf: Path, overwrite: bool) -> None:
        """Writes the certificate, its JSON and the face's PNG."""
        if self.checked is not None:
            self._save_folder = pdf.parent
            self._begin(
                WRITING, jobs.save(self.checked, self.threshold.value, pdf, overwrite), self._take_saved, keep=True
            )

    def compare_with(self, folders: tuple[Path, ...]) -> None:
        self._folders = folders
        names = ", ".join(folder.name for folder in folders)
        self.folders.setText(f"Compared with the training data, your gallery and {names or 'no photos'}.")
        self.forget_button.setEnabled(bool(folders))
        self.check()

    def show_training_faces(self, folder: Path) -> None:
        """From the folder of the training data, as long as the window is open."""
        self._desk.training_data = folder
        self.check()

    def cancel(self) -> None:
        """Ends what is under way; what was found before stays."""
        if self._job is not None:
            self._job.cancel()
        self._end_job()
        self._say("Cancelled. Change the face or the folder to compare again.")

    def shut_down(self) -> None:
        """The desk is the window's, so it goes on."""
        self._rest.stop()
        self._end_job()

    def ask_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Photos to compare with")
        if folder:
            self.compare_with((*self._folders, *({Path(folder)} - set(self._folders))))

    def ask_training_data(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Pictures that the model was trained on")
        if folder:
            self.show_training_faces(Path(folder))

    def ask_save(self) -> None:
        if self.checked is None:
            return
        start = self._save_folder / f"{self.checked.face.stem}-certificate.pdf"
        name, _ = QFileDialog.getSaveFileName(self, "Save certificate", str(start), "Certificate (*.pdf)")
        if name:
            pdf = Path(name).with_suffix(".pdf")
            self.save(pdf, overwrite=Path(name).exists())  # the file dialog has asked

    # -- building

    def _make_widgets(self) -> None:
        lines = self.fontMetrics().lineSpacing()
        self.panel = VerdictPanel(COMPARING)
        self.neighbours = NeighbourList()
        self.plot = CalibrationPlot()
        self.threshold = ValueSlider(LEAST, MOST, 0.3)
        self.threshold.set_names(
            "Threshold", "Distance under which a face counts as too close; double-click: suggested"
        )
        self.rates = QLabel()
        self.rates.setWordWrap(True)
        self.rates.setMinimumHeight(2 * lines)
        self.training_words = QLabel()
        self.training_words.setProperty("role", "hint")
        self.training_words.setWordWrap(True)
        self.training_words.setMinimumHeight(2 * lines)
        self.training_button = QPushButton("Training &faces…")
        self.training_button.setToolTip("To see the nearest: choose the folder of what the model was trained on")
        theme.set_icon(self.training_button, "folder")
        self.folders = QLabel("Compared with the training data, your gallery and no photos.")
        self.folders.setProperty("role", "hint")
        self.folder_button = QPushButton("Add &photos…")
        self.folder_button.setToolTip("Compare with all faces in a folder of photos as well; the photos are only read")
        theme.set_icon(self.folder_button, "folder")
        self.forget_button = QPushButton("&No photos")
        self.forget_button.setToolTip("Compare with the training data and the gallery alone")
        self.forget_button.setEnabled(False)
        self.push_button = QPushButton("Push &away")
        self.push_button.setToolTip("Move the face away from the nearest one; its named attributes stay")
        theme.set_icon(self.push_button, "push")
        self.save_button = QPushButton("&Save certificate…")
        self.save_button.setToolTip("A page of PDF, the same facts as JSON, signed with your key, and the face as PNG")
        theme.set_icon(self.save_button, "certificate")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setMaximumWidth(lines * 10)
        self.cancel_button = QPushButton("&Cancel")
        theme.set_icon(self.cancel_button, "cancel")
        self.message = MessageLabel()
        self.message.setProperty("role", "hint")
        self.message.setMinimumHeight(2 * lines)
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons = (self.folder_button, self.forget_button, self.training_button, self.push_button, self.save_button)
        for button in (*buttons, self.cancel_button):
            button.setAutoDefault(False)

    def _lay_out(self) -> None:
        middle = QGridLayout()
        for column, (title, widget) in enumerate((("Nearest faces", self.neighbours), ("Calibration", self.plot))):
            label = QLabel(title)
            label.setProperty("role", "heading")
            middle.addWidget(label, 0, column)
            middle.addWidget(widget, 1, column, Qt.AlignmentFlag.AlignTop if column == 0 else Qt.AlignmentFlag(0))
        middle.setColumnStretch(0, 3)
        middle.setColumnStretch(1, 2)
        middle.setRowStretch(1, 1)
        trained = QHBoxLayout()
        trained.addWidget(self.training_words, 1)
        trained.addWidget(self.training_button)
        middle.setHorizontalSpacing(18)
        label = QLabel("&Threshold")
        label.setBuddy(self.threshold.slider)
        threshold = QHBoxLayout()
        threshold.addWidget(label)
        threshold.addWidget(self.threshold, 1)
        photos = QHBoxLayout()
        photos.addWidget(self.folders, 1)
        photos.addWidget(self.folder_button)
        photos.addWidget(self.forget_button)
        work = QHBoxLayout()
        work.addWidget(self.message, 1)
        work.addWidget(self.bar)
        work.addWidget(self.cancel_button)
        buttons = QHBoxLayout()
        buttons.addWidget(self.push_button)
        buttons.addWidget(self.save_button)
        buttons.addWidget(self.box, 1)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addWidget(self.panel)
        layout.addLayout(middle, 1)
        layout.addLayout(trained)
        layout.addLayout(threshold)
        layout.addWidget(self.rates)
        layout.addLayout(photos)
        layout.addLayout(work)
        layout.addLayout(buttons)
        self.setMinimumHeight(self.sizeHint().height() + self.fontMetrics().lineSpacing())
        self.resize(self.fontMetrics().averageCharWidth() * 130, self.minimumHeight())

    # -- work

    def _begin(
        self, what: str, work: Callable[..., object], then: Callable[[object], None], *, keep: bool = False
    ) -> None:
        self._end_job()
        self._say(what)

        def take(value: object, error: Exception | None) -> None:
            if self._job is job:
                self._job = None
            self._show_state()
            if error is not None:
                self._say(str(error) or type(error).__name__, warn=True)
                if self.checked is None:
                    self.panel.heading.setText("Not compared")
            elif value is not None:
                then(value)

        job = self._job = self._desk.ask(work, take, self, keep=keep, report=self._take_report)
        self.bar.setRange(0, 0)
        self._show_state()

    def _end_job(self) -> None:
        """A certificate is still written."""
        if self._job is not None and not self._job.keep:
            self._job.cancel()
        self._job = None
        self._show_state()

    def _take_report(self, value: object) -> None:
        """(done, total) photos, or the share that is done."""
        if isinstance(value, tuple):
            done, total = value
            self._say(LOOKING.format(f"{total:,}"))
        else:
            assert isinstance(value, float)
            done, total = round(value * 100), 100
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def _take_checked(self, checked: object) -> None:
        assert isinstance(checked, jobs.Checked)
        first = self.checked is None or self.checked.finding.calibration != checked.finding.calibration
        self.checked = checked
        finding = checked.finding
        if first:
            self.threshold.default = finding.calibration.threshold
            self.threshold.set_value(finding.calibration.threshold)
        self.panel.show_picture(checked.picture)
        pictures = {name: to_qimage(picture) for name, picture in (checked.trained | checked.pictures).items()}
        self.neighbours.show_neighbours(finding.neighbours, pictures)
        choose = " Choose its folder to see them." if self._desk.training_data is None else ""
        self.training_words.setText(checked.training_words + choose)
        self.plot.show_calibration(finding.calibration, [near.distance for near in finding.neighbours])
        self._say(" ".join((*map(sentence, checked.notes), NOTE)))
        self._show_verdict()
        self._show_state()

    def _take_pushed(self, pushed: object) -> None:
        assert isinstance(pushed, Pushed)
        self.said.emit(pushed.words)
        self._say(pushed.words)
        if pushed.after > pushed.before:
            self.use_face.emit(pushed.face)

    def _take_saved(self, sentence: object) -> None:
        self._say(str(sentence))
        self.said.emit(str(sentence))

    # -- showing

    def _show_verdict(self, *_: object) -> None:
        threshold = self.threshold.value
        self.neighbours.set_threshold(threshold)
        self.plot.set_threshold(threshold)
        if self.checked is None:
            return
        finding = self.checked.finding
        self.panel.show_verdict(finding, threshold)
        flagged, found = finding.calibration.flagged(threshold), finding.calibration.found(threshold)
        self.rates.setText(
            f"This threshold flags {flagged} of faces that were not trained on, and finds {percent(found.share)} of "
            f"{found.total:,} copies of training faces. Suggested: {finding.calibration.threshold:.2f}."
        )

    def _show_state(self) -> None:
        busy = self._job is not None
        self.bar.setVisible(busy)
        self.cancel_button.setVisible(busy)
        for button in (self.push_button, self.save_button):
            button.setEnabled(not busy and self.checked is not None)

    def _say(self, message: str, *, warn: bool = False) -> None:
        self.message.setText(message)
        self.message.setProperty("role", "warning" if warn else "hint")
        self.message.style().polish(self.message)

    def _stir(self, *_: object) -> None:
        """The face has changed: compared once the hand rests."""
        if self.isVisible():
            self._rest.start()
