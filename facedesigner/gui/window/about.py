"""The About box: version, licence, and the card of the loaded model with its data and terms."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QTextBrowser, QVBoxLayout, QWidget

from facedesigner import __version__
from facedesigner.resources import resource

if TYPE_CHECKING:
    from facedesigner.contract.request import ModelInfo


class AboutBox(QDialog):
    """`info` is the loaded model, None while there is none."""

    def __init__(self, info: ModelInfo | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About FaceDesigner")
        line = self.fontMetrics().lineSpacing()
        logo = QLabel()
        logo.setPixmap(QIcon(str(resource("icons/facedesigner.svg"))).pixmap(QSize(4 * line, 4 * line)))
        words = QLabel(
            f"<h2>FaceDesigner {__version__}</h2>"
            "<p>Design faces of people who do not exist.<br>Licensed under the Apache License 2.0.</p>"
        )
        head = QHBoxLayout()
        head.addWidget(logo)
        head.addSpacing(line)
        head.addWidget(words, 1, Qt.AlignmentFlag.AlignVCenter)
        self.card = QTextBrowser()
        self.card.setHtml(card_html(info))
        self.card.setOpenExternalLinks(True)
        self.card.setMinimumSize(line * 36, line * 22)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(head)
        layout.addWidget(self.card)
        layout.addWidget(buttons)


def card_html(info: ModelInfo | None) -> str:
    """The model card as a table; every key of the card is shown."""
    if info is None:
        return "<p>No model is loaded.</p>"
    rows = {
        "Model": info.name,
        "Kind": info.variant,
        "Resolution": f"{info.resolution} × {info.resolution} px",
        "Sliders": str(len(info.controls)),
        "Identity": info.hash,
        "File": info.path.name,
        **{key.replace("_", " ").capitalize(): text for key, text in info.card.items()},
    }
    cells = "".join(
        f'<tr><td style="padding-right: 16px"><b>{html.escape(key)}</b></td><td>{html.escape(text)}</td></tr>'
        for key, text in rows.items()
    )
    return f'<h3>The loaded model</h3><table cellspacing="0" cellpadding="3">{cells}</table>'
