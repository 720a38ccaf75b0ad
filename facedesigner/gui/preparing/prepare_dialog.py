"""PrepareDialog: everything that belongs to a model, made in the background."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QColor, QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from facedesigner.gui import theme
from facedesigner.gui.preparing.preparer import Preparer, unfinished
from facedesigner.gui.widgets.errors import show_error
from facedesigner.gui.widgets.message_label import MessageLabel
from facedesigner.gui.widgets.path_row import add_row, file_button, folder_button
from training.preparing.plan import STAGES, STATES, Wish

WHAT = (
    "Measures thousands of the model's faces and finds sliders for smile, hair, nose and more, an age slider in years, "
    "and trains what opens photos and drawings with it. It may be stopped at any time, and goes on where it was."
)
PICTURES = "Without pictures of faces, what needs them is left out: glasses, and certificates of uniqueness."
SETTLED = ("done", "kept", "left out", "failed")


class PrepareDialog(QDialog):
    """A view of the window's `Preparer`, which goes on when this is closed."""

    load = Signal(object)  # Path of the finished model

    def __init__(self, preparer: Preparer, models: Path, model: Path | None, parent: QWidget | None = None) -> None:
        """`models`: the folder that new ones are offered to go to; `model`: the one in use."""
        super().__init__(parent)
        self.setWindowTitle("Prepare model")
        self._preparer, self._models = preparer, models
        self._make_widgets()
        self._lay_out()
        wish = preparer.wish if preparer.busy else unfinished(models)
        if wish is not None:
            self._show_wish(wish)
        elif model is not None:
            self.generator.setText(str(model))
        self.generator.textChanged.connect(self._propose)
        self.folder.textChanged.connect(self._look)
        if wish is None:
            self._propose()
        self.start_button.clicked.connect(self.start)
        self.stop_button.clicked.connect(preparer.stop)
        self.report_button.clicked.connect(self._open_report)
        self.load_button.clicked.connect(self._load)
        self.box.rejected.connect(self.reject)
        preparer.changed.connect(self._show)
        preparer.said.connect(self.message.setText)
        preparer.ended.connect(self._end)
        self._look()

    def start(self) -> None:
        if (wish := self._read()) is not None:
            self.message.setText("Starting…")
            self._preparer.start(wish)

    def _read(self) -> Wish | None:
        """What the form asks for; None, and the message says why, while something lacks."""
        generator, folder, data = (edit.text().strip() for edit in (self.generator, self.folder, self.data))
        problem = ""
        if not Path(generator).is_file():
            problem = "Choose a model: a .safetensors file."
        elif not folder:
            problem = "Choose a folder for the prepared model."
        elif Path(folder).is_file():
            problem = f"{Path(folder).name} is a file: choose a folder."
        elif data and not Path(data).exists():
            problem = f"There is nothing at {data}: choose a folder or zip of pictures, or leave it empty."
        if problem:
            self.message.setText(problem)
            return None
        return Wish(Path(generator), Path(folder), Path(data) if data else None, self.minutes.value())

    # -- building

    def _make_widgets(self) -> None:
        self.what = MessageLabel(WHAT)
        self.generator, self.data, self.folder = QLineEdit(), QLineEdit(), QLineEdit()
        self.data.setPlaceholderText("Folder or zip of aligned faces; may stay empty")
        self.data.setToolTip(PICTURES)
        self.minutes = QSpinBox()
        self.minutes.setRange(0, 10_000)
        self.minutes.setSuffix(" min")
        self.minutes.setSpecialValueText("As long as it takes")
        self.minutes.setToolTip("What is trained and measured is cut to fit about this time")
        self.table = QTableWidget(len(STAGES), 3)
        self.table.setHorizontalHeaderLabels(["Stage", "State", "What is known"])
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.setWordWrap(True)
        self.table.setAccessibleName("Stages")
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.bar = QProgressBar()
        self.bar.setRange(0, len(STAGES))
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.message = MessageLabel(PICTURES)
        self.message.setProperty("role", "hint")
        self.left = MessageLabel()
        self.left.setProperty("role", "hint")
        self.start_button, self.stop_button = QPushButton("&Start"), QPushButton("S&top")
        self.report_button, self.load_button = QPushButton("&Report"), QPushButton("&Use this model")
        theme.set_icon(self.start_button, "play")
        theme.set_icon(self.stop_button, "stop")
        theme.set_icon(self.load_button, "model")
        self.report_button.setToolTip("What was made, with pictures, in the browser")
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.box.button(QDialogButtonBox.StandardButton.Close).setToolTip("It goes on in the background")
        for button in (self.start_button, self.stop_button, self.report_button, self.load_button):
            button.setAutoDefault(False)

    def _lay_out(self) -> None:
        form = QFormLayout()
        models = "Models (*.safetensors)"
        add_row(form, "&Model", self.generator, file_button(self.generator, "Model to prepare", models, self))
        add_row(form, "&Pictures", self.data, folder_button(self.data, "Pictures of aligned faces", self))
        add_row(form, "&Folder", self.folder, folder_button(self.folder, "Folder for the prepared model", self))
        form.addRow("T&ime", self.minutes)
        buttons = QHBoxLayout()
        for button in (self.start_button, self.stop_button, self.report_button, self.load_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.box)
        layout = QVBoxLayout(self)
        layout.addWidget(self.what)
        layout.addLayout(form)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.bar)
        layout.addWidget(self.left)
        layout.addWidget(self.message)
        layout.addLayout(buttons)
        self.resize(760, 640)

    # -- what is asked for

    def _propose(self) -> None:
        """A folder of its own for each model."""
        stem = Path(self.generator.text().strip()).stem
        self.folder.setText(str(self._models / f"{stem}-prepared") if stem else "")

    def _show_wish(self, wish: Wish) -> None:
        self.generator.setText(str(wish.generator))
        self.folder.setText(str(wish.folder))
        self.data.setText(str(wish.data or ""))
        self.minutes.setValue(round(wish.minutes))

    # -- showing

    def _look(self) -> None:
        if not self._preparer.busy:
            self._preparer.look_at(Path(self.folder.text().strip() or "."))
        self._show()

    def _show(self) -> None:
        busy, states = self._preparer.busy, self._preparer.states
        for row, stage in enumerate(STAGES):
            state, note = states.get(stage.name, ("waiting", ""))
            for column, words in enumerate((stage.title, STATES.get(state, state), note or stage.makes)):
                item = QTableWidgetItem(words)
                item.setToolTip(words)
                if column == 1 and state in ("failed", "left out"):
                    item.setForeground(QColor(theme.colours().warning))
                self.table.setItem(row, column, item)
        self.table.resizeRowsToContents()
        settled = [states.get(stage.name, ("", ""))[0] in SETTLED for stage in STAGES]
        self.bar.setValue(sum(settled))
        minutes = max(round(self._preparer.left / 60), 1)
        self.left.setText(f"About {minutes} minute{'s' * (minutes > 1)} left" if busy and self._preparer.left else "")
        for widget in (self.generator, self.data, self.folder, self.minutes, self.start_button):
            widget.setEnabled(not busy)
        self.start_button.setText("&Go on" if any(settled) else "&Start")
        self.stop_button.setEnabled(busy)
        self.report_button.setEnabled(self._report.is_file())
        self.load_button.setEnabled(not busy and self._finished is not None)

    @property
    def _report(self) -> Path:
        return Path(self.folder.text().strip()) / "report.html"

    @property
    def _finished(self) -> Path | None:
        """The model that was made, if it is there."""
        from training.preparing.ledger import Ledger

        entry = Ledger(Path(self.folder.text().strip())).entries.get("model")
        made = Path(self.folder.text().strip()) / entry.model if entry and entry.model else None
        return made if made is not None and made.is_file() else None

    def _open_report(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._report.absolute())))

    def _load(self) -> None:
        if (made := self._finished) is not None:
            self.load.emit(made)
            self.accept()

    def _end(self, reason: str) -> None:
        if reason:
            self.message.setText("It ended before all was done.")
            show_error("The model was not prepared", reason, parent=self)
        else:
            self.message.setText("Finished." if self._preparer.finished else "Stopped. What is done is kept.")
        self._show()
