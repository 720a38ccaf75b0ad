"""Augmentation that does not leak into the generator: the same random changes on real and generated pictures, with
gradient (DiffAugment, Zhao 2020), each picture changed with a probability below one (ADA, Karras 2020)."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor


def augment(pictures: Tensor, policy: tuple[str, ...], probability: float) -> Tensor:
    """pictures (N, 3, R, R) in [-1, 1] -> the same shape; each policy hits each picture with `probability`."""
    for name in policy if probability > 0 else ():
        chosen = torch.rand(pictures.shape[0], 1, 1, 1, device=pictures.device) < probability
        pictures = torch.where(chosen, POLICIES[name](pictures), pictures)
    return pictures


def color(x: Tensor) -> Tensor:
    """Brightness, saturation and contrast."""
    brightness, saturation, contrast = (torch.rand(x.shape[0], 1, 1, 1, device=x.device) for _ in range(3))
    x = x + (brightness - 0.5)
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * (saturation * 2)
    mean = x.mean((1, 2, 3), keepdim=True)
    return mean + (x - mean) * (contrast + 0.5)


def translation(x: Tensor) -> Tensor:
    """Shifts by up to an eighth of the width; what comes in is grey."""
    count, _, height, width = x.shape
    reach = max(1, width // 8)
    padded = F.pad(x, (reach,) * 4)
    across, down = (torch.randint(0, 2 * reach + 1, (count, 1, 1), device=x.device) for _ in range(2))
    rows = down + torch.arange(height, device=x.device)[None, :, None]  # (N, H, 1)
    columns = across + torch.arange(width, device=x.device)[None, None, :]  # (N, 1, W)
    batch = torch.arange(count, device=x.device)[:, None, None]
    return padded.permute(0, 2, 3, 1)[batch, rows, columns].permute(0, 3, 1, 2)


def cutout(x: Tensor) -> Tensor:
    """Greys a square of half the width."""
    count, _, height, width = x.shape
    row = torch.randint(0, height, (count, 1, 1), device=x.device)
    column = torch.randint(0, width, (count, 1, 1), device=x.device)
    down = (torch.arange(height, device=x.device)[None, :, None] - row).abs() < height // 4
    across = (torch.arange(width, device=x.device)[None, None, :] - column).abs() < width // 4
    return x * ~(down & across)[:, None]


POLICIES: dict[str, Callable[[Tensor], Tensor]] = {"color": color, "translation": translation, "cutout": cutout}
