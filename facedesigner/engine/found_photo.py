"""A photo with its faces, small enough to be shown whole, for the user to choose one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from facedesigner.engine.photo import PhotoFace, faces_of, open_aligned, opened
from facedesigner.engine.request import Image

if TYPE_CHECKING:
    from training.curation.detector import Detector

SHOWN = 1024  # longer side in pixels


@dataclass(frozen=True, eq=False)
class FoundPhoto:
    """A photo and its faces, the largest first."""

    path: Path
    image: Image  # (H, W, 3), the longer side at most SHOWN
    scale: float  # of `image` to the pixels that the faces' boxes are given in
    faces: tuple[PhotoFace, ...]


def find_photo(path: Path, aligned: bool, detector: Detector | None) -> FoundPhoto:
    """The faces of a picture file; `aligned` takes its middle square for one, without the detector. PhotoError."""
    image = opened(path)
    faces = (open_aligned(path),) if aligned else faces_of(image, path, detector=detector)
    turned = image.rotate(faces[0].turned, expand=True)
    scale = min(1.0, SHOWN / max(turned.size))
    size = (max(1, round(turned.width * scale)), max(1, round(turned.height * scale)))
    return FoundPhoto(path, np.array(turned.resize(size, reducing_gap=2.0)), scale, faces)
