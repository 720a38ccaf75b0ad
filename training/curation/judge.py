"""Two questions that no landmark answers: does the face wear glasses, is it distorted? Linear models on histograms of
gradients, with our own weights in `judge.npz`.

`fit.py` made the weights from 4,066 generated faces with estimated labels (`faces256` and `faces.csv` of the project's
data) and from pictures that it distorted itself. What they reach on faces held out is in `judge.npz` under `about`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.curation.texture import CELL, gradients

WEIGHTS = Path(__file__).with_name("judge.npz")
REGIONS = {  # rows and columns of an aligned picture of 128 px: from the eyebrows to the nose's tip; the whole face
    "glasses": (slice(40, 88), slice(16, 112)),
    "distorted": (slice(24, 120), slice(16, 112)),
}


def features(face: np.ndarray, question: str) -> np.ndarray:
    """(128, 128) grey levels, aligned -> (F,) float64 for that question's linear model."""
    rows, columns = (slice(part.start // CELL, part.stop // CELL) for part in REGIONS[question])
    return np.asarray(gradients(face)[rows, columns]).ravel()


@dataclass(frozen=True, eq=False)
class Linear:
    weight: np.ndarray  # (F,)
    bias: float

    def __call__(self, values: np.ndarray) -> float:
        """Probability, 0 to 1."""
        return float(1 / (1 + np.exp(-np.clip(values @ self.weight + self.bias, -30, 30))))


class Judge:
    def __init__(self, path: Path = WEIGHTS) -> None:
        with np.load(path, allow_pickle=False) as file:
            self.models = {
                name: Linear(file[f"{name}_weight"].astype(np.float64), float(file[f"{name}_bias"])) for name in REGIONS
            }

    def __call__(self, face: np.ndarray, question: str) -> float:
        """(128, 128) grey levels, aligned -> probability that the answer is yes."""
        return self.models[question](features(face, question))
