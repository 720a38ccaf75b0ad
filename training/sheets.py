"""`codes.png` of a run: what the labels and codes of a conditional generator do, one row each."""

from __future__ import annotations

from pathlib import Path

import torch

from training.gans.base import Generator
from training.sampling import draw, latents_of, save_grid

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
