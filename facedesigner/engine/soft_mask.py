"""SoftMask: a mask as the generator takes it, with an edge that fades inwards."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from facedesigner.state.mask import SIDE, Mask

FADES = (4, 12)  # cells from the edge inwards until all of the inner face is drawn, but no more than half of the way in
SHAPES = 8  # features up to this size make shapes: there places around the mask take part, or none would change much


class SoftMask:
    """How much of the inner face is drawn, (1, 1, S, S) in [0, 1], see `training.gans.base.Blending`."""

    def __init__(self, mask: Mask, device: torch.device) -> None:
        self._device = device
        self._cells = cells_of(mask)[None, None].float()  # (1, 1, SIDE, SIDE)
        self._faded = faded(self._cells)
        self._pictures: dict[int, Tensor] = {}
        self._features: dict[int, Tensor] = {}

    def picture(self, size: int) -> Tensor:
        """Nothing outside: a pixel that is not wholly within the mask is 0, so that it stays as it is, to the bit."""
        if size not in self._pictures:
            self._pictures[size] = (resized(self._faded, size) * within(self._cells, size)).to(self._device)
        return self._pictures[size]

    def features(self, size: int) -> Tensor:
        """Every place that the mask touches. With shares, as of a picture, half of an edit would be lost in the coarse
        places; what is too much here is left out of the picture."""
        if size not in self._features:
            touched = 1 - within(1 - self._cells, size)
            if size <= SHAPES:
                touched = F.max_pool2d(touched, 3, 1, 1)
            self._features[size] = touched.to(self._device)
        return self._features[size]


def faded(cells: Tensor) -> Tensor:
    """(1, 1, SIDE, SIDE) of 0 and 1 -> the same, rising from the edge inwards."""
    least, most = FADES
    layers = [cells]
    while len(layers) < 2 * most and layers[-1].any():
        layers.append(eroded(layers[-1], square=len(layers) % 2 == 0))
    return torch.stack(layers[: min(max(len(layers) // 2, least), most)]).mean(0)


def within(cells: Tensor, size: int) -> Tensor:
    """(1, 1, SIDE, SIDE) of 0 and 1 -> (1, 1, size, size): 1 where all of a pixel is."""
    if size >= SIDE:  # each pixel lies in one cell where both are powers of two, else the next one may count, too
        near = F.interpolate(cells, (size, size), mode="nearest")
        return near if size % SIDE == 0 else -F.max_pool2d(-near, 3, 1, 1)
    return 1 - F.adaptive_max_pool2d(1 - cells, size)


def resized(cells: Tensor, size: int) -> Tensor:
    """(1, 1, SIDE, SIDE) -> (1, 1, size, size)"""
    if size > SIDE:
        return F.interpolate(cells, (size, size), mode="bilinear", align_corners=False)
    return F.adaptive_avg_pool2d(cells, size)


def eroded(cells: Tensor, square: bool) -> Tensor:
    """(1, 1, H, W) without the cells at its edge, those at the edge of the picture aside. Across and down alone, or the
    corners too: in turns that makes octagons of what would become diamonds or squares."""
    if square:
        return -F.max_pool2d(-cells, 3, 1, 1)
    return torch.minimum(-F.max_pool2d(-cells, (1, 3), 1, (0, 1)), -F.max_pool2d(-cells, (3, 1), 1, (1, 0)))


def cells_of(mask: Mask) -> Tensor:
    """(SIDE, SIDE) bool"""
    bits = np.unpackbits(np.frombuffer(mask.data, np.uint8)).reshape(SIDE, SIDE)
    return torch.from_numpy(bits).bool()


def mask_of(cells: np.ndarray) -> Mask:
    """Of (SIDE, SIDE) bool. MaskError when none is set."""
    return Mask(np.packbits(cells).tobytes())
