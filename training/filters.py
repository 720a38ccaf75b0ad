"""Blur, lightness and edges of pictures. Lengths are in pixels of a 256 px picture and scale with the resolution."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

FULL = 256  # side that lengths are given for
LUMINANCE = (0.299, 0.587, 0.114)


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
