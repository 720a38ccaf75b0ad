"""Order: which files are to be written, and how."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facedesigner.engine.landmarks import Landmarks
    from facedesigner.export.fabrication import Options
    from facedesigner.state.face import FaceState

PNG, SHEET = "png", "sheet"


@dataclass(frozen=True)
class Order:
    """What is to be written, and how."""

    kind: str  # PNG or SHEET
    path: Path
    options: Options
    stem: str  # the title of the sheet
    page: str
    face: FaceState | None  # None leaves the recipe out
    model: str  # its name
    pointed: Landmarks | None  # two clicks, where no eyes are found
