"""BatchForm: what faces are wanted, how many, how different, and where they go."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from random import randrange

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from facedesigner.contract.request import ModelInfo
from facedesigner.gui.batch.constraint_row import ConstraintRow
from facedesigner.state.constraint import DISTANCE, MOST, PLAIN, WORDS, Wish, parse
from facedesigner.state.face import PSI_DEFAULT, PSI_MAX
from training.errors import UserError
from training.texts import sentence

FIRST = ("age", "glasses", "gender")  # of the attributes
JOURNAL = "batch.jsonl"  # of a batch, see `export.batch_folder`, which imports numpy
MOST_HEADER = 10_000  # characters of its first line


class BatchForm(QWidget):
    """`wish` is what it says; `problem` why it makes no sense, "" if it does."""

    changed = Signal()

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._attributes: dict[str, str] = {name: name.capitalize() for name in FIRST}
        self.rows: list[ConstraintRow] = []
        self.count, self.seed, self.patience = QSpinBox(), QSpinBox(), QSpinBox()
        for box, least, most, start, about in (
            (self.count, 1, MOST, 50, "How many faces; a batch that is there goes on up to this"),
            (self.seed, 0, 2**31 - 1, randrange(2**31), "Another seed gives other faces; the same one the same faces"),
            (self.patience, 1, 1_000_000, 300, "How many faces may be refused in a row before it gives up"),
        ):
            box.setRange(least, most)
            box.setValue(start)
            box.setToolTip(about)
            box.valueChanged.connect(lambda: self.changed.emit())
        self.patience.setSuffix(" refused in a row")
        self.distance, self.psi = QDoubleSpinBox(), QDoubleSpinBox()
        for decimal, high, begin, about in (
            (self.distance, 1.5, DISTANCE, "Least distance of embeddings, to each other and to the training data"),
            (
                self.psi,
                PSI_MAX,
                PSI_DEFAULT,
                "How far faces may be from the average one (truncation psi): more is more varied, and riskier",
            ),
        ):
            decimal.setRange(0.0, high)
            decimal.setSingleStep(0.05)
            decimal.setValue(begin)
            decimal.setToolTip(about)
            decimal.valueChanged.connect(lambda: self.changed.emit())
        self.folder = QLineEdit(str(unused(folder)))
        self.folder.setToolTip("A folder of its own for the pictures, the table and the contact sheet")
        self.folder.textChanged.connect(self._take_seed)
        self.folder.textChanged.connect(lambda: self.changed.emit())
        self.folder_button = QPushButton("…")
        self.folder_button.setToolTip("Choose a folder")
        self.folder_button.setAccessibleName("Choose a folder")
        self.folder_button.clicked.connect(self._ask_folder)
        self.add_button = QPushButton("&Add a wish")
        self.add_button.setToolTip("Another attribute that the faces must have")
        self.add_button.clicked.connect(lambda: self.add_row())
        self._lay_out()
        self.add_row("age")

    @property
    def wish(self) -> Wish:
        """ConstraintError or UserError when it makes no sense."""
        constraints = tuple(parse(row.text) for row in self.rows if row.text)
        twice = {one.name for one in constraints if [c.name for c in constraints].count(one.name) > 1}
        if twice:
            raise UserError(f"{min(twice)} is asked for twice: remove one")
        return Wish(
            self.count.value(),
            constraints,
            round(self.distance.value(), 3),
            self.seed.value(),
            round(self.psi.value(), 3),
            self.patience.value(),
        )

    @property
    def problem(self) -> str:
        if not self.folder.text().strip():
            return "Choose a folder for the faces."
        try:
            self.wish  # noqa: B018 it raises
        except UserError as error:
            return sentence(str(error))
        return ""

    def _take_seed(self) -> None:
        """A batch that is there goes on with its own seed."""
        try:
            with (self.path / JOURNAL).open(encoding="utf-8") as journal:
                self.seed.setValue(int(json.loads(journal.readline(MOST_HEADER))["seed"]))
        except (OSError, ValueError, KeyError, TypeError, OverflowError):
            return  # no batch, or one that cannot be gone on with: said when it is begun

    @property
    def path(self) -> Path:
        return Path(self.folder.text().strip()).expanduser().absolute()

    def set_model(self, info: ModelInfo) -> None:
        """Offers what is measured on the model's faces."""
        labels = {control.name: control.label for control in info.controls}
        known = dict.fromkeys((*FIRST, *sorted(info.measures)))
        wanted = {name: labels.get(name, name.replace("_", " ").capitalize()) for name in known}
        if wanted == self._attributes:
            return
        self._attributes = wanted
        names = [row.name for row in self.rows if row.name in PLAIN or row.name in WORDS] or ["age"]
        for row in list(self.rows):
            self._remove(row)
        for name in names:
            self.add_row(name)

    def add_row(self, name: str = "") -> None:
        used = {row.name for row in self.rows}
        free = next((key for key in self._attributes if key not in used), next(iter(self._attributes)))
        row = ConstraintRow(self._attributes, name or free)
        row.changed.connect(self.changed)
        row.removed.connect(lambda: self._remove(row))
        self.rows.append(row)
        self._column.addWidget(row)
        self.changed.emit()

    def _remove(self, row: ConstraintRow) -> None:
        self.rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()
        self.changed.emit()

    def _ask_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder for the faces", self.folder.text())
        if folder:
            self.folder.setText(folder)

    def _lay_out(self) -> None:
        heading = QLabel("The faces must have")
        heading.setProperty("role", "heading")
        self._column = QVBoxLayout()
        form = QFormLayout()
        form.addRow("&Number of faces", self.count)
        form.addRow("Least &distance", self.distance)
        form.addRow("&Variety", self.psi)
        form.addRow("S&eed", self.seed)
        form.addRow("Give &up after", self.patience)
        where = QHBoxLayout()
        where.addWidget(self.folder, 1)
        where.addWidget(self.folder_button)
        label = QLabel("&Folder")
        label.setBuddy(self.folder)
        form.addRow(label, where)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(heading)
        layout.addLayout(self._column)
        layout.addWidget(self.add_button)
        layout.addSpacing(10)
        layout.addLayout(form)


def unused(folder: Path) -> Path:
    """The folder, or one with a number behind its name, in which nothing is yet."""
    names = (folder if number == 1 else folder.with_name(f"{folder.name}-{number}") for number in count(1))
    return next(path for path in names if not path.exists() or (path.is_dir() and not any(path.iterdir())))
