"""LazyTab: the place of the Training tab, built when first looked at: its diagrams take time to import."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from facedesigner.gui.training.training_tab import TrainingTab


class LazyTab(QWidget):
    use_model = Signal(object)  # Path of weights to open in the Design tab
    runs_chosen = Signal(object)  # Path of the folder of runs
    said = Signal(str)  # for the status bar

    def __init__(self, make: Callable[[], TrainingTab]) -> None:
        super().__init__()
        self._make = make
        self.tab: TrainingTab | None = None
        self._words = QLabel("Opening…")
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._words)

    def leave(self, then: Callable[[], object]) -> bool:
        """True if the window may close; see `TrainingTab.leave`."""
        return self.tab is None or self.tab.leave(then)

    def shut_down(self) -> None:
        if self.tab is not None:
            self.tab.shut_down()

    def build(self) -> TrainingTab:
        if self.tab is None:
            self.tab = self._make()
            self._words.hide()
            self._layout.addWidget(self.tab)
            self.tab.use_model.connect(self.use_model)
            self.tab.runs_chosen.connect(self.runs_chosen)
            self.tab.said.connect(self.said)
        return self.tab

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.tab is None:
            QTimer.singleShot(0, self, self.build)  # the words are painted first
