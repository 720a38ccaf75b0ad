"""The sheet behind `?`: every key and what it does."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

# What is not an action of the menus. DESIGN.md's conventions, kept by the design tab.
POINTING = (
    ("Arrow keys", "Walk the gallery, or move the zoomed picture"),
    ("Enter", "Choose the face in the gallery"),
    ("Space or Ctrl+click", "Select a face for breeding"),
    ("Wheel, + and -", "Zoom the picture"),
    ("0 or double-click", "Fit the picture into the window"),
    ("B", "Compare with the face before the sliders"),
    ("Double-click on a slider", "Set it back"),
    ("Drop a PNG or a .face file", "Open the face in it"),
    ("Drop a .safetensors file", "Load that model"),
)


class ShortcutSheet(QDialog):
    """Lists the shortcuts of `actions` and the pointing ones."""

    def __init__(self, actions: Iterable[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Shortcuts")
        rows = [
            (
                "  or  ".join(key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts()),
                action.iconText(),
            )
            for action in actions
        ]
        self.rows = (*rows, *POINTING)
        sheet = QWidget()
        grid = QGridLayout(sheet)
        grid.setHorizontalSpacing(self.fontMetrics().averageCharWidth() * 4)
        for row, (keys, text) in enumerate(self.rows):
            label = QLabel(keys)
            label.setProperty("role", "heading")
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(QLabel(text), row, 1)
        scroll = QScrollArea()
        scroll.setWidget(sheet)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(scroll)
        layout.addWidget(buttons)
        self.resize(sheet.sizeHint().width() + 60, min(sheet.sizeHint().height() + 100, 700))
