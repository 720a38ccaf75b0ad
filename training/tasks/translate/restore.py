"""Restoration: a soft, noisy, compressed or small face becomes sharp (the problem of GFPGAN, Wang et al. 2021). What
is learnt from is made of sharp faces by shrinking and spoiling them twice over, as Real-ESRGAN does."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from training.options import option
from training.tasks.superres.degrade import as_jpeg, blurred, some
from training.tasks.translate.base import LOSSES, Translation
from training.tasks.translate.line_drawing import uniform

CLEAN = 0.2  # share of the pictures that are only shrunk
LEAST = 16  # pixels that a face is shrunk to at least
MODES = ("area", "bilinear", "bicubic")
BLUR = (0.2, 2.5)  # standard deviation at 512 px
NOISE = 0.08  # largest standard deviation, in units of [-1, 1]


@dataclass(frozen=True)
class Options:
    resolution: int = option(512, "width and height in pixels", choices=(32, 64, 128, 256, 512))
    loss: str = option("lsgan", "adversarial loss", choices=tuple(LOSSES))
    adversarial: float = option(0.5, "weight of the adversarial loss; 0: none", low=0)
    l1: float = option(10.0, "weight of the absolute difference to the sharp picture", low=0)
    critic: float = option(1.0, "weight of a second critic, which sees by a pretrained network; 0: none", low=0)
    features: float = option(5.0, "weight of the distance of that network's features, where it is used", low=0)
    lpips: float = option(4.0, "weight of LPIPS (AlexNet) to the sharp picture; 0: none", low=0)
    smallest: float = option(0.125, "how small pictures become, beside the resolution", low=0.03, high=1)
    largest: float = option(0.5, "how small they become at least", low=0.03, high=1)
    width: float = option(1.0, "of the network's layers", low=0.1, high=4)
    design: str = option("restorer", "of the network", choices=("restorer",))


class Model(Translation):
    options: Options
    inputs = outputs = 3
    takes_hints = False

    def condition(self, photos: Tensor, points: Tensor | None) -> Tensor:
        return spoiled(photos, self.options.smallest, self.options.largest)

    def target(self, photos: Tensor) -> Tensor:
        return photos

    def picture(self, condition: Tensor, answer: Tensor) -> Tensor:
        return answer

    def sheet(self, seen: Tensor) -> Tensor:
        return seen


def spoiled(photos: Tensor, smallest: float, largest: float) -> Tensor:
    """Sharp (N, 3, R, R) in [-1, 1] -> as large, but with the detail of a small picture that went through much."""
    return torch.cat([spoiled_one(photo, smallest, largest) for photo in torch.split(photos, 1)])


def spoiled_one(photo: Tensor, smallest: float, largest: float) -> Tensor:
    full = photo.shape[-1]
    side = max(LEAST, round(full * math.exp(uniform(math.log(smallest), math.log(largest)))))
    if uniform(0, 1) < CLEAN:
        return resized(resized(photo, side, "bicubic"), full, "bicubic").clamp(-1, 1)
    x = through(photo, side, uniform(*BLUR) * full / 512, 0.7)
    if uniform(0, 1) < 0.5:
        x = through(x, max(LEAST, round(side * uniform(0.6, 1.3))), uniform(0.2, 1.2), 0.5)
    return resized(x, full, "bicubic").clamp(-1, 1)


def through(x: Tensor, side: int, blur: float, chance: float) -> Tensor:
    """(1, 3, S, S) -> (1, 3, side, side): one round of Real-ESRGAN's."""
    if uniform(0, 1) < chance:
        x = blurred(x, torch.tensor([blur]))
    x = resized(x, side, MODES[int(torch.randint(len(MODES), ()))])
    channels = 1 if uniform(0, 1) < 0.4 else 3
    if uniform(0, 1) < chance:
        x = x + torch.randn(1, channels, side, side) * uniform(0, NOISE)
    return as_jpeg(x.clamp(-1, 1)) if bool(some(1, chance)) else x


def resized(x: Tensor, side: int, mode: str) -> Tensor:
    if mode == "area":
        return F.interpolate(x, (side, side), mode="area")
    return F.interpolate(x, (side, side), mode=mode, antialias=side < x.shape[-1], align_corners=False)
