"""PartView: what a file of a package looks like: a picture, pages, or its text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from facedesigner.gui.widgets.preview_view import PreviewView

if TYPE_CHECKING:
    import numpy as np

LONGEST = 200_000  # letters of a text


class PartView(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.picture = PreviewView()
        self.picture.setAccessibleName("What the file looks like")
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName("Text of the file")
        self.stack = QStackedWidget()
        self.stack.addWidget(self.picture)
        self.stack.addWidget(self.text)
        self.back, self.forth = QToolButton(), QToolButton()
        for button, words, name, step in ((self.back, "◀", "Page before", -1), (self.forth, "▶", "Next page", 1)):
            button.setText(words)
            button.setToolTip(name)
            button.setAccessibleName(name)
            button.clicked.connect(lambda _=False, step=step: self.turn(step))
        self.place = QLabel()
        self._pages: Sequence[np.ndarray] = ()
        self._page = 0
        row = QHBoxLayout()
        row.addStretch(1)
        for widget in (self.back, self.place, self.forth):
            row.addWidget(widget)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.stack, 1)
        layout.addLayout(row)
        self.say("")

    def show_pages(self, pages: Sequence[np.ndarray]) -> None:
        """Of (H, W, 3), or 4 with alpha, uint8; at least one."""
        self._pages, self._page = pages, 0
        self.stack.setCurrentWidget(self.picture)
        self.turn(0)

    def show_text(self, words: str) -> None:
        self._leave_pages()
        self.text.setPlainText(words[:LONGEST])
        self.stack.setCurrentWidget(self.text)

    def say(self, words: str) -> None:
        """Where there is nothing to show."""
        self._leave_pages()
        self.picture.say(words)
        self.stack.setCurrentWidget(self.picture)

    def turn(self, step: int) -> None:
        last = len(self._pages) - 1
        self._page = min(max(0, self._page + step), last)
        self.picture.show_pixels(self._pages[self._page])
        self.place.setText(f"Page {self._page + 1} of {last + 1}")
        self.back.setEnabled(self._page > 0)
        self.forth.setEnabled(self._page < last)
        self._show_row(last > 0)

    def _leave_pages(self) -> None:
        self._pages = ()
        self._show_row(False)

    def _show_row(self, shown: bool) -> None:
        for widget in (self.back, self.place, self.forth):
            widget.setVisible(shown)
