"""SeedBox: the seed of a face, to read, type, draw and lock."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QToolButton, QWidget

from facedesigner.gui import theme
from facedesigner.state.face import SEED_MAX


class SeedBox(QWidget):
    """Shows a seed; `entered(int)` when a good one was typed, `dice_rolled` for any, `lock_toggled(bool)`."""

    entered = Signal(object)  # int up to 2**32 - 1, which is more than Qt's int
    dice_rolled = Signal()
    lock_toggled = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._seed: int | None = None
        self.edit = QLineEdit()
        self.edit.setAccessibleName("Seed")
        self.edit.setMaxLength(40)
        self.edit.setToolTip(
            f"The number this face was drawn from: 0 to {SEED_MAX}. The same seed gives the same face."
        )
        self.dice = QToolButton()
        self.dice.setAccessibleName("Random seed")
        self.dice.setToolTip("Take a random seed")
        theme.set_icon(self.dice, "dice")
        self.lock = QToolButton()
        self.lock.setCheckable(True)
        self.lock.setAccessibleName("Lock the seed")
        self.lock.setToolTip("Keep this person: New faces then shows the same seed with other sliders")
        theme.set_icon(self.lock, "unlock")
        self.message = QLabel()
        self.message.setProperty("role", "warning")
        self.message.setWordWrap(True)
        self.message.hide()
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.edit, 0, 0)
        layout.addWidget(self.dice, 0, 1)
        layout.addWidget(self.lock, 0, 2)
        layout.addWidget(self.message, 1, 0, 1, 3)
        self.edit.editingFinished.connect(self._enter)
        self.dice.clicked.connect(self.dice_rolled)
        self.lock.clicked.connect(self.lock_toggled)

    def show_seed(self, seed: int | None) -> None:
        """None for a face that comes from a latent."""
        self._seed = seed
        self._say("")
        self.edit.setText("" if seed is None else str(seed))
        self.edit.setPlaceholderText("no seed: made of others")

    def show_locked(self, locked: bool) -> None:
        self.lock.setChecked(locked)
        theme.set_icon(self.lock, "lock" if locked else "unlock")
        self.edit.setReadOnly(locked)
        self.dice.setDisabled(locked)

    def _enter(self) -> None:
        text = self.edit.text().strip()
        if text == ("" if self._seed is None else str(self._seed)):
            self._say("")
            return
        if text.isascii() and text.isdecimal() and int(text) <= SEED_MAX:
            self.entered.emit(int(text))
        else:
            self._say(f"“{text}” is no seed. Choose a whole number from 0 to {SEED_MAX}.")

    def _say(self, message: str) -> None:
        self.message.setText(message)
        self.message.setVisible(bool(message))
