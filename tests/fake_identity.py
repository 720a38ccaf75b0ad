"""An identity without dlib: a picture's embedding is what it looks like from afar."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from training.networks.embeddings import Embeddings, save_embeddings

CALIBRATION = {
    "slope": -40.0,
    "intercept": 10.0,
    "threshold": 0.2,
    "limits": [0.0, 0.1, 0.2, 0.3, 0.4],
    "copies": {"total": 100, "under": [0, 60, 99, 100, 100]},
    "searches": {"total": 200, "under": [0, 0, 2, 40, 150]},
    "pairs": {"total": 1000, "under": [0, 0, 0, 1, 20]},
    "kinds": {"flipped": [100, 0.21]},
    "left_out": True,
}


class FakeIdentity:
    """16 × 8 cells of the green channel, 0 to 1."""

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        found: np.ndarray = self.embed([picture])[0]
        return found

    def both_ways(self, picture: np.ndarray) -> np.ndarray:
        return self.embed([picture, picture[:, ::-1]])

    def embed(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        cells = [
            Image.fromarray(np.ascontiguousarray(p[..., 1])).resize((16, 8), Image.Resampling.BOX) for p in pictures
        ]
        rows = [np.asarray(cell, np.float32).ravel() / 255 for cell in cells]
        return np.stack(rows) if rows else np.zeros((0, 128), np.float32)

    def network(self, chips: Tensor) -> Tensor:
        return torch.nn.functional.interpolate(chips[:, 1:2], (8, 16), mode="area").flatten(1) / 255


def fake_embeddings(path: Path, pictures: dict[str, np.ndarray], model: str = "tiny", data: str = "gradients") -> Path:
    values = FakeIdentity().embed(list(pictures.values())).astype(np.float16)
    about = {"model": model, "data": data, "source": "faces", "holdout": "0"}
    save_embeddings(Embeddings(values, tuple(pictures), about, CALIBRATION), path)
    return path


def random_picture(seed: int, side: int = 16) -> np.ndarray:
    """Blotches of 4 pixels, so that resizing keeps what it looks like from afar: (side, side, 3)."""
    cells = np.random.default_rng(seed).integers(0, 256, (side // 4, side // 4, 3), dtype=np.uint8)
    return cells.repeat(4, 0).repeat(4, 1)
