"""Where the window keeps what belongs to the user."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from facedesigner.resources import resource


@dataclass(frozen=True, slots=True)
class Places:
    """`settings` is a TOML file; `sessions` a folder with one project for each model, kept across restarts."""

    settings: Path
    sessions: Path

    @classmethod
    def of_user(cls) -> Places:
        return cls(
            settings=Path(platformdirs.user_config_dir("facedesigner", appauthor=False)) / "settings.toml",
            sessions=Path(platformdirs.user_data_dir("facedesigner", appauthor=False)) / "sessions",
        )

    @property
    def runs(self) -> Path:
        """Folder of the training runs, unless the settings name another."""
        return self.sessions.parent / "runs"

    @property
    def models(self) -> Path:
        """Folder of the weights that runs were exported to."""
        return self.sessions.parent / "models"

    @property
    def sliders(self) -> Path:
        """Folder of the sliders that the user taught, a file for each model."""
        return self.sessions.parent / "sliders"

    @property
    def favourites(self) -> Path:
        """Folder of the faces that the user keeps, a file for each model."""
        return self.sessions.parent / "favourites"

    @property
    def open_projects(self) -> Path:
        """Folder of a lock for each project that a window has open."""
        return self.sessions.parent / "open"

    @property
    def log(self) -> Path:
        """File of what went wrong."""
        return self.sessions.parent / "facedesigner.log"

    @property
    def known_models(self) -> Path:
        """File that remembers which network goes by which hash."""
        return self.sessions.parent / "models.json"

    @property
    def drawing(self) -> Path:
        """File of the sketch that is being drawn."""
        return self.sessions.parent / "drawing.json"

    @property
    def batches(self) -> Path:
        """Folder that a batch of faces is offered to go to."""
        return self.sessions.parent / "batch"

    @property
    def signing_key(self) -> Path:
        """File of the key that signs certificates; for the user alone."""
        return self.sessions.parent / "certificate-key.pem"

    @property
    def socket(self) -> Path:
        """Of the process that does commands for others, see `facedesigner serve`."""
        runtime = os.environ.get("XDG_RUNTIME_DIR")
        return (Path(runtime) / "facedesigner" if runtime else self.sessions.parent / "run") / "serve.sock"

    @property
    def presets(self) -> Path:
        """Folder of the user's own presets for packages."""
        return self.sessions.parent / "presets"

    @property
    def preset_folders(self) -> tuple[Path, ...]:
        """Where presets lie: the user's own, then those that come along."""
        return self.presets, resource("presets")

    @property
    def cache(self) -> Path:
        """What can be lost without harm."""
        return self.sessions.parent / "cache"
