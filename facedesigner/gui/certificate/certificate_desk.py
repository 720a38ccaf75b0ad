"""CertificateDesk: has faces compared in a thread of its own, for the dialog and for what watches the gallery."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from facedesigner.gui.certificate.jobs import make_certifier
from facedesigner.gui.work.desk import Desk


class CertificateDesk(Desk):
    """The models, a second to load, are loaded with the first job and then shared."""

    def __init__(self, parent: QObject | None = None, make: Callable[[], Any] = make_certifier) -> None:
        super().__init__(make, parent)
        self.training_data: Path | None = None  # where the pictures that the model was trained on are
