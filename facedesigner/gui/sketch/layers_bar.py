"""LayersBar: which layers are seen, which one the eraser works on, and how the sheet lies."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from facedesigner.gui.sketch.buttons import SmallSlider, icon_button, percent
from facedesigner.gui.sketch.canvas import TURN_NOTCH, ZOOM_NOTCH, Canvas
from facedesigner.gui.sketch.kit import PHOTO, Kit
from facedesigner.gui.widgets.zoom_bar import ZoomBar
from facedesigner.state.drawing import HINTS, SKETCH

NAMES = {
    SKETCH: ("Lines", "The drawing: pen, pencil and eraser work here"),
    HINTS: ("Colours", "Colour hints: brush, fill and eraser work here"),
}


class LayersBar(QWidget):
    """Below the canvas."""

    photo_wanted = Signal()

    def __init__(self, canvas: Canvas, kit: Kit) -> None:
        super().__init__()
        self._canvas, self._kit = canvas, kit
        self.eyes: dict[str, QToolButton] = {}
        self.names: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for layer, (label, tip) in NAMES.items():
            layout.addWidget(self._eye(layer, label.lower()))
            name = self.names[layer] = _word_button(label, tip)
            name.setCheckable(True)
            name.clicked.connect(lambda _=False, layer=layer: kit.choose_layer(layer))
            self._group.addButton(name)
            layout.addWidget(name)
            layout.addSpacing(6)
        layout.addWidget(self._eye(PHOTO, "reference photo"))
        self.photo = _word_button("Photo", "Lay a reference photo under the drawing")
        self.photo.clicked.connect(self.photo_wanted)
        layout.addWidget(self.photo)
        self.strength = SmallSlider("", 5, 100, "How strongly the reference photo shows", percent)
        self.strength.slider.setAccessibleName("Strength of the reference photo")
        self.strength.slider.setMaximumWidth(80)
        self.strength.moved.connect(lambda percent: canvas.set_photo_opacity(percent / 100))
        self.strength.show_value(round(100 * canvas.photo_opacity))
        layout.addWidget(self.strength)
        layout.addStretch(1)
        self._add_view(layout)
        kit.changed.connect(self._show)
        canvas.viewed.connect(self._show_view)
        self._show()
        self._show_view()
        self.show_photo(False)

    def show_photo(self, there: bool) -> None:
        self.eyes[PHOTO].setEnabled(there)
        self.strength.setVisible(there)

    def _eye(self, layer: str, what: str) -> QToolButton:
        eye = self.eyes[layer] = icon_button("eye", f"Show the {what}", f"Show or hide the {what}", checkable=True)
        eye.setChecked(True)
        eye.toggled.connect(lambda on: self._canvas.set_visible(layer, on))
        return eye

    def _add_view(self, layout: QHBoxLayout) -> None:
        canvas = self._canvas
        for icon, name, tip, slot in (
            (
                "rotate-left",
                "Turn left",
                "Turn the sheet to the left (Shift+wheel)",
                lambda: canvas.turn_by(-TURN_NOTCH),
            ),
            (
                "rotate-right",
                "Turn right",
                "Turn the sheet to the right (Shift+wheel)",
                lambda: canvas.turn_by(TURN_NOTCH),
            ),
        ):
            button = icon_button(icon, name, tip)
            button.clicked.connect(lambda _=False, slot=slot: slot())
            layout.addWidget(button)
        tip = "Fit the sheet into the view, upright (0)"
        self.zoom = ZoomBar(canvas, what="sheet", fit=tip, step=ZOOM_NOTCH, flat=True)
        self.zoom.percent.setProperty("role", "hint")
        layout.addWidget(self.zoom)

    def _show(self) -> None:
        self.names[self._kit.layer].setChecked(True)

    def _show_view(self) -> None:
        placement = self._canvas.placement
        turned = f"{placement.angle:+.0f}°  " if placement.angle else ""
        self.zoom.show_share(self._canvas.magnification, turned)


def _word_button(label: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(label)
    button.setToolTip(tip)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
