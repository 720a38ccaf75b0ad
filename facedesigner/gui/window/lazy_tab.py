"""LazyTab: the place of a tab that is built when first looked at, since what it needs takes time to import."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget


class Tab(Protocol):
    """What a tab of the window has beside being a widget."""

    said: Any  # Signal(str), for the status bar

    def shut_down(self) -> None:
        """Ends and joins its threads."""
        ...


class LazyTab(QWidget):
    built = Signal(object)  # the tab
    said = Signal(str)  # for the status bar

    def __init__(self, make: Callable[[], Tab]) -> None:
        """`make` imports and builds the tab, a QWidget."""
        super().__init__()
        self._make = make
        self.tab: Any = None
        self._words = QLabel("Opening…")
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._words)

    def shut_down(self) -> None:
        if self.tab is not None:
            self.tab.shut_down()

    def build(self) -> Any:
        """The tab, built by now."""
        if self.tab is None:
            self.tab = self._make()
            self._words.hide()
            self._layout.addWidget(self.tab)
            self.tab.said.connect(self.said)
            self.built.emit(self.tab)
        return self.tab

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.tab is None:
            QTimer.singleShot(0, self, self.build)  # the words are painted first
