"""MessageLabel: a sentence of any length, in lines, also when it names a long path."""

from __future__ import annotations

import re

from PySide6.QtWidgets import QLabel

BREAK = "\u200b"  # a line may end here, and nothing is seen of it
AFTER = re.compile(r"(?<=[/\\_])(?=\w)")


class MessageLabel(QLabel):
    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(AFTER.sub(BREAK, text))

    def text(self) -> str:
        return super().text().replace(BREAK, "")
