"""Preferences: the user's settings while the window is open, written to their file as they change."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from facedesigner.state import kept
from facedesigner.state import settings as settings_file
from facedesigner.state.settings import Settings, SettingsError
from training.locking import LockedError


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
        """In the file, what another window has changed meanwhile stays."""
        changed = {
            field.name: value
            for field in dataclasses.fields(Settings)
            if (value := getattr(settings, field.name)) != getattr(self.settings, field.name)
        }
        if not changed:
            return
        self.settings = settings
        self.changed.emit(settings)
        if self._keep_file:
            return
        try:
            with kept.changing(self._path):
                settings_file.save(self._merged(changed), self._path)
        except LockedError as error:
            self.failed.emit(f"The settings could not be saved: {error}.")
        except OSError as error:
            self.failed.emit(f"The settings could not be saved in {self._path}: {error.strerror or error}.")

    def _merged(self, changed: Mapping[str, Any]) -> Settings:
        if not self._path.exists():
            return self.settings
        try:
            return dataclasses.replace(settings_file.load(self._path), **changed)
        except SettingsError:  # broken meanwhile
            return self.settings
