"""ResultPanel: the photo that the drawing becomes, and what can be asked of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from facedesigner.contract.sketching import SketchResult
from facedesigner.gui.sketch.variants import VariantRow
from facedesigner.gui.widgets.face_view import FaceView
from facedesigner.gui.widgets.pixels import to_qimage
from facedesigner.gui.widgets.value_slider import Slider
from training.texts import sentence

EMPTY = (
    "Draw the outline of a face on the sheet, then eyes, nose and mouth. Here it becomes a photo while you draw.\n\n"
    "A few strokes with the colour brush tell the colours of skin, hair and background."
)
EMPTY_COLOURISE = (
    "Shade a portrait with the pencil, open a drawing, or lay a grey photo under the sheet. Here it gets its colours; "
    "a few strokes with the colour brush say which."
)
LOADING = "Loading the networks that make photos of drawings. It takes a few seconds, once."
PORTRAIT, COLOURISE = "A drawing of lines becomes a photo", "A grey photo or a shaded drawing gets its colours"
FOLLOW = 70  # per cent, at first
WIDTH = 300  # pixels, at least


class ResultPanel(QWidget):
    mode_changed = Signal(bool)  # True: colourise
    follow_changed = Signal(float)  # 0 to 1
    continued = Signal()  # "Continue in Design"
    export_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.result: SketchResult | None = None  # the last one with a picture, None when the sheet was cleared since
        self.portrait = self._mode("&Portrait", f"{PORTRAIT}, and a face for Design")
        self.colourise = self._mode("&Colourise", f"{COLOURISE}; its light and shade stay as they are")
        self.purpose = QLabel(PORTRAIT)
        self.purpose.setProperty("role", "hint")
        self.purpose.setWordWrap(True)
        self.portrait.setChecked(True)
        self.view = FaceView()
        self.view.setAccessibleName("Photo")
        self.words = QLabel()
        self.words.setProperty("role", "hint")
        self.words.setWordWrap(True)
        self.milliseconds = QLabel()
        self.milliseconds.setProperty("role", "hint")
        self.milliseconds.setToolTip("Time to make this picture; before the first one the networks are loaded")
        self.follow = Slider()
        self.follow.setRange(0, 100)
        self.follow.setValue(FOLLOW)
        self.follow.setAccessibleName("Believable face or follow the line")
        self.follow.setToolTip("Left: a believable face, whatever the drawing. Right: each line counts.")
        self.variants = VariantRow()
        self.use = QPushButton("Continue in &Design")
        self.use.setToolTip("Take this face to the Design tab: sliders, age and export work on it")
        self.save = QPushButton("Export &photo…")
        self.save.setToolTip("Save the photo as PNG")
        self._lay_out()
        self.follow.valueChanged.connect(lambda percent: self.follow_changed.emit(percent / 100))
        self.follow.double_clicked.connect(lambda: self.follow.setValue(FOLLOW))
        self.colourise.toggled.connect(self._change_mode)
        self.use.clicked.connect(self.continued)
        self.save.clicked.connect(self.export_wanted)
        self.clear()

    def clear(self) -> None:
        """Nothing is drawn."""
        self.result = None
        self.view.clear(EMPTY_COLOURISE if self.colourise.isChecked() else EMPTY)
        self.variants.clear()
        self.words.clear()
        self.milliseconds.clear()
        self._enable()

    def show_loading(self) -> None:
        """The networks are being loaded; a picture that is there stays."""
        if self.view.picture is None:
            self.view.clear(LOADING)

    def show_result(self, result: SketchResult) -> None:
        """A picture, or in its place, or below the last one, why there is none."""
        if result.image is None:
            reason = sentence(result.error or "")
            if self.view.picture is None:
                self.view.clear(reason)
            else:
                self.view.show_problem(reason)
            return
        self.result = result
        self.view.set_picture(to_qimage(result.image))
        self.words.setText(sentence(result.notice))
        self.milliseconds.setText(f"{result.milliseconds:.0f} ms")
        self._enable()

    def show_variant(self, index: int, result: SketchResult) -> None:
        if result.image is not None:
            self.variants.show_picture(index, to_qimage(result.image))

    @property
    def picture(self) -> QImage | None:
        """As the engine drew it."""
        return None if self.result is None or self.result.image is None else to_qimage(self.result.image)

    def _mode(self, label: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(label)
        button.setToolTip(tip)
        button.setCheckable(True)
        button.setAccessibleName(label.replace("&", ""))
        return button

    def _lay_out(self) -> None:
        modes = QHBoxLayout()
        group = QButtonGroup(self)
        for button in (self.portrait, self.colourise):
            group.addButton(button)
            modes.addWidget(button)
        modes.addStretch(1)
        modes.addWidget(self.milliseconds)
        self.follow_row = QWidget()
        ends = QGridLayout(self.follow_row)
        ends.setContentsMargins(0, 0, 0, 0)
        ends.addWidget(self.follow, 0, 0, 1, 2)
        for column, (text, side) in enumerate(
            (("Believable face", Qt.AlignmentFlag.AlignLeft), ("Follow the line", Qt.AlignmentFlag.AlignRight))
        ):
            label = QLabel(text)
            label.setProperty("role", "hint")
            ends.addWidget(label, 1, column, side)
        for push in (self.use, self.save):
            push.setMinimumSize(push.fontMetrics().horizontalAdvance(push.text()) + 20, 28)
        buttons = QHBoxLayout()
        buttons.addWidget(self.use, 1)
        buttons.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 6)
        layout.addLayout(modes)
        layout.addWidget(self.purpose)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.words)
        layout.addWidget(self.follow_row)
        layout.addWidget(self.variants)
        layout.addLayout(buttons)
        self.setMinimumWidth(WIDTH)

    def _change_mode(self, colourise: bool) -> None:
        self.purpose.setText(COLOURISE if colourise else PORTRAIT)
        self.follow_row.setVisible(not colourise)
        self.variants.setVisible(not colourise)
        self.use.setVisible(not colourise)  # a coloured picture is no face of the model
        self.clear()
        self.mode_changed.emit(colourise)

    def _enable(self) -> None:
        self.save.setEnabled(self.result is not None)
        self.use.setEnabled(self.result is not None and self.result.face is not None)
        self.words.setVisible(bool(self.words.text()))
