"""VerdictPanel: the face that was compared, and in words what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from facedesigner.gui.widgets.pixels import enlarged, to_qimage
from facedesigner.state.uniqueness import Finding

if TYPE_CHECKING:
    from facedesigner.contract.request import Image

SIDE = 9  # lines of text: the picture
LARGER = 1.35  # the heading, of the usual size


class VerdictPanel(QWidget):
    def __init__(self, heading: str) -> None:
        super().__init__()
        lines = self.fontMetrics().lineSpacing()
        self.picture = QLabel()
        self.picture.setFixedSize(SIDE * lines, SIDE * lines)
        self.picture.setScaledContents(True)
        self.picture.setAccessibleName("The face that is compared")
        self.heading = QLabel(heading)
        font = self.heading.font()
        font.setPointSizeF(font.pointSizeF() * LARGER)
        font.setBold(True)
        self.heading.setFont(font)
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        self.verdict.setMinimumHeight(3 * lines)
        self.verdict.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words = QVBoxLayout()
        words.addWidget(self.heading)
        words.addWidget(self.verdict, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)

    def show_picture(self, picture: Image) -> None:
        self.picture.setPixmap(QPixmap.fromImage(enlarged(to_qimage(picture))))

    def show_verdict(self, finding: Finding, threshold: float) -> None:
        self.heading.setText(finding.headline(threshold))
        self.heading.setProperty("role", "" if finding.is_unique(threshold) else "warning")
        self.heading.style().polish(self.heading)
        self.verdict.setText(finding.verdict(threshold))
