"""Preferences: the user's settings while the window is open, written to their file as they change."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from facedesigner.state import settings as settings_file
from facedesigner.state.settings import Settings


class Preferences(QObject):
    changed = Signal(object)  # Settings
    failed = Signal(str)  # the file could not be written; the settings hold until the window closes

    def __init__(
        self, settings: Settings, path: Path, *, keep_file: bool = False, parent: QObject | None = None
    ) -> None:
        """`keep_file` leaves the file as it is, because it is broken and the user may want to mend it."""
        super().__init__(parent)
        self.settings = settings
        self._path = path
        self._keep_file = keep_file

    def set(self, settings: Settings) -> None:
        if settings == self.settings:
            return
        self.settings = settings
        self.changed.emit(settings)
        if self._keep_file:
            return
        try:
            settings_file.save(settings, self._path)
        except OSError as error:
            self.failed.emit(f"The settings could not be saved in {self._path}: {error.strerror or error}.")
