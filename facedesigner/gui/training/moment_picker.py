"""MomentPicker: a scrubber over the moments of a run that have a sample grid."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget


class MomentPicker(QWidget):
    """At its right end it follows the run: each new moment is chosen as it comes."""

    picked = Signal()  # `index` changed, by hand or by a new moment

    def __init__(self, name: str) -> None:
        super().__init__()
        self.moments: tuple[int, ...] = ()  # pictures shown until then, ascending
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(name)
        self.slider.setToolTip("The moments of the run; at the right end it follows the newest")
        self.slider.setPageStep(1)
        self.label = QLabel()
        self.label.setMinimumWidth(self.fontMetrics().horizontalAdvance("00,000,000 pictures"))
        self.label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.label)
        self.slider.valueChanged.connect(self._moved)
        self.show_moments(())

    @property
    def index(self) -> int | None:
        """Into the moments; None while there are none."""
        return self.slider.value() if self.moments else None

    @property
    def following(self) -> bool:
        return self.slider.value() == self.slider.maximum()

    def show_moments(self, moments: Sequence[int], *, index: int | None = None) -> None:
        """Stays at the moment it was at unless it follows; `index` moves it."""
        before = self.moments[self.slider.value()] if self.moments else None
        following = self.following
        self.moments = tuple(moments)
        last = max(len(self.moments) - 1, 0)
        if index is None:
            index = last if following or before not in self.moments else self.moments.index(before)
        self.slider.blockSignals(True)
        self.slider.setRange(0, last)
        self.slider.setValue(index)
        self.slider.blockSignals(False)
        self.slider.setEnabled(last > 0)
        self._show()

    def _moved(self) -> None:
        self._show()
        self.picked.emit()

    def _show(self) -> None:
        index = self.index
        self.label.setText("" if index is None else f"{self.moments[index]:,} pictures")
