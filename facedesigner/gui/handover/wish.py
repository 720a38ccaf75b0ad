"""Wish: what is to be handed over of a face, and for which robot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facedesigner.engine.landmarks import Landmarks
    from facedesigner.export.fabrication import Options
    from facedesigner.export.layout import Layout
    from facedesigner.export.presets import Preset
    from facedesigner.state.face import FaceState


@dataclass(frozen=True)
class Wish:
    options: Options
    layout: Layout
    stem: str  # what the files are called
    face: FaceState | None  # None leaves the recipe out
    model: str  # its name
    pointed: Landmarks | None = None  # two clicks, where no eyes are found
    weights: Path | None = None  # of the model, for the certificate
    robot: str = ""  # what it is for
    solid: str = "plate"
    profile: Path | None = None  # of a press

    def having(self, preset: Preset) -> Wish:
        """The same face for a robot."""
        profile = Path(preset.profile) if preset.profile else None
        return replace(
            self,
            options=preset.options,
            layout=preset.layout,
            robot=preset.title,
            solid=preset.solid,
            profile=profile,
        )


def life_size(face: FaceState | None, model: str, weights: Path | None, stem: str = "") -> Wish:
    from facedesigner.export.presets import Preset

    plain = Preset()
    return Wish(plain.options, plain.layout, stem or (face.stem if face else "face"), face, model, None, weights)
