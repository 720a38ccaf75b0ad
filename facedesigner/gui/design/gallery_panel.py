"""GalleryPanel: the gallery with its buttons."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from facedesigner.gui import theme
from facedesigner.gui.design.gallery import Gallery
from facedesigner.gui.widgets.value_slider import ValueSlider

HINT = "Click a face to shape it. Ctrl+click two or more to breed them."
AMOUNT = 0.35


class GalleryPanel(QWidget):
    """Emits what is asked for; the tab does it."""

    new_faces = Signal()
    breed = Signal(object)  # list[FaceState], two or more
    vary = Signal(float)  # amount, 0 to 1

    def __init__(self) -> None:
        super().__init__()
        self.gallery = Gallery()
        self.new_button = QPushButton("&New faces")
        self.new_button.setToolTip("Nine faces of new seeds, with the locked sliders kept (Ctrl+Enter)")
        theme.set_icon(self.new_button, "dice")
        self.breed_button = QPushButton("&Breed")
        theme.set_icon(self.breed_button, "breed")
        self.vary_button = QPushButton("Var&y")
        self.vary_button.setToolTip("Nine faces a little different from the current one")
        theme.set_icon(self.vary_button, "vary")
        self.amount = ValueSlider(0.0, 1.0, AMOUNT)
        self.amount.set_names("Amount of variation", "How different the variations are: 0 not at all, 1 very")
        amount_label = QLabel("Amo&unt")
        amount_label.setBuddy(self.amount.slider)
        amount_label.setToolTip(self.amount.slider.toolTip())
        self.status = QLabel()
        self.status.setProperty("role", "hint")
        self.status.setWordWrap(True)
        self.status.setMinimumHeight(2 * self.status.fontMetrics().lineSpacing())
        buttons = QHBoxLayout()
        for button in (self.new_button, self.breed_button, self.vary_button):
            buttons.addWidget(button, 1)
        amount = QHBoxLayout()
        amount.addWidget(amount_label)
        amount.addWidget(self.amount, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.gallery)
        layout.addWidget(self.status)
        layout.addLayout(buttons)
        layout.addLayout(amount)
        self.new_button.clicked.connect(self.new_faces)
        self.breed_button.clicked.connect(lambda: self.breed.emit(self.gallery.selected))
        self.vary_button.clicked.connect(lambda: self.vary.emit(self.amount.value))
        self.gallery.selection_changed.connect(self._show_selection)
        self.say()
        self._show_selection()

    def say(self, message: str = HINT) -> None:
        """What is going on, below the gallery."""
        self.status.setText(message)

    def _show_selection(self) -> None:
        count = len(self.gallery.selected)
        self.breed_button.setEnabled(count >= 2)
        self.breed_button.setToolTip(
            f"Nine children of the {count} selected faces" if count >= 2 else "Ctrl+click two or more faces first"
        )
