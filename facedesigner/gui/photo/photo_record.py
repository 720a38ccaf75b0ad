"""PhotoRecord: a face of a photo, and what the model made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from facedesigner.contract.photos import Reached
    from facedesigner.engine.found_photo import FoundPhoto
    from facedesigner.engine.likeness import Likeness
    from facedesigner.engine.photo import PhotoFace
    from facedesigner.state.face import FaceState


@dataclass(eq=False)
class PhotoRecord:
    """Filled in as it is found out."""

    found: FoundPhoto
    index: int  # of `found.faces`
    estimate: Reached | None = None
    best: Reached | None = None
    share: float = 0.0  # of the refinement
    ended: str = ""  # how it ended; "" while it goes on
    estimate_likeness: Likeness | None = None
    likeness: Likeness | None = None  # of `best`
    problem: str = ""  # why it could not be measured

    @property
    def path(self) -> Path:
        return self.found.path

    @property
    def photo_face(self) -> PhotoFace:
        return self.found.faces[self.index]

    @property
    def title(self) -> str:
        """`party.jpg`, or `party.jpg, face 2 of 3`."""
        count = len(self.found.faces)
        return self.path.name if count == 1 else f"{self.path.name}, face {self.found.number(self.index)} of {count}"

    def is_of(self, face: FaceState) -> bool:
        """Whether `face` comes from this photo, whatever its sliders say."""
        best = self.best
        return best is not None and (best.face.model, best.face.latent) == (face.model, face.latent)
