"""Autosave: the drawing is written shortly after each mark, and is there again at the next start."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from facedesigner.gui.sketch.sheet import Sheet
from facedesigner.state import drawing, kept
from facedesigner.state.drawing import DrawingError, Mark
from facedesigner.state.files import write_atomically
from training.locking import Lock, LockedError, beside

DELAY = 1000  # milliseconds after the last mark


class Autosave(QObject):
    said = Signal(str)

    def __init__(self, sheet: Sheet, path: Path) -> None:
        super().__init__(sheet)
        self._sheet, self._path = sheet, path
        self._failed = False
        self._lock = Lock(beside(path), "Another window keeps a drawing", "export the one in this window")
        self._lines: list[tuple[Mark, str]] = []  # of what was saved last
        self._timer = QTimer(self, singleShot=True, interval=DELAY)
        self._timer.timeout.connect(self.save)
        sheet.marked.connect(self._timer.start)

    def restore(self) -> None:
        """What was drawn last; a file that cannot be read is set aside, not lost."""
        if not self._path.exists():
            return
        try:
            marks = drawing.load(self._path)
        except DrawingError as error:
            self.said.emit(f"The last drawing cannot be restored: {error}. {kept.set_aside(self._path)}")
            return
        if marks:
            self._sheet.restore(marks)
            self._timer.stop()
            self.said.emit("Your last drawing is back.")

    def save(self) -> None:
        """Now, whatever is under way."""
        self._timer.stop()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.take()
            write_atomically(self._path, self._text().encode())
        except LockedError as error:
            self._fail(f"{error}.")
        except OSError as error:
            reason = error.strerror or error
            self._fail(f"The drawing is not being kept: {self._path} cannot be written ({reason}). Export it.")
        else:
            self._failed = False

    def finish(self) -> None:
        """Saves what is still to be saved; another window may then keep its drawing."""
        if self._timer.isActive():
            self.save()
        self._lock.give_back()

    def _fail(self, words: str) -> None:
        """Once is enough."""
        if not self._failed:
            self._failed = True
            self.said.emit(words)

    def _text(self) -> str:
        """Only what is new is turned into text: with hundreds of strokes the rest would hold up the next one."""
        known = list(self._lines)
        self._lines = []
        for index, mark in enumerate(self._sheet.marks):
            same = index < len(known) and known[index][0] is mark
            self._lines.append(known[index] if same else (mark, drawing.line_of(mark)))
        return drawing.joined(line for _, line in self._lines)
