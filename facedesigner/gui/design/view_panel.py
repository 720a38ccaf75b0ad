"""ViewPanel: the large view with its buttons."""

from __future__ import annotations

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
        bar.addStretch(1)
        bar.addWidget(self.zoom)
        layout = QVBoxLayout(self)
        layout.addLayout(bar)
        layout.addWidget(self.regions)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.meter)
        self.compare.toggled.connect(self.view.set_comparing)
        self.pixels.toggled.connect(self.view.set_nearest)
        self.view.zoom_changed.connect(lambda _zoom: self._show_zoom())

    def set_pixels(self, pixels: int) -> None:
        """How many pixels across the model's pictures have."""
        self._pixels = pixels
        self._show_zoom()

    def _show_zoom(self) -> None:
        self.zoom.show_share(self.view.magnification(self._pixels) if self._pixels else None)

    def _button(self, icon: str, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(text.replace("&", ""))
        if icon:
            theme.set_icon(button, icon)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return button
