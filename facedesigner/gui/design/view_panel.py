"""ViewPanel: the large view with its buttons."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from facedesigner.gui import theme
from facedesigner.gui.design.leak_meter import LeakMeter
from facedesigner.gui.design.region_bar import RegionBar
from facedesigner.gui.design.region_brush import RegionBrush
from facedesigner.gui.widgets.face_view import FaceView
from facedesigner.gui.widgets.zoom_bar import ZoomBar


class ViewPanel(QWidget):
    """The bar acts on the view alone; `compare` is a checkable button whose work the tab does."""

    def __init__(self) -> None:
        super().__init__()
        self.view = FaceView()
        self.compare = self._button("compare", "Compare", "Before and after: drag the line over the picture (B)")
        self.compare.setCheckable(True)
        self.compare.setShortcut("B")
        self.pixels = self._button("", "&Pixels", "Show the picture's own pixels in place of smooth ones")
        self.pixels.setCheckable(True)
        self.measure = self._button(
            "check", "&Meter", "Measure what the sliders moved, and what they moved besides (M)"
        )
        self.measure.setCheckable(True)
        self.measure.setShortcut("M")
        self.pull = self._button(
            "", "&Pull", "Take hold of a place of the picture and pull it: the face goes along (D)"
        )
        self.pull.setCheckable(True)
        self.pull.setShortcut("D")
        self.meter = LeakMeter()
        self.meter.hide()
        self.regions = RegionBar()
        self.brush = RegionBrush(self.view)
        self._pixels = 0  # across the model's pictures
        self.zoom = ZoomBar(self.view)
        bar = QHBoxLayout()
        bar.addWidget(self.compare)
        bar.addWidget(self.pixels)
        bar.addWidget(self.measure)
        bar.addWidget(self.pull)
        bar.addStretch(1)
        bar.addWidget(self.zoom)
        layout = QVBoxLayout(self)
        layout.addLayout(bar)
        layout.addWidget(self.regions)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.meter)
        self.compare.toggled.connect(self.view.set_comparing)
        self.pixels.toggled.connect(self.view.set_nearest)
        for one, other in ((self.pull, self.regions.brush), (self.regions.brush, self.pull)):
            one.toggled.connect(partial(self._put_away, other))
        self.view.zoom_changed.connect(lambda _zoom: self._show_zoom())

    def set_pixels(self, pixels: int) -> None:
        """How many pixels across the model's pictures have."""
        self._pixels = pixels
        self._show_zoom()

    def _show_zoom(self) -> None:
        self.zoom.show_share(self.view.magnification(self._pixels) if self._pixels else None)

    @staticmethod
    def _put_away(other: QToolButton, taken: bool) -> None:
        """Brush and hand take turns."""
        if taken:
            other.setChecked(False)

    def _button(self, icon: str, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(text.replace("&", ""))
        if icon:
            theme.set_icon(button, icon)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return button
