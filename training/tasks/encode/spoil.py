"""What lies between a generator's own picture and a photograph: light, blur, noise, place, background."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def spoil(pictures: Tensor) -> Tensor:
    """(N, 3, R, R) in [-1, 1] -> the same, as photographs may be: each change hits a third or half of them."""
    count = len(pictures)

    def some(share: float) -> Tensor:
        return torch.rand(count, 1, 1, 1) < share

    def uniform(low: float, high: float, channels: int = 1) -> Tensor:
        return torch.empty(count, channels, 1, 1).uniform_(low, high)

    x = torch.where(some(0.3), another_background(pictures), pictures)
    zoom, across, down = uniform(0.95, 1.05).flatten(), uniform(-0.06, 0.06).flatten(), uniform(-0.06, 0.06).flatten()
    zero = torch.zeros(count)
    placed = torch.stack([torch.stack([zoom, zero, across], 1), torch.stack([zero, zoom, down], 1)], 1)
    where = F.affine_grid(placed, list(x.shape), align_corners=False)
    moved = F.grid_sample(x, where, mode="bilinear", padding_mode="reflection", align_corners=False)
    x = torch.where(some(0.5), moved, x)
    x = torch.where(some(0.5), x * uniform(0.8, 1.2) + uniform(-0.15, 0.15) + uniform(-0.05, 0.05, 3), x)
    small = F.interpolate(x, scale_factor=0.5, mode="area")
    x = torch.where(some(0.3), F.interpolate(small, x.shape[2:], mode="bilinear", align_corners=False), x)
    x = torch.where(some(0.3), x + torch.randn_like(x) * uniform(0, 0.1), x)
    return x.clamp(-1, 1)


def another_background(pictures: Tensor) -> Tensor:
    """Outside an ellipse where aligned heads lie: a plain colour, or the blurred surroundings of another picture."""
    count, _, side, _ = pictures.shape
    places = (torch.arange(side) + 0.5) / side
    radius = (((places[None, :] - 0.5) / 0.44).square() + ((places[:, None] - 0.56) / 0.54).square()).sqrt()
    mask = torch.sigmoid((radius - 1) * 25)
    blurred = F.interpolate(F.interpolate(pictures.roll(1, 0), (8, 8), mode="area"), side, mode="bilinear")
    colour = torch.empty(count, 3, 1, 1).uniform_(-1, 1)
    ground = torch.where(torch.rand(count, 1, 1, 1) < 0.5, blurred, colour.expand_as(pictures))
    return pictures + mask * (ground - pictures)
