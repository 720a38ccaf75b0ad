"""68 landmarks of aligned pictures, for drawings made from them; kept beside the decoded pictures."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from training.curation.detector import LANDMARKS_68, dlib_model, require_packages
from training.data import Faces
from training.files import replacing
from training.networks.labeller import FACE_BOX, LOOK, enlarged

REPORT_EVERY = 1000  # pictures


class Landmarks:
    """dlib's 68 landmarks of aligned pictures: they lie where FFHQ has them, so no detector is needed."""

    def __init__(self) -> None:
        """Raises ImportError that says what to install."""
        require_packages()
        dlib: Any = importlib.import_module("dlib")
        self.predict = dlib.shape_predictor(str(dlib_model(LANDMARKS_68)))
        self.box = dlib.rectangle(*FACE_BOX)

    def __call__(self, picture: Tensor) -> Tensor:
        """(3, R, R) uint8 -> (68, 2)."""
        look = enlarged(picture.permute(1, 2, 0).contiguous().numpy(), LOOK)
        points = [(point.x, point.y) for point in self.predict(look, self.box).parts()]
        return torch.tensor(points, dtype=torch.float32) / LOOK


def landmarks_of(faces: Faces, cache: Path | None, say: Callable[[str], None] = lambda _: None) -> Tensor | None:
    """(N, 68, 2): x and y in 0 to 1 of the square; None where dlib is not installed. 5 ms a picture, once."""
    path = None if cache is None else cache / f"landmarks-{key_of(faces)}.safetensors"
    if path is not None:
        try:
            return load_file(path)["landmarks"]
        except (OSError, SafetensorError, KeyError):
            pass
    try:
        find = Landmarks()
    except ImportError:
        return None
    found = torch.zeros(len(faces), 68, 2)
    for number, picture in enumerate(faces.images):
        found[number] = find(picture)
        if number % REPORT_EVERY == 0:
            say(f"landmarks of {number} of {len(faces)} pictures")
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            save_file({"landmarks": found}, temporary)
    return found


def key_of(faces: Faces) -> str:
    """Hangs on names and size, as the cache of pictures does."""
    listing = "\n".join([str(faces.images.shape[-1]), *faces.names])
    return hashlib.blake2b(listing.encode(), digest_size=8).hexdigest()
