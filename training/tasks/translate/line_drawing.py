"""Drawings made from a photo's pixels: lines where lightness changes, and shading. Ink (N, 1, R, R): 0 paper, 1 black.

Lengths are in pixels of a 256 px picture and scale with the resolution. Each call draws its own parameters.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from training.filters import FULL, blur, edges_of, grey


def uniform(low: float, high: float) -> float:
    """One number from torch's generator, which a run seeds at each step."""
    return low + (high - low) * float(torch.rand(()))


def xdog(photos: Tensor) -> Tensor:
    """Extended difference of Gaussians (Winnemöller 2012): lines, and now and then black areas."""
    light = grey(photos)
    sigma = uniform(0.8, 2.2)
    ink = ((edges_of(light, sigma) - uniform(0.5, 1.1)) / uniform(0.2, 0.9)).clamp(0, 1)
    if uniform(0, 1) < 0.3:  # dark areas are filled
        dark = blur(light, 1.5)
        ink = torch.maximum(ink, ((uniform(0.2, 0.4) - dark) / 0.06).clamp(0, 1))
    return ink


def soft_edges(photos: Tensor) -> Tensor:
    """Broad grey lines as an edge network draws them: gradients of all colours."""
    smooth = blur(photos, uniform(0.8, 2.4))
    across = F.pad(smooth.diff(dim=3), (0, 1)).square()
    down = F.pad(smooth.diff(dim=2), (0, 0, 0, 1)).square()
    slope = (across + down).sqrt().amax(1, keepdim=True)
    slope = slope / (slope.mean((1, 2, 3), keepdim=True) + 1e-4)
    return ((slope - uniform(0.9, 1.8)) / uniform(1.5, 4.0)).clamp(0, 1) * uniform(0.6, 1.0)


def pencil(photos: Tensor) -> Tensor:
    """Lines by the dodge that photo editors call a pencil sketch, over hatched or smeared shading."""
    light = grey(photos)
    dodge = (light + 0.02) / (blur(light, uniform(2.0, 6.0)) + 0.02)
    lines = ((1 - dodge).clamp(0, 1) * uniform(1.5, 4.0)).clamp(0, 1)
    shade = (1 - blur(light, uniform(1.0, 4.0))).clamp(0, 1) ** uniform(1.0, 2.2) * uniform(0.2, 0.8)
    if uniform(0, 1) < 0.5:
        shade = shade * hatching(light.shape[-1])
    return torch.maximum(lines, shade) * uniform(0.7, 1.0)


def hatching(side: int) -> Tensor:
    """(1, 1, side, side) around 1: uneven parallel strokes."""
    angle, period = uniform(0, math.pi), uniform(4, 9) * side / FULL
    return 1 + 0.6 * parallels(1, side, angle, max(period, 2.0), 1.5, 12)


def parallels(count: int, side: int, angle: float, period: float, bend: float, cells: int) -> Tensor:
    """(count, 1, side, side) in [-1, 1]: parallel strokes, a period in pixels apart, not quite straight."""
    places = torch.arange(side, dtype=torch.float32)
    along = math.cos(angle) * places[None, :] + math.sin(angle) * places[:, None]
    wobble = F.interpolate(torch.randn(count, 1, cells, cells), (side, side), mode="bicubic", align_corners=False)
    return torch.sin(along * (2 * math.pi / period) + bend * wobble)


def bold_strokes(photos: Tensor) -> Tensor:
    """Few thick lines: edges of a picture simplified by blur, without short ones."""
    light = grey(blur(photos, uniform(1.5, 3.0)))
    ink = (edges_of(light, uniform(2.2, 4.5)) > uniform(0.9, 1.4)).float()
    long_enough = blur(ink, 5.0) > uniform(0.08, 0.2)
    return (blur(ink * blur(long_enough.float(), 2.0), uniform(0.6, 1.2)) * 1.8).clamp(0, 1)
