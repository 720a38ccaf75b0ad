"""Messages for what went wrong: what happened, what to do, and details that can be copied."""

from __future__ import annotations

import logging
import platform
import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from facedesigner import __version__
from training.texts import one_line, printable

log = logging.getLogger(__name__)

WIDEST = 160  # letters of a line


class ErrorDialog(QDialog):
    """A sentence that says what happened and what to do; `details`, if any, can be read and copied."""

    def __init__(self, title: str, message: str, details: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title, message = one_line(title), printable(message)
        self.setWindowTitle(title)
        self.message = QLabel(message)
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        letter = self.fontMetrics().averageCharWidth()
        longest = max(map(self.fontMetrics().horizontalAdvance, message.split()), default=0)  # a path, mostly
        self.message.setMinimumWidth(min(max(letter * 70, longest + letter), letter * WIDEST))
        self.details = details
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(self.style().pixelMetric(QStyle.PixelMetric.PM_LayoutVerticalSpacing) + 6)
        layout.addWidget(self.message)
        if details:
            box = QPlainTextEdit(details)
            box.setReadOnly(True)
            box.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
            box.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            box.setMinimumHeight(self.fontMetrics().lineSpacing() * 10)
            layout.addWidget(box)
            copy = buttons.addButton("&Copy details", QDialogButtonBox.ButtonRole.ActionRole)
            copy.clicked.connect(self.copy_details)
        layout.addWidget(buttons)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setDefault(True)
        close.setFocus()

    def copy_details(self) -> None:
        QGuiApplication.clipboard().setText(f"{self.message.text()}\n\n{self.details}")


def show_error(title: str, message: str, details: str = "", parent: QWidget | None = None) -> None:
    """Shows the dialog without blocking the caller."""
    dialog = ErrorDialog(title, message, details, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


def told(error: Exception) -> str:
    """What to tell of an error; the system's with the file that it is about."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}."
    return str(error)


class ExceptionHook(QObject):
    """Shows exceptions that nobody caught, of any thread, in place of losing the window.

    `before` is called first, to save work. One dialog at a time: an error that comes back with every repaint must not
    bury the screen; all of them go to standard error.
    """

    _caught = Signal(str, str)

    def __init__(self, before: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._before = before
        self._dialog: ErrorDialog | None = None
        self._caught.connect(self._show)

    def install(self) -> None:
        sys.excepthook = self._handle
        threading.excepthook = self._handle_thread

    def uninstall(self) -> None:
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def _handle(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        log.error("not caught", exc_info=(kind, error, trace))
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        machine = f"FaceDesigner {__version__}, Python {platform.python_version()}, {platform.platform()}"
        self._caught.emit(str(error) or kind.__name__, f"{machine}\n\n{text}")  # to the thread of the window

    def _handle_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self._handle(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def _show(self, message: str, details: str) -> None:
        if self._dialog is not None:
            return
        try:
            self._before()
        except Exception:
            traceback.print_exc()
        self._dialog = ErrorDialog(
            "Something went wrong",
            f"FaceDesigner made a mistake: {message}\n\nYour faces are kept, and you can go on. "
            "If it happens again, copy the details into a report.",
            details,
            QApplication.activeWindow(),
        )
        self._dialog.finished.connect(self._forget)
        self._dialog.open()

    def _forget(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None
