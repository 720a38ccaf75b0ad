"""OptionsBar: size, opacity and smoothing of the tool in the hand, symmetry and guide."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QHBoxLayout, QWidget

from facedesigner.gui.sketch.buttons import SmallSlider, icon_button, percent
from facedesigner.gui.sketch.kit import Kit
from facedesigner.state.drawing import SIZE_MAX, SIZE_MIN


class OptionsBar(QWidget):
    """Shows what the kit holds and changes it; `guide` is a checkable button whose work the tab does."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        self.size_ = SmallSlider(
            "Size",
            place_of(SIZE_MIN),
            place_of(SIZE_MAX),
            "Size of the tool (Ctrl+wheel, or [ and ])",
            lambda place: f"{size_of(place):.0f}",
        )
        self.opacity = SmallSlider("Opacity", 5, 100, "How much of what lies below a stroke hides", percent)
        self.smoothing = SmallSlider("Smoothing", 0, 100, "Takes the tremble out of a line", percent)
        self.symmetry = icon_button("symmetry", "Symmetry", "Draw both halves of the face at once (S)", checkable=True)
        self.guide = icon_button(
            "guide", "Guide", "A faint average face that follows what you draw (G)", checkable=True
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        for slider in (self.size_, self.opacity, self.smoothing):
            layout.addWidget(slider, 1)
        layout.addStretch(1)
        for button in (self.symmetry, self.guide):
            layout.addWidget(button)
        self.size_.moved.connect(lambda place: kit.set_size(size_of(place)))
        self.opacity.moved.connect(lambda percent: kit.set_opacity(percent / 100))
        self.smoothing.moved.connect(lambda percent: kit.set_smoothing(percent / 100))
        self.symmetry.toggled.connect(kit.set_symmetry)
        kit.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        kit = self._kit
        self.size_.setEnabled(kit.size > 0)
        self.opacity.setEnabled(kit.has_opacity)
        if kit.size:
            self.size_.show_value(place_of(kit.size))
        self.opacity.show_value(round(100 * kit.opacity))
        self.smoothing.show_value(round(100 * kit.smoothing))
        self.symmetry.setChecked(kit.symmetry)


def place_of(size: float) -> int:
    """On the slider, whose small sizes are further apart: a pixel more or less counts for a thin pen alone."""
    return round(10 * math.sqrt(size))


def size_of(place: int) -> float:
    return (place / 10) ** 2
