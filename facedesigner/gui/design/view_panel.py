"""ViewPanel: the large view with its buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from facedesigner.gui import theme
from facedesigner.gui.design.face_view import FaceView
from facedesigner.gui.design.leak_meter import LeakMeter
from facedesigner.gui.design.zoom_view import ZOOM_STEP


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
        fit = self._button("zoom-fit", "", "Fit the picture into the view (double-click, or 0)", "Fit")
        zoom_out = self._button("zoom-out", "", "Smaller (wheel, or -)", "Zoom out")
        zoom_in = self._button("zoom-in", "", "Larger (wheel, or +)", "Zoom in")
        self._pixels = 0  # across the model's pictures
        self.percent = QLabel("0000 %")
        self.percent.ensurePolished()
        self.percent.setMinimumWidth(self.percent.sizeHint().width())  # a larger number must not squeeze the buttons
        self.percent.clear()
        self.percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.percent.setToolTip("At 100 % a pixel of the picture is a pixel of the screen")
        bar = QHBoxLayout()
        bar.addWidget(self.compare)
        bar.addWidget(self.pixels)
        bar.addWidget(self.measure)
        bar.addStretch(1)
        for widget in (self.percent, zoom_out, zoom_in, fit):
            bar.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.addLayout(bar)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.meter)
        self.compare.toggled.connect(self.view.set_comparing)
        self.pixels.toggled.connect(self.view.set_nearest)
        fit.clicked.connect(self.view.fit)
        zoom_in.clicked.connect(lambda: self.view.zoom_by(ZOOM_STEP))
        zoom_out.clicked.connect(lambda: self.view.zoom_by(1 / ZOOM_STEP))
        self.view.zoom_changed.connect(lambda _zoom: self._show_percent())

    def set_pixels(self, pixels: int) -> None:
        """How many pixels across the model's pictures have."""
        self._pixels = pixels
        self._show_percent()

    def _show_percent(self) -> None:
        share = self.view.magnification(self._pixels) if self._pixels else None
        self.percent.setText("" if share is None else f"{share:.0%}".replace("%", " %"))

    def _button(self, icon: str, text: str, tip: str, name: str = "") -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(name or text.replace("&", ""))
        if icon:
            theme.set_icon(button, icon)
        if icon and text:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return button
