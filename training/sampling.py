"""Fixed samples and picture grids."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from training.files import replacing
from training.gans.base import Generator


def latents_of(seed: int, count: int, z_dim: int) -> Tensor:
    """(count, z_dim) standard normal, the same on every device."""
    return torch.randn(count, z_dim, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def draw(generator: Generator, z: Tensor, conditions: Tensor | None = None, batch: int = 64) -> Tensor:
    """z (N, z_dim) -> pictures (N, 3, R, R) uint8 on the CPU, in evaluation mode; noise is drawn from a fixed seed.
    `conditions` (N, C) take the place of those that z stands for."""
    device = next(generator.parameters()).device
    was_training = generator.training
    generator.eval()
    if conditions is None and generator.conditions.dim:
        conditions = generator.draw_conditions(z)
    pictures = []
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(0)
        for first in range(0, len(z), batch):
            part = slice(first, first + batch)
            given = None if conditions is None else conditions[part].to(device)
            latents = generator.map(z[part].to(device), given)
            pictures.append(to_bytes(generator.synthesize(latents)).cpu())
    generator.train(was_training)
    return torch.cat(pictures)


def to_bytes(pictures: Tensor) -> Tensor:
    """[-1, 1] float -> [0, 255] uint8."""
    return pictures.float().mul(127.5).add(128).clamp(0, 255).to(torch.uint8)


def from_bytes(pictures: Tensor) -> Tensor:
    """[0, 255] uint8 -> [-1, 1] float32."""
    return pictures.float().div(127.5).sub(1)


def grid(pictures: Tensor, columns: int) -> npt.NDArray[np.uint8]:
    """(N, 3, R, R) uint8 -> (rows * R, columns * R, 3); the last row is filled with black."""
    count, _, height, width = pictures.shape
    rows = -(-count // columns)
    padding = torch.zeros(rows * columns - count, 3, height, width, dtype=torch.uint8)
    cells = torch.cat([pictures, padding]).reshape(rows, columns, 3, height, width)
    return cells.permute(0, 3, 1, 4, 2).reshape(rows * height, columns * width, 3).numpy()


def save_grid(pictures: Tensor, columns: int, path: Path) -> None:
    buffer = io.BytesIO()
    Image.fromarray(grid(pictures, columns)).save(buffer, "PNG")
    with replacing(path) as temporary:
        temporary.write_bytes(buffer.getvalue())
