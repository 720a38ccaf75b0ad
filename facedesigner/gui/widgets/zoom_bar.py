"""ZoomBar: how large a picture is shown, counted in its own pixels, and the buttons that change it."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from facedesigner.gui import theme
from facedesigner.gui.widgets.zoom_view import ZOOM_STEP

FLAT_ICON = QSize(20, 20)
FIT = "Fit the picture into the view (double-click, or 0)"


class Zoomable(Protocol):
    def fit(self) -> None: ...

    def zoom_by(self, factor: float) -> None: ...


class ZoomBar(QWidget):
    """Whoever shows the picture calls `show_share` whenever its size on the screen changes."""

    def __init__(
        self, view: Zoomable, *, what: str = "picture", fit: str = FIT, step: float = ZOOM_STEP, flat: bool = False
    ) -> None:
        """`what` is shown; `flat` buttons leave the keyboard to the view."""
        super().__init__()
        self.percent = QLabel("0000 %")
        self.percent.ensurePolished()
        self.percent.setMinimumWidth(self.percent.sizeHint().width())  # a larger number must not squeeze the buttons
        self.percent.clear()
        self.percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.percent.setToolTip(f"At 100 % a pixel of the {what} is a pixel of the screen")
        self.zoom_out = _button("zoom-out", "Smaller (wheel, or -)", "Zoom out", flat)
        self.zoom_in = _button("zoom-in", "Larger (wheel, or +)", "Zoom in", flat)
        self.fit = _button("zoom-fit", fit, "Fit", flat)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        if flat:
            row.setSpacing(2)
        for widget in (self.percent, self.zoom_out, self.zoom_in, self.fit):
            row.addWidget(widget)
        self.fit.clicked.connect(lambda: view.fit())
        self.zoom_in.clicked.connect(lambda: view.zoom_by(step))
        self.zoom_out.clicked.connect(lambda: view.zoom_by(1 / step))

    def show_share(self, share: float | None, before: str = "") -> None:
        """How many pixels of the screen one of the picture takes, None without a picture; `before` stands before it."""
        self.percent.setText(before + ("" if share is None else f"{share:.0%}".replace("%", " %")))


def _button(icon: str, tip: str, name: str, flat: bool) -> QToolButton:
    button = QToolButton()
    theme.set_icon(button, icon)
    button.setToolTip(tip)
    button.setAccessibleName(name)
    button.setAutoRaise(flat)
    if flat:
        button.setIconSize(FLAT_ICON)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
