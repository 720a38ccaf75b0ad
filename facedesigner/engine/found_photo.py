"""A photo with its faces, small enough to be shown whole, for the user to choose one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from facedesigner.contract.request import Image
from facedesigner.engine.kinds import is_drawing
from facedesigner.engine.photo import NoFaceError, PhotoFace, faces_of, open_aligned, opened

if TYPE_CHECKING:
    from training.curation.detector import Detector

SHOWN = 1024  # longer side in pixels
LOOKED_AT = 256  # the same, to tell a drawing from a photo


@dataclass(frozen=True, eq=False)
class FoundPhoto:
    """A photo and its faces, the largest first."""

    path: Path
    image: Image  # (H, W, 3), the longer side at most SHOWN
    scale: float  # of `image` to the pixels that the faces' boxes are given in
    faces: tuple[PhotoFace, ...]  # none of a drawing in which none was found
    drawing: bool = False  # it looks like one

    @property
    def order(self) -> tuple[int, ...]:
        """The faces from left to right, which is how they are numbered to the user: 1 is the leftmost."""
        return tuple(sorted(range(len(self.faces)), key=lambda face: self.faces[face].box[0]))

    def number(self, face: int) -> int:
        return self.order.index(face) + 1


def find_photo(path: Path, aligned: bool, detector: Detector | None) -> FoundPhoto:
    """The faces of a picture file; `aligned` takes its middle square for one, without the detector. PhotoError."""
    image = opened(path)
    drawing = not aligned and is_drawing(np.array(image.resize(fitting(image.size, LOOKED_AT), reducing_gap=2.0)))
    try:
        faces = (open_aligned(path),) if aligned else faces_of(image, path, detector=detector)
    except NoFaceError:
        if not drawing:
            raise
        faces = ()
    turned = image.rotate(faces[0].turned, expand=True) if faces else image
    scale = min(1.0, SHOWN / max(turned.size))
    small = turned.resize(fitting(turned.size, SHOWN), reducing_gap=2.0)
    return FoundPhoto(path, np.array(small), scale, faces, drawing)


def fitting(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """The size made smaller until no side is longer than that."""
    scale = min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
