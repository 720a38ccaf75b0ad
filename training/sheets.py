"""Sheets of a generator's faces: the same 64 seeds at two truncations, and `codes.png`, what the labels and codes of a
conditional generator do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from training.files import replacing
from training.gans.base import Generator
from training.sampling import draw, latents_of, save_grid
from training.style_mixing import noise_of, pictures_of, plain_latents

FACES, COLUMNS = 64, 8  # of a sheet: seeds 0 to 63, none chosen
PSIS = (1.0, 0.7)  # one sheet each
SIDE = 128  # pixels of a picture in a JPEG
REACH = 2.0  # continuous codes are shown from -REACH to REACH: they learnt with -1 to 1


def save_sheet(generator: Generator, folder: Path, seed: int = 0, steps: int = 9) -> Path | None:
    """One face over and over: a row for each label or categorical code with a picture of each class, then a row for
    each continuous code from -2 to 2. Short rows end in black. None for a generator without labels and codes."""
    conditions = generator.conditions
    if not conditions.dim:
        return None
    z = latents_of(seed, 1, generator.z_dim)
    own = generator.draw_conditions(z)
    rows = [
        torch.cat([conditions.with_class(own, name, i) for i in range(size)])
        for name, size in zip(conditions.names, conditions.sizes, strict=True)
    ]
    for code in range(conditions.dim - conditions.codes, conditions.dim):
        row = own.repeat(steps, 1)
        row[:, code] = torch.linspace(-REACH, REACH, steps)
        rows.append(row)
    columns = max(map(len, rows))
    cells = torch.zeros(len(rows), columns, 3, generator.resolution, generator.resolution, dtype=torch.uint8)
    for cell, row in zip(cells, rows, strict=True):
        cell[: len(row)] = draw(generator, z.expand(len(row), -1), row)
    save_grid(cells.flatten(0, 1), columns, folder / "codes.png")
    return folder / "codes.png"


def faces_at(generator: Generator, mean: Tensor, psi: float, count: int = FACES) -> np.ndarray:
    """(count, R, R, 3) uint8, as the window draws these seeds; `mean` (D,) of the latents."""
    return pictures_of(generator, plain_latents(generator, mean, 0, count, psi), noise_of(generator))


def name_of(psi: float) -> str:
    return f"faces-psi{round(10 * psi):02d}.jpg"


def save_faces(generator: Generator, mean: Tensor, folder: Path) -> tuple[Path, ...]:
    """`faces-psi10.jpg` and `faces-psi07.jpg` in a folder: with these, besides numbers, generators are compared."""
    return tuple(
        save_pictures(list(faces_at(generator, mean, psi)), COLUMNS, folder / name_of(psi), generator.resolution)
        for psi in PSIS
    )


def save_pictures(pictures: Sequence[np.ndarray], columns: int, path: Path, side: int = SIDE) -> Path:
    """Pictures (H, W, 3) uint8 in rows of so many, each brought to a side in pixels, as a JPEG; atomically."""
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * side, rows * side))
    for place, picture in enumerate(pictures):
        small = Image.fromarray(picture)
        if small.size != (side, side):
            small = small.resize((side, side), Image.Resampling.LANCZOS)
        sheet.paste(small, (place % columns * side, place // columns * side))
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        sheet.save(temporary, "JPEG", quality=90)
    return path
