"""ReliefForm: what is to be made of the face, in millimetres."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QWidget

from facedesigner.gui.relief.maker import WHOLE, Wish
from facedesigner.gui.widgets.value_slider import NumberBox, ValueSlider

SHAPES = (
    ("Plate, the whole picture", "plate"),
    ("Oval medallion", "oval"),
    ("Head, cut out", "head"),
    ("Whole head", WHOLE),
)
HAIR = (("A volume", "volume"), ("None, bald", "bald"))
EYES = (("Open", "open"), ("Closed", "closed"))
NECKS = (("Open", "open"), ("Closed", "closed"))
GRIDS = (("Coarse", 128), ("Medium", 256), ("Fine", 384))
PUPILS = 0
SCALES = (  # default, least, most, in mm
    ("Pupil distance", "pupil_mm", 63.0, 5.0, 500.0),
    ("Width", "size_mm", 120.0, 10.0, 2000.0),
    ("Chin to crown", "height_mm", 220.0, 20.0, 1000.0),
)
OTHER = {"size_mm": True, "height_mm": False}  # whether a scale is for reliefs or for whole heads
LIGHT = 120.0


class ReliefForm(QWidget):
    """`changed` comes with each change by hand."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.shape = QComboBox()
        for words, name in SHAPES:
            self.shape.addItem(words, name)
        self.scale = QComboBox()
        self.scale.setToolTip("What sets the size of the piece")
        self.millimetres = NumberBox()
        self.millimetres.setSuffix(" mm")
        self.millimetres.setDecimals(1)
        self._kept = {name: default for _, name, default, *_ in SCALES}
        self.hair, self.eyes, self.neck = QComboBox(), QComboBox(), QComboBox()
        for box, choices in ((self.hair, HAIR), (self.eyes, EYES), (self.neck, NECKS)):
            for words, name in choices:
                box.addItem(words, name)
        self.depth_slider = ValueSlider(0.1, 1.5, 1.0)
        self.detail = ValueSlider(0.0, 1.0, 0.5)
        self.base = ValueSlider(0.5, 20.0, 3.0, "mm")
        self.wall = ValueSlider(0.0, 10.0, 0.0, "mm")
        self.wall.box.setSpecialValueText("solid")
        self.grid = QComboBox()
        for words, side in GRIDS:
            self.grid.addItem(words, side)
        self.grid.setCurrentIndex(1)
        self.light = ValueSlider(0.0, 360.0, LIGHT, "°")
        self._lay_out()
        self._suit_shape()
        self.scale.currentIndexChanged.connect(self._take_scale)
        self.shape.currentIndexChanged.connect(self._suit_shape)
        self.millimetres.valueChanged.connect(self._keep)
        for box in (self.shape, self.grid, self.hair, self.eyes, self.neck):
            box.currentIndexChanged.connect(self.changed)
        for slider in (self.depth_slider, self.detail, self.base, self.wall, self.light):
            slider.previewed.connect(self.changed)

    @property
    def wish(self) -> Wish:
        wall = self.wall.value
        return Wish(
            shape=self.shape.currentData(),
            scale=self.scale.currentData(),
            scale_mm=self.millimetres.value(),
            depth=self.depth_slider.value,
            base_mm=self.base.value,
            wall_mm=0.0 if wall == 0 else max(0.4, wall),
            detail=self.detail.value,
            resolution=self.grid.currentData(),
            azimuth=self.light.value,
            hair=self.hair.currentData(),
            eyes=self.eyes.currentData(),
            neck=self.neck.currentData(),
        )

    @property
    def is_whole(self) -> bool:
        return bool(self.shape.currentData() == WHOLE)

    def _lay_out(self) -> None:
        self._form = form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._row(form, "&Shape", self.shape, "What of the picture is made")
        self._row(form, "S&et size by", self.scale, "What sets the size of the piece")
        self._row(form, "", self.millimetres, "63 mm lie between the pupils of grown people")
        for words, field, tip in (
            ("&Depth", self.depth_slider, "1 is as deep as a head is, 0.3 a flat relief"),
            ("De&tail", self.detail, "How much light and dark in the picture model the surface"),
            ("&Base", self.base, "Thickness of the plate behind the relief"),
            ("&Hair", self.hair, "Grown to the outline in the picture, or left away"),
            ("E&yes", self.eyes, "With the balls in them, or with closed lids"),
            ("&Wall", self.wall, "Thickness of a shell; a relief is open at the back. 0 makes it solid"),
            ("&Neck", self.neck, "Whether a shell is open at the neck"),
            ("&Grid", self.grid, "How many triangles: a fine grid makes a large file"),
            ("&Light", self.light, "Where the preview's light comes from: 90° is above"),
        ):
            self._row(form, words, field, tip)

    def _row(self, form: QFormLayout, words: str, field: QWidget, tip: str) -> None:
        label = QLabel(words)
        label.setBuddy(field)
        name = words.replace("&", "") or "Millimetres"
        if isinstance(field, ValueSlider):
            field.set_names(name, tip)
        else:
            field.setAccessibleName(name)
            field.setToolTip(tip)
        form.addRow(label, field)

    def _suit_shape(self) -> None:
        """Shows the fields of a relief or of a whole head."""
        for field in (self.depth_slider, self.detail, self.base, self.grid):
            self._form.setRowVisible(field, not self.is_whole)
        for field in (self.hair, self.eyes, self.neck):
            self._form.setRowVisible(field, self.is_whole)
        self.scale.blockSignals(True)
        now = self.scale.currentData()
        self.scale.clear()
        for words, name, *_ in SCALES:
            if OTHER.get(name, not self.is_whole) != self.is_whole:
                self.scale.addItem(words, name)
        self.scale.setCurrentIndex(max(PUPILS, self.scale.findData(now)))
        self.scale.blockSignals(False)
        self._suit_scale()

    def _take_scale(self) -> None:
        self._suit_scale()
        self.changed.emit()

    def _suit_scale(self) -> None:
        """Each way to set the size keeps its own number."""
        name = self.scale.currentData()
        least, most = next(limits for _, known, _, *limits in SCALES if known == name)
        self.millimetres.blockSignals(True)
        self.millimetres.setRange(least, most)
        self.millimetres.setValue(self._kept[name])
        self.millimetres.blockSignals(False)

    def _keep(self, value: float) -> None:
        self._kept[self.scale.currentData()] = value
        self.changed.emit()
