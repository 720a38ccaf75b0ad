"""CredentialBadge: what the content credentials of the file that was opened last say, as a button in the status bar."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMessageBox, QToolButton, QWidget

from facedesigner.gui import theme
from facedesigner.gui.work.desk import Desk
from training.texts import one_line

if TYPE_CHECKING:
    from facedesigner.export.credentials import Credentials

LONGEST = 24  # letters of the file's name


class CredentialBadge(QToolButton):
    """Hidden while there are none. What does not hold is said at once, in a box."""

    looked = Signal(object)  # Credentials of the file that was opened last, or None

    def __init__(self, key_file: Path, window: QWidget) -> None:
        """`key_file`: the user's key, whose certificates are known."""
        super().__init__(window)
        self._key_file, self._window = key_file, window
        self.desk = Desk(parent=self)  # of its own: a photo's takes seconds to be ready
        self._newest: Path | None = None
        self.sentences: list[str] = []
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.clicked.connect(self.tell)
        self.hide()

    def look(self, path: Path) -> None:
        """Checks a file in the background; a newer one takes its place."""
        self._newest = path
        self.sentences = []
        self.hide()

        def work(*_: object) -> Credentials | None:
            from facedesigner.export.credential_signer import own_certificates
            from facedesigner.export.credentials import read

            return read(path, own_certificates(self._key_file))

        self.desk.ask(work, partial(self._take, path), self, replace="look", newest=True)

    def shut_down(self) -> None:
        self.desk.close()

    def tell(self) -> None:
        """All that they say, in a box."""
        holds = self.property("holds")
        icon = QMessageBox.Icon.Information if holds else QMessageBox.Icon.Warning
        name = self._newest.name if self._newest else ""
        words = f"{one_line(name)}\n\n" + "\n\n".join(self.sentences)
        box = QMessageBox(icon, "Content credentials", words, parent=self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _take(self, path: Path, found: Credentials | None, error: Exception | None) -> None:
        if path != self._newest:
            return
        if isinstance(error, ImportError):
            self._show(path, "not checked", [f"The content credentials of the file were not checked: {error}."], True)
        elif found is not None:
            self._show(path, "signed" if found.holds else "tampered with", found.sentences, found.holds)
            if not found.holds:
                self.tell()
        self.looked.emit(found)

    def _show(self, path: Path, state: str, sentences: list[str], holds: bool) -> None:
        self.sentences = sentences
        self.setProperty("holds", holds)
        theme.set_icon(self, "certificate" if holds else "warning")
        self.setText(f"{one_line(path.name, LONGEST)}: {state}")
        self.setToolTip("\n".join(sentences))
        self.setAccessibleName(f"Content credentials of {self.text()}")
        self.show()
