"""A translator with its capacity in the middle, which sees every line.

A U-Net as in `translator.py`, with two differences. Its input is folded (`pixel_unshuffle`) where that one's is
averaged, so a line of one pixel stays a line. And it reads and writes at both of its largest sides, and adds up what
they write (the skips of StyleGAN2, Karras 2020): a network for 256 px begins as that for 128 px, with a larger picture,
so most of the training can be done at the smaller size, at a third of the cost.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from types import MappingProxyType

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.networks.unet import Shape, Translator, block

Table = Mapping[int, int]  # by side
OUTER = 64  # from which side on pictures are read and written
HEAD = 48  # channels


class Residual(nn.Module):
    """(N, C, S, S) -> (N, C, S, S)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first, self.second = block(channels, channels), block(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = x + self.second(self.first(x))
        return result


class Pyramid(Translator):
    """`resolution` at least 32."""

    channels: Table = MappingProxyType({128: 32, 64: 64, 32: 128, 16: 256, 8: 256})
    blocks: Table = MappingProxyType({64: 1, 32: 2, 16: 2, 8: 1})  # residual ones

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self.top, read, written = shape.resolution // 2, 4 * shape.inputs, 4 * shape.outputs
        sides = [side for side in self.channels if side <= self.top]  # descending
        channels = {side: shape.scaled(self.channels[side]) for side in sides}
        outer, head = [side for side in sides if side >= min(OUTER, self.top)], shape.scaled(HEAD)
        self.stems = nn.ModuleDict({str(side): block(read, channels[side]) for side in outer})
        self.down, self.inner, self.up = nn.ModuleDict(), nn.ModuleDict(), nn.ModuleDict()
        for side in sides:
            blocks = [Residual(channels[side]) for _ in range(self.blocks.get(side, 0))]
            self.inner[str(side)] = nn.Sequential(*blocks)
        for above, side in itertools.pairwise(sides):
            self.down[str(side)] = block(channels[above], channels[side], 2)
            self.up[str(above)] = block(channels[side] + channels[above], channels[above])
        self.heads = nn.ModuleDict()
        for side in outer:
            seen = channels[side] + read
            self.heads[str(side)] = nn.Sequential(block(seen, head), nn.Conv2d(head, written, 3, 1, 1))
        for side in outer:  # what a larger network adds begins at nothing
            if side > outer[-1]:
                nn.init.zeros_(self.heads[str(side)][1].weight)  # type: ignore[index]
                nn.init.zeros_(self.heads[str(side)][1].bias)  # type: ignore[index]
                nn.init.zeros_(self.down[str(side // 2)][1].weight)  # type: ignore[index]

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = torch.tanh(self.drawn(x).float())
        return result

    def drawn(self, x: Tensor) -> Tensor:
        """What is written at all sides, added up, of no bounds."""
        folded = {}  # side -> (N, 4 inputs, side, side)
        for name in self.stems:
            shrunk = F.avg_pool2d(x, self.top // int(name)) if int(name) < self.top else x
            folded[name] = F.pixel_unshuffle(shrunk, 2).contiguous(memory_format=torch.channels_last)
        y, skips = x, {}
        for name, inner in self.inner.items():  # from the largest side
            if name in self.down:
                y = self.down[name](y)
            if name in self.stems:
                read = self.stems[name](folded[name])
                y = y + read if name in self.down else read
            y = inner(y)
            skips[name] = y
        picture: Tensor | None = None
        for name in reversed(list(self.inner)):  # from the smallest
            if name in self.up:
                y = F.interpolate(y, scale_factor=2, mode="nearest")
                y = self.up[name](torch.cat([y, skips[name]], 1))
            if name in self.heads:
                fine = F.pixel_shuffle(self.heads[name](torch.cat([y, folded[name]], 1)), 2)
                if picture is None:
                    picture = fine
                else:
                    picture = fine + F.interpolate(picture, scale_factor=2, mode="bilinear", align_corners=False)
        assert picture is not None
        return picture


class Restorer(Pyramid):
    """Adds what it draws to the picture it is given, (N, 3, R, R) in [-1, 1]: more channels where there is texture."""

    channels = MappingProxyType({256: 24, 128: 48, 64: 96, 32: 160, 16: 256, 8: 256})
    blocks = MappingProxyType({128: 1, 64: 2, 32: 2, 16: 2, 8: 1})

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        for head in self.heads.values():  # it begins by changing nothing
            nn.init.zeros_(head[1].weight)  # type: ignore[index]
            nn.init.zeros_(head[1].bias)  # type: ignore[index]

    def forward(self, x: Tensor) -> Tensor:
        return x.float() + self.drawn(x).float()
