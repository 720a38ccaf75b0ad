"""ExportForm: how large, how fine, with which background, and what the files are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QColorDialog,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QWidget,
)

from facedesigner.state.filenames import PATTERN, known

if TYPE_CHECKING:
    from facedesigner.export.fabrication import Options

KEEP, CUT, COLOUR = range(3)
PAPERS = ("A4", "A3", "Letter")
METHODS = (("Best that is here", None), ("Bicubic", "bicubic"), ("SRResNet", "resnet"), ("SRGAN", "gan"))


class ExportForm(QWidget):
    """Emits `changed` with each change; `options` is what it says."""

    changed = Signal()

    def __init__(self, has_recipe: bool) -> None:
        super().__init__()
        self.by_pupil, self.by_head = QRadioButton("&Pupil distance"), QRadioButton("&Head height")
        self.by_pupil.setChecked(True)
        sizes = QButtonGroup(self)
        self.pupil, self.head = QDoubleSpinBox(), QDoubleSpinBox()
        for choice, box, most, start, about in (
            (self.by_pupil, self.pupil, (5.0, 500.0), 63.0, "Between the pupils; 63 mm is the adults' mean"),
            (self.by_head, self.head, (20.0, 2000.0), 220.0, "From the chin to the crown, estimated from the eyes"),
        ):
            sizes.addButton(choice)
            box.setRange(*most)
            box.setDecimals(1)
            box.setSuffix(" mm")
            box.setValue(start)
            box.setToolTip(about)
            choice.setToolTip(about)
            box.setAccessibleName(choice.text().replace("&", ""))
        self.head.setEnabled(False)
        self.dpi = QSpinBox()
        self.dpi.setRange(30, 2400)
        self.dpi.setValue(300)
        self.dpi.setSuffix(" dpi")
        self.dpi.setToolTip("Dots an inch; 300 is usual in print")
        self.background = QComboBox()
        self.background.addItems(["Keep", "Cut out", "Colour…"])
        self.background.setToolTip("Cut out makes it transparent, with a clean edge of hair")
        self.colour_button = QPushButton()
        self.colour_button.setToolTip("The colour behind the face")
        self.colour_button.setAccessibleName("Background colour")
        self.colour = "#ffffff"
        self.method = QComboBox()
        self.method.addItems([label for label, _ in METHODS])
        self.method.setToolTip("How the face is enlarged when it has too few pixels")
        self.straighten, self.mirror = QCheckBox("Strai&ghten and centre"), QCheckBox("&Mirror")
        self.straighten.setChecked(True)
        self.straighten.setToolTip("Eyes level, the middle between them in the centre")
        self.mirror.setToolTip("For transfers and for moulds")
        self.deep, self.recipe = QCheckBox("&16 bits a channel"), QCheckBox("With re&cipe")
        self.deep.setToolTip("Finer shades, a file some four times as large")
        self.recipe.setChecked(has_recipe)
        self.recipe.setEnabled(has_recipe)
        self.recipe.setToolTip("The file says how the face was made and that it is generated")
        self.paper = QComboBox()
        self.paper.addItems(PAPERS)
        self.paper.setToolTip("The paper of the sheet; what is larger goes on several pages")
        self.pattern = QLineEdit(PATTERN)
        self.pattern.setToolTip(f"Fields: {known()}")
        self._lay_out()
        self._connect()
        self._paint_colour()

    @property
    def options(self) -> Options:
        """SizeError when it makes no sense."""
        from facedesigner.export import fabrication
        from facedesigner.export.measure import Size

        by_head = self.by_head.isChecked()
        size = Size(None if by_head else self.pupil.value(), self.head.value() if by_head else None, self.dpi.value())
        background = (fabrication.KEEP, fabrication.CUT, self.colour)[self.background.currentIndex()]
        return fabrication.Options(
            size,
            background,
            self.straighten.isChecked(),
            self.mirror.isChecked(),
            16 if self.deep.isChecked() else 8,
            METHODS[self.method.currentIndex()][1],
        )

    def allow_head(self, allowed: bool) -> None:
        """The head's height is not known where only the eyes are."""
        self.by_head.setEnabled(allowed)
        if not allowed:
            self.by_pupil.setChecked(True)

    def ask_colour(self) -> None:
        colour = QColorDialog.getColor(QColor(self.colour), self, "Background colour")
        if colour.isValid():
            self.colour = colour.name()
            self._paint_colour()
            self.changed.emit()

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(self.by_pupil, self.pupil)
        form.addRow(self.by_head, self.head)
        form.addRow("&Resolution", self.dpi)
        form.addRow("&Enlarged by", self.method)
        behind = QHBoxLayout()
        behind.addWidget(self.background, 1)
        behind.addWidget(self.colour_button)
        form.addRow("&Background", behind)
        for one, other in ((self.straighten, self.mirror), (self.deep, self.recipe)):
            row = QHBoxLayout()
            row.addWidget(one, 1)
            row.addWidget(other, 1)
            form.addRow(row)
        form.addRow("Sheet &format", self.paper)
        form.addRow("File &name", self.pattern)
        label = form.labelForField(behind)
        if hasattr(label, "setBuddy"):
            label.setBuddy(self.background)

    def _connect(self) -> None:
        self.by_head.toggled.connect(self.head.setEnabled)
        self.by_pupil.toggled.connect(self.pupil.setEnabled)
        self.by_pupil.toggled.connect(lambda: self.changed.emit())
        for box in (self.pupil, self.head, self.dpi):
            box.valueChanged.connect(lambda: self.changed.emit())
        for choice in (self.background, self.method, self.paper):
            choice.currentIndexChanged.connect(lambda: self.changed.emit())
        self.background.currentIndexChanged.connect(lambda index: self.colour_button.setVisible(index == COLOUR))
        for check in (self.straighten, self.mirror, self.deep, self.recipe):
            check.toggled.connect(lambda: self.changed.emit())
        self.pattern.textChanged.connect(lambda: self.changed.emit())
        self.colour_button.clicked.connect(self.ask_colour)
        self.colour_button.hide()

    def _paint_colour(self) -> None:
        self.colour_button.setText(self.colour)
        light = QColor(self.colour).lightnessF() > 0.5
        text = "#000000" if light else "#ffffff"
        self.colour_button.setStyleSheet(
            f"background-color: {self.colour}; color: {text}; padding: 2px 8px; border: 1px solid gray;"
        )
