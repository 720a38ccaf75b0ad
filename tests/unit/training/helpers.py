"""Tiny pictures and runs for the training tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from training.config import RunConfig, load_config

DEBUG = Path(__file__).parents[3] / "training" / "configs" / "debug.toml"


def make_pictures(folder: Path, count: int = 24, size: int = 16, seed: int = 0) -> Path:
    """Smooth colour gradients, each different."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    ramp = np.linspace(0, 1, size)
    for i in range(count):
        a, b, c = rng.random((3, 3))
        picture = a + b * ramp[:, None, None] + c * ramp[None, :, None]
        pixels = (picture / picture.max() * 255).astype(np.uint8)
        Image.fromarray(np.broadcast_to(pixels, (size, size, 3)).copy()).save(folder / f"{i:03d}.png")
    return folder


def debug_config(data: Path, *overrides: str) -> RunConfig:
    return load_config(DEBUG, (f"data.source={data}", "train.device=cpu", *overrides))
