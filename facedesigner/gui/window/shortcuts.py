"""The sheet behind `?`: every key and what it does."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from facedesigner.gui.sketch.kit import TOOLS

# What is not an action of the menus.
DESIGN = (
    ("Arrow keys", "Walk the gallery, or move the zoomed picture"),
    ("Home, End", "First and last face of the gallery"),
    ("Enter", "Choose the face in the gallery"),
    ("Space or Ctrl+click", "Select a face for breeding"),
    ("Wheel, + and -", "Zoom the picture"),
    ("0 or double-click", "Fit the picture into the window"),
    ("B", "Compare with the face before the sliders"),
    ("P", "Paint where the face is to change; the right button takes away"),
    ("Ctrl+wheel", "Smaller or larger brush, while it is taken up"),
    ("D", "Pull a place of the picture; the right button gives it up"),
    ("M", "Measure what a slider moves besides"),
    ("Double-click on a slider", "Set it back"),
    ("Drop a face on Coarse, Middle or Fine", "Take its shape, features or colours"),
    ("Drop a PNG or a .face file", "Open the face in it"),
    ("Drop any other picture", "Open it as a photo, or in Sketch if it is a drawing"),
    ("Drop a .safetensors file", "Load that model"),
)
SKETCH = (
    *((tool.key, f"{tool.label}: {tool.tip[:1].lower()}{tool.tip[1:]}") for tool in TOOLS),
    ("S", "Symmetry: draw both halves at once"),
    ("G", "Faint guide under the sheet"),
    ("[ and ], or Ctrl+wheel", "Smaller or larger brush"),
    ("Wheel, + and -", "Zoom the sheet"),
    ("Comma and full stop, or Shift+wheel", "Turn the sheet"),
    ("0", "Fit the sheet into the view"),
    ("Space or middle button", "Hold to move the sheet"),
    ("Shift", "Hold for a straight line"),
    ("Esc", "Take back the stroke under way"),
)


class ShortcutSheet(QDialog):
    """Lists the shortcuts of `actions`, which hold everywhere, then those of Design and of Sketch."""

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
        self.sections = {"Everywhere": tuple(rows), "Design": DESIGN, "Sketch": SKETCH}
        sheet = QWidget()
        grid = QGridLayout(sheet)
        grid.setHorizontalSpacing(self.fontMetrics().averageCharWidth() * 4)
        for title, lines in self.sections.items():
            heading = QLabel(title)
            heading.setProperty("role", "hint")
            grid.addWidget(heading, grid.rowCount(), 1)
            for keys, text in lines:
                label = QLabel(keys)
                label.setProperty("role", "heading")
                row = grid.rowCount()
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
