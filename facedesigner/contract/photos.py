"""What comes of opening a photo."""

from __future__ import annotations

from dataclasses import dataclass

from facedesigner.contract.request import Image
from facedesigner.state.face import FaceState


@dataclass(frozen=True, eq=False)
class Reached:
    """What the model came to for a face of a photo, so far or in the end."""

    face: FaceState
    picture: Image  # (R, R, 3) what it draws
    share: float  # of the time that the refinement takes, 0 to 1
    steps: int = 0  # of refinement; 0: the encoder's estimate


@dataclass(frozen=True, eq=False)
class Pasted:
    """Close-ups of a photo: as it is, with what the sliders changed, and with the whole face. (H, W, 3) each."""

    photo: Image
    change: Image
    whole: Image
