"""NoModelPage: stands in the Design tab while no model is loaded, and leads to one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget


class NoModelPage(QWidget):
    load = Signal()
    train = Signal()

    def __init__(self) -> None:
        super().__init__()
        words = QLabel(
            "No model is loaded, so no face can be drawn.\n\n"
            "Load a .safetensors file made by FaceDesigner, drop one here,\nor train one on your own pictures."
        )
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.addStretch()
        layout.addWidget(words)
        for text, signal in (("&Load model…", self.load), ("T&rain a model", self.train)):
            button = QPushButton(text)
            button.clicked.connect(signal)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch()
