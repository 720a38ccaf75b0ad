"""Enlarges pictures two and four times: bicubic, by a network of ours, or by Real-ESRGAN where it is installed.

A large picture is done in tiles. Each tile is given as many pixels around it as the network looks at, so the result is
that of the whole picture at once, and no seam shows.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from facedesigner.contract.methods import METHODS, EnhanceError, Stopped, check
from facedesigner.contract.request import Image
from facedesigner.resources import resource
from training.networks.superres import FACTOR, SuperResolver, bicubic, load_superres
from training.sampling import from_bytes, to_bytes

TILE = 192  # pixels of the small picture, without what is added around
BICUBIC_REACH = 3  # pixels that the cubic filter looks to each side, and one more


@dataclass(frozen=True)
class Enlarger:
    """`run` takes a part of a picture, (h, w, 3) uint8, and a scale; it looks `reach` pixels around each pixel."""

    run: Callable[[Image, int], Image]
    reach: int


def upscale(
    image: Image,
    method: str = "resnet",
    scale: int = 4,
    progress: Callable[[float], None] = lambda share: None,
    stop: Callable[[], bool] = lambda: False,
    tile: int = TILE,
) -> Image:
    """(H, W, C) uint8 -> (scale H, scale W, C). C is 1 (grey), 2 (grey, alpha), 3 or 4 (RGB, alpha).

    `progress` is told the share that is done, from 0 to 1; `stop` is asked before each tile. Raises EnhanceError for an
    unknown method or scale, too large a result or missing weights, WeightsError for damaged ones, Stopped.
    """
    height, width, channels = image.shape
    check(width, height, method, scale)
    colours = np.repeat(image[:, :, :1], 3, 2) if channels < 3 else image[:, :, :3]
    alpha = image[:, :, -1:] if channels in (2, 4) else None
    if alpha is not None:
        colours = filled(colours, alpha)
    large = in_tiles(colours, enlarger(method), scale, tile, progress, stop)
    if channels < 3:
        large = large.mean(2, keepdims=True).round().astype(np.uint8)
    if alpha is None:
        return large
    edges = in_tiles(np.repeat(alpha, 3, 2), enlarger("bicubic"), scale, tile, lambda share: None, stop)
    return np.concatenate([large, edges[:, :, :1]], 2)


def in_tiles(
    image: Image,
    enlarger: Enlarger,
    scale: int,
    tile: int,
    progress: Callable[[float], None],
    stop: Callable[[], bool],
) -> Image:
    """(H, W, 3) -> (scale H, scale W, 3)."""
    height, width, _ = image.shape
    large = np.empty((height * scale, width * scale, 3), np.uint8)
    done = 0
    for top, bottom in spans(height, tile):
        for left, right in spans(width, tile):
            if stop():
                raise Stopped
            above, before = max(0, top - enlarger.reach), max(0, left - enlarger.reach)
            part = image[above : bottom + enlarger.reach, before : right + enlarger.reach]
            drawn = enlarger.run(part, scale)
            down, across = (top - above) * scale, (left - before) * scale
            rows, columns = (bottom - top) * scale, (right - left) * scale
            large[top * scale : bottom * scale, left * scale : right * scale] = drawn[
                down : down + rows, across : across + columns
            ]
            done += (bottom - top) * (right - left)
            progress(done / (height * width))
    return large


def spans(length: int, tile: int) -> Iterator[tuple[int, int]]:
    """Begin and end of the tiles along a side, about equally long."""
    count = -(-length // tile)
    edges = [round(length * number / count) for number in range(count + 1)]
    yield from itertools.pairwise(edges)


def filled(colours: Image, alpha: Image) -> Image:
    """Gives pixels that nobody sees the colours around them, so that none of theirs bleeds into the edges when the
    picture is enlarged. (H, W, 3) and (H, W, 1). Push-pull (Gortler et al. 1996): averages at ever smaller sizes."""
    weight = torch.from_numpy(alpha.copy()).permute(2, 0, 1)[None].float() / 255
    colour = torch.from_numpy(colours.copy()).permute(2, 0, 1)[None].float()
    guess = averaged_around(colour * weight, weight)
    mixed = weight * colour + (1 - weight) * guess
    seen = torch.where(weight > 0, colour, mixed)  # half-seen pixels keep their own colour
    return seen[0].permute(1, 2, 0).round().clamp(0, 255).to(torch.uint8).numpy()


def averaged_around(sums: Tensor, weight: Tensor) -> Tensor:
    """Weighted sums (1, 3, H, W) and weights (1, 1, H, W) -> the mean colour of whatever is near, everywhere."""
    mean = sums / weight.clamp_min(1e-6)
    if max(weight.shape[2:]) == 1:
        return mean
    pooled = [F.avg_pool2d(x, 2, ceil_mode=True, count_include_pad=False) for x in (sums, weight)]
    around = F.interpolate(averaged_around(*pooled), weight.shape[2:], mode="bilinear", align_corners=False)
    return torch.where(weight > 1e-3, mean, around)


def enlarger(method: str) -> Enlarger:
    """EnhanceError or WeightsError when it cannot be used here."""
    if method == "bicubic":
        return Enlarger(enlarged_by_cubic, BICUBIC_REACH)
    if method == "realesrgan":
        from facedesigner.engine.realesrgan import REACH, load_peer

        return Enlarger(load_peer(), REACH)
    network = network_of(weights_of(method))
    return Enlarger(lambda part, scale: enlarged_by(network, part, scale), network.reach)


def enlarged_by_cubic(part: Image, scale: int) -> Image:
    return from_tensor(bicubic(to_tensor(part), scale))


@torch.inference_mode()
def enlarged_by(network: SuperResolver, part: Image, scale: int) -> Image:
    """Twice as large is four times as large, averaged: better than bicubic too, and needs no second network."""
    large = network(to_tensor(part).contiguous(memory_format=torch.channels_last))
    return from_tensor(large if scale == FACTOR else F.avg_pool2d(large, FACTOR // scale))


def to_tensor(image: Image) -> Tensor:
    return from_bytes(torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None])


def from_tensor(pictures: Tensor) -> Image:
    picture: Image = to_bytes(pictures)[0].permute(1, 2, 0).contiguous().numpy()
    return picture


def weights_of(method: str) -> Path:
    """The file that comes along. EnhanceError when this installation lacks it."""
    try:
        return resource(f"weights/superres-{method}.safetensors")
    except FileNotFoundError as error:
        raise EnhanceError(
            f"{error} Or choose another method than {METHODS[method].label}: bicubic needs no weights."
        ) from None


@cache
def network_of(path: Path) -> SuperResolver:
    return load_superres(path)[0]
