"""An age path that a test knows all of: red and blue swap with the years, hence so does what is drawn."""

from __future__ import annotations

from pathlib import Path

import torch

from tests.tiny import tiny_weights
from training.movements import AgePath, Direction
from training.weights import load_weights, save_weights

LEVEL = 30.0
YEARS = (0.0, 20.0, 40.0, 90.0)


def age_path(shape: tuple[int, int]) -> AgePath:
    """Along the first column: each year counts a tenth from 20 to 40, a hundredth beyond. A face is as many years older
    as the first number of its first row is larger."""
    curve = torch.zeros(len(YEARS), *shape)
    curve[:, :, 0] = torch.tensor([-0.2, 0.0, 2.0, 2.5])[:, None]
    reader = torch.zeros(shape)
    reader[0, 0] = 1.0
    return AgePath(YEARS, curve, reader, LEVEL, 18.0, 44.0)


def aged_weights(path: Path, *, straight: bool = False) -> Path:
    """Tiny weights with the path; `straight`: also with the slider that it takes the place of."""
    tiny_weights(path)
    weights = load_weights(path)
    vector = torch.ones(weights.generator.latent_shape)
    old = [Direction("age", "Age", "Face", vector, -5.0, 5.0, "years")] if straight else []
    with_old = weights.having(Direction, [*weights.of(Direction), *old])
    save_weights(with_old.having(AgePath, [age_path(weights.generator.latent_shape)]), path, keep_hash=True)
    return path
