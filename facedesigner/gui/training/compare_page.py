"""ComparePage: which models to measure, and against which pictures."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from facedesigner.gui import theme
from facedesigner.gui.training.comparison import HINT, Comparison
from facedesigner.gui.training.measurer import Measurer
from facedesigner.gui.widgets.message_label import MessageLabel
from facedesigner.gui.widgets.path_row import add_row
from facedesigner.resources import resource

PATH_ROLE = Qt.ItemDataRole.UserRole
FEWEST, MOST, USUAL = 8, 50_000, 500
MOST_SHOWN = 32
HEADER = 1_000_000  # bytes of a header, at most


class ComparePage(QWidget):
    """`result` is the widget that shows what was measured; it belongs beside this page."""

    def __init__(self, models: Path, folder: Path) -> None:
        """`models`: where exported weights are; `folder`: where figures go, which may be lost."""
        super().__init__()
        self._models, self._folder = models, folder
        self._asked_to_stop = False
        self.result = Comparison()
        self.measurer = Measurer(self)
        self.list = QListWidget()
        self.list.setAccessibleName("Models to measure")
        self.data = QLineEdit()
        self.data.setPlaceholderText("Folder or zip of real pictures")
        self.data.setToolTip("One half of them is measured against the other for the floor")
        choose = QPushButton("&Folder…")
        theme.set_icon(choose, "folder")
        choose.clicked.connect(self._ask_folder)
        self.count = QSpinBox()
        self.count.setRange(FEWEST, MOST)
        self.count.setValue(USUAL)
        self.count.setSuffix(" pictures")
        self.count.setToolTip("On each side. Distances fall with it: compare only numbers of the same count")
        self.nearest = QSpinBox()
        self.nearest.setRange(0, MOST_SHOWN)
        self.nearest.setSpecialValueText("none")
        self.nearest.setSuffix(" faces")
        self.nearest.setToolTip(
            "Shown beside the real pictures most like them; all real pictures are looked at, slowly"
        )
        self.hint = MessageLabel()
        self.hint.setProperty("role", "hint")
        self.start_button, self.stop_button = QPushButton("&Measure"), QPushButton("&Stop")
        theme.set_icon(self.start_button, "play")
        theme.set_icon(self.stop_button, "stop")
        form = QFormLayout()
        add_row(form, "&Real pictures", self.data, choose)
        form.addRow("&Count", self.count)
        form.addRow("&Nearest", self.nearest)
        layout = QVBoxLayout(self)
        layout.addWidget(self.list, 1)
        layout.addLayout(form)
        layout.addWidget(self.hint)
        layout.addWidget(self.start_button)
        layout.addWidget(self.stop_button)
        self.list.itemChanged.connect(self._show_problem)
        self.data.textChanged.connect(self._show_problem)
        self.start_button.clicked.connect(self.start)
        self.stop_button.clicked.connect(self.stop)
        self.measurer.changed.connect(self._show_problem)
        self.measurer.said.connect(self.result.say)
        self.measurer.measured.connect(lambda found: self.result.show_result(found, self.figure))
        self.measurer.failed.connect(self.result.say)
        self.offer([])

    @property
    def figure(self) -> Path:
        return self._folder / "figure.png"

    @property
    def chosen(self) -> list[Path]:
        items = (self.list.item(row) for row in range(self.list.count()))
        return [item.data(PATH_ROLE) for item in items if item.checkState() == Qt.CheckState.Checked]

    def offer(self, runs: list[Path]) -> None:
        """The runs that have a checkpoint, beside the weights that are there; what is ticked stays ticked."""
        ticked = self.chosen
        weights = [
            path
            for folder in (resource("weights"), self._models)
            for path in sorted(folder.glob("*.safetensors"))
            if is_generator(path)
        ]
        self.list.blockSignals(True)
        self.list.clear()
        for path in [*weights, *runs]:
            item = QListWidgetItem(f"{'run ' if path in runs else ''}{path.name if path in runs else path.stem}")
            item.setData(PATH_ROLE, path)
            item.setToolTip(str(path))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if path in ticked else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.blockSignals(False)
        self._show_problem()

    def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for sheet in self._folder.glob("*-nearest.png"):
            sheet.unlink()
        self.result.say("Starting…")
        self.measurer.compare(
            self.chosen, self.data.text().strip(), self.count.value(), self.figure, self.nearest.value()
        )

    def stop(self) -> None:
        self.measurer.close()
        self.result.say(HINT)

    @property
    def problem(self) -> str:
        """Why nothing can be measured now; "" if it can."""
        if not self.chosen:
            return "Tick one model or more."
        path = self.data.text().strip()
        if not path:
            return "Choose real pictures to measure against."
        return "" if Path(path).exists() else f"{path} does not exist."

    def _show_problem(self) -> None:
        busy, problem = self.measurer.busy, self.problem
        self.hint.setText(problem)
        self.hint.setVisible(bool(problem) and not busy)
        self.start_button.setVisible(not busy)
        self.start_button.setEnabled(not problem)
        self.stop_button.setVisible(busy)

    def _ask_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Real pictures", self.data.text())
        if folder:
            self.data.setText(folder)


COMPANION = ".training.safetensors"  # what training goes on from


def is_generator(path: Path) -> bool:
    """Whether a weights file holds a generator, and not what belongs to one: its header tells, without torch."""
    if path.name.endswith(COMPANION):
        return False
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            return "variant" in json.loads(file.read(min(length, HEADER))).get("__metadata__", {})
    except (OSError, ValueError, struct.error):
        return False
