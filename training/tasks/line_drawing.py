"""Drawings made from a photo's pixels: lines where lightness changes, and shading. Ink (N, 1, R, R): 0 paper, 1 black.

Lengths are in pixels of a 256 px picture and scale with the resolution. Each call draws its own parameters.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

FULL = 256  # side that lengths are given for
LUMINANCE = (0.299, 0.587, 0.114)


def uniform(low: float, high: float) -> float:
    """One number from torch's generator, which a run seeds at each step."""
    return low + (high - low) * float(torch.rand(()))


def blur(x: Tensor, sigma: float) -> Tensor:
    """Gaussian blur of (N, C, R, R); sigma in pixels of FULL. Wide ones are made at a half or a quarter of the side."""
    sigma *= x.shape[-1] / FULL
    if sigma < 0.2:
        return x
    if sigma > 4:
        small = blur(F.avg_pool2d(x, 2), sigma * FULL / x.shape[-1])  # half the side halves the sigma in pixels
        return F.interpolate(small, x.shape[2:], mode="bilinear", align_corners=False)
    reach = max(1, math.ceil(2.5 * sigma))
    steps = torch.arange(-reach, reach + 1, dtype=x.dtype)
    kernel = torch.exp(-(steps**2) / (2 * sigma**2))
    kernel = kernel / kernel.sum()
    count, channels, height, width = x.shape
    planes = F.pad(x.reshape(count * channels, 1, height, width), (reach,) * 4, mode="replicate")
    planes = F.conv2d(F.conv2d(planes, kernel[None, None, None]), kernel[None, None, :, None])
    return planes.reshape(count, channels, height, width)


def grey(photos: Tensor) -> Tensor:
    """(N, 3, R, R) in [-1, 1] -> (N, 1, R, R) in [0, 1]."""
    weights = torch.tensor(LUMINANCE)[None, :, None, None]
    return (photos * weights).sum(1, keepdim=True) / 2 + 0.5


def edges_of(lightness: Tensor, sigma: float) -> Tensor:
    """Difference of Gaussians, positive on the dark side of an edge, in its own standard deviations."""
    difference = blur(lightness, 1.6 * sigma) - blur(lightness, sigma)
    return difference / (difference.std((1, 2, 3), keepdim=True) + 1e-3)


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
    places = torch.arange(side, dtype=torch.float32)
    along = math.cos(angle) * places[None, :] + math.sin(angle) * places[:, None]
    wobble = F.interpolate(torch.randn(1, 1, 12, 12), (side, side), mode="bicubic", align_corners=False)
    return 1 + 0.6 * torch.sin(along * (2 * math.pi / max(period, 2.0)) + 1.5 * wobble)


def bold_strokes(photos: Tensor) -> Tensor:
    """Few thick lines: edges of a picture simplified by blur, without short ones."""
    light = grey(blur(photos, uniform(1.5, 3.0)))
    ink = (edges_of(light, uniform(2.2, 4.5)) > uniform(0.9, 1.4)).float()
    long_enough = blur(ink, 5.0) > uniform(0.08, 0.2)
    return (blur(ink * blur(long_enough.float(), 2.0), uniform(0.6, 1.2)) * 1.8).clamp(0, 1)
