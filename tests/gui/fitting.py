"""Which texts of the windows in view are cut off."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from facedesigner.gui.widgets.message_label import BREAK

SLACK = 1  # pixels that rounding may take


def clipped() -> list[str]:
    """A sentence for each button or label in view that is smaller than its text."""
    for _ in range(3):  # a layout asks the one around it
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    found = []
    for window in QApplication.topLevelWidgets():
        if window.isVisible():
            found += [words for widget in window.findChildren(QWidget) for words in problems(widget)]
    return found


def problems(widget: QWidget) -> Iterator[str]:
    if not widget.isVisible() or not shown_text(widget):
        return
    needed, has = needs(widget), widget.size()
    if has.width() + SLACK < needed.width() or has.height() + SLACK < needed.height():
        yield (
            f"{type(widget).__name__} {shown_text(widget)[:60]!r} has {has.width()} x {has.height()} pixels and needs "
            f"{needed.width()} x {needed.height()}"
        )


def shown_text(widget: QWidget) -> str:
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text()
    return ""


def needs(widget: QWidget) -> QSize:
    hint = widget.minimumSizeHint()
    width, height = hint.width(), hint.height()
    if isinstance(widget, QLabel):
        if widget.wordWrap():
            width = longest_word(widget)
            height = widget.heightForWidth(max(widget.width(), 1))
        elif widget.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse:
            width = 0  # an elided or scrolled one
    return QSize(width, height)


def longest_word(label: QLabel) -> int:
    document = QTextDocument()
    document.setDefaultFont(label.font())
    text = QLabel.text(label)  # with the breaks of a `MessageLabel`
    (document.setHtml if "<" in text else document.setPlainText)(text)
    words = document.toPlainText().replace(BREAK, " ").split()
    return max((label.fontMetrics().horizontalAdvance(word) for word in words), default=0)
