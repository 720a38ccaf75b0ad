"""Tiny pictures and runs for the training tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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


def make_labelled(folder: Path, count: int = 24) -> Path:
    """Pictures of one colour each, with labels.csv: `colour` red or blue, and an `age` of 10 to 59 that brightens
    them. The first picture has no colour, the last one no row."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = ["file,colour,age"]
    for i in range(count):
        colour, age = ("red", "blue")[i % 2], 10 + 17 * i % 50
        pixels = np.zeros((16, 16, 3), np.uint8)
        pixels[..., 0 if colour == "red" else 2] = 20 + 4 * (age - 9)
        Image.fromarray(pixels).save(folder / f"{i:03d}.png")
        rows.append(f"{i:03d}.png,{colour if i else ''},{age}")
    (folder / "labels.csv").write_text("\n".join(rows[:-1]))
    return folder


SMALL: dict[str, dict[str, Any]] = {  # a network of each variant at 16 px, to be trained on `make_labelled`'s pictures
    "style": {"resolution": 16, "z_dim": 16, "mapping_layers": 2, "channel_base": 128, "channel_max": 16},
    "dcgan": {"resolution": 16, "width": 8},
    "lsgan": {"resolution": 16, "width": 8},
    "cgan": {"resolution": 16, "width": 8, "labels": ["colour", "age:30"]},
    "acgan": {"resolution": 16, "width": 8, "labels": ["colour", "age:30"]},
    "infogan": {"resolution": 16, "width": 8, "classes": 3, "continuous": 2},
}


def small_config(variant: str, data: Path, *overrides: str) -> RunConfig:
    """The debug config with a network of this variant."""
    return debug_config(data, f"variant={variant}", f"options={SMALL[variant]}", *overrides)


def debug_config(data: Path, *overrides: str) -> RunConfig:
    return load_config(DEBUG, (f"data.source={data}", "train.device=cpu", *overrides))
