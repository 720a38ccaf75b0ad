"""ReliefForm: what is to be made of the face, in millimetres."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QWidget

from facedesigner.gui.relief.maker import Wish
from facedesigner.gui.widgets.value_slider import NumberBox, ValueSlider

SHAPES = (("Plate, the whole picture", "plate"), ("Oval medallion", "oval"), ("Head, cut out", "head"))
GRIDS = (("Coarse", 128), ("Medium", 256), ("Fine", 384))
PUPILS, WIDTH = range(2)
SCALES = (("Pupil distance", 63.0, 5.0, 500.0), ("Width", 120.0, 10.0, 2000.0))  # default, least, most, in mm
LIGHT = 120.0


class ReliefForm(QWidget):
    """`changed` comes with each change by hand."""

    changed = Signal()

    def __init__(self, has_light: bool) -> None:
        """`has_light`: whether a light can be moved; a 3D view is turned instead."""
        super().__init__()
        self.shape = QComboBox()
        for words, name in SHAPES:
            self.shape.addItem(words, name)
        self.scale = QComboBox()
        self.scale.addItems([words for words, *_ in SCALES])
        self.scale.setToolTip("What sets the size of the piece")
        self.millimetres = NumberBox()
        self.millimetres.setSuffix(" mm")
        self.millimetres.setDecimals(1)
        self._kept = [default for _, default, *_ in SCALES]
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
        self._lay_out(has_light)
        self._take_scale(PUPILS)
        self.scale.currentIndexChanged.connect(self._take_scale)
        self.millimetres.valueChanged.connect(self._keep)
        for box in (self.shape, self.grid):
            box.currentIndexChanged.connect(self.changed)
        for slider in (self.depth_slider, self.detail, self.base, self.wall, self.light):
            slider.previewed.connect(self.changed)

    @property
    def wish(self) -> Wish:
        wall = self.wall.value
        return Wish(
            shape=self.shape.currentData(),
            by_width=self.scale.currentIndex() == WIDTH,
            scale_mm=self.millimetres.value(),
            depth=self.depth_slider.value,
            base_mm=self.base.value,
            wall_mm=0.0 if wall == 0 else max(0.4, wall),
            detail=self.detail.value,
            resolution=self.grid.currentData(),
            azimuth=self.light.value,
        )

    def _lay_out(self, has_light: bool) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._row(form, "&Shape", self.shape, "What of the picture is made")
        self._row(form, "S&et size by", self.scale, "What sets the size of the piece")
        self._row(form, "", self.millimetres, "63 mm lie between the pupils of grown people")
        for words, slider, tip in (
            ("&Depth", self.depth_slider, "1 is as deep as a head is, 0.3 a flat relief"),
            ("De&tail", self.detail, "How much light and dark in the picture model the surface"),
            ("&Base", self.base, "Thickness of the plate behind the relief"),
            ("&Wall", self.wall, "Thickness of a shell that is open at the back; 0 makes it solid"),
        ):
            self._row(form, words, slider, tip)
        self._row(form, "&Grid", self.grid, "How many triangles: a fine grid makes a large file")
        if has_light:
            self._row(form, "&Light", self.light, "Where the preview's light comes from: 90° is above")

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

    def _take_scale(self, index: int) -> None:
        """Each way to set the size keeps its own number."""
        _, _, least, most = SCALES[index]
        self.millimetres.blockSignals(True)
        self.millimetres.setRange(least, most)
        self.millimetres.setValue(self._kept[index])
        self.millimetres.blockSignals(False)
        self.changed.emit()

    def _keep(self, value: float) -> None:
        self._kept[self.scale.currentIndex()] = value
        self.changed.emit()
