"""What happens to a picture before somebody enlarges it: shrinking, blur, noise, JPEG, a detour by a smaller size.

Half of the pictures are only shrunk, as benchmarks do it; the others are spoiled as well, each step at random, in the
order of Real-ESRGAN (Wang et al. 2021) with one round of it.
"""

from __future__ import annotations

import io

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from training.networks.superres import FACTOR, bicubic
from training.sampling import from_bytes, to_bytes

CLEAN = 0.5  # share of pictures that are only shrunk
AVERAGED = 0.3  # share of those that are shrunk by averaging, as thumbnails and generators are; bicubic the others
BLUR = (0.4, 3.0)  # standard deviation, pixels of the large picture
NOISE = 0.06  # largest standard deviation of noise, in units of [-1, 1]: 8 grey levels
QUALITY = (50, 95)  # of JPEG
DETOUR = (0.55, 0.95)  # size by way of which a picture may come
TAPS = 8  # pixels that the blur reaches to each side


def degrade(pictures: Tensor, clean: float = CLEAN) -> Tensor:
    """(N, 3, H, W) in [-1, 1], sides a multiple of 4 -> (N, 3, H / 4, W / 4), of 256 grey levels as files are."""
    count = len(pictures)
    small = torch.where(some(count, AVERAGED), F.avg_pool2d(pictures, FACTOR), bicubic(pictures, 1 / FACTOR))
    spoiled = [index for index, chosen in enumerate(some(count, 1 - clean).flatten().tolist()) if chosen]
    if spoiled:
        small[spoiled] = spoil(pictures[spoiled])
    return from_bytes(to_bytes(small))


def spoil(pictures: Tensor) -> Tensor:
    """(N, 3, H, W) -> (N, 3, H / 4, W / 4): blurred, shrunk by any of three filters, with noise, as JPEG."""
    count = len(pictures)
    x = torch.where(some(count, 0.8), blurred(pictures, uniform(count, *BLUR).flatten()), pictures)
    side = [pictures.shape[2] // FACTOR, pictures.shape[3] // FACTOR]
    x = torch.where(some(count, 0.5), F.avg_pool2d(x, FACTOR), bicubic(x, 1 / FACTOR))
    scale = float(torch.empty(1).uniform_(*DETOUR))  # the same for all, so that they stay one tensor
    there = F.interpolate(x, [max(1, round(edge * scale)) for edge in side], mode="bilinear", antialias=True)
    back = F.interpolate(there, side, mode="bicubic", align_corners=False)
    x = torch.where(some(count, 0.3), back, x)
    grey = some(count, 0.3)  # noise of brightness alone, as film has it
    noise = torch.where(grey, torch.randn(count, 1, *side), torch.randn(count, 3, *side))
    x = torch.where(some(count, 0.6), x + noise * uniform(count, 0, NOISE), x)
    return torch.where(some(count, 0.7), as_jpeg(x), x)


def some(count: int, share: float) -> Tensor:
    """(count, 1, 1, 1): which ones are chosen."""
    return torch.rand(count, 1, 1, 1) < share


def uniform(count: int, low: float, high: float) -> Tensor:
    return torch.empty(count, 1, 1, 1).uniform_(low, high)


def blurred(pictures: Tensor, deviations: Tensor) -> Tensor:
    """Each picture of (N, 3, H, W) by a Gaussian of its own standard deviation (N,), in pixels."""
    count, channels, height, width = pictures.shape
    places = torch.arange(-TAPS, TAPS + 1).float()
    taps = torch.exp(-(places[None, :] / deviations[:, None]).square() / 2)
    taps = (taps / taps.sum(1, keepdim=True)).repeat_interleave(channels, 0)[:, None, None, :]  # (3 N, 1, 1, T)
    x = F.pad(pictures, [TAPS] * 4, mode="replicate").reshape(1, count * channels, height + 2 * TAPS, width + 2 * TAPS)
    x = F.conv2d(F.conv2d(x, taps, groups=count * channels), taps.transpose(2, 3), groups=count * channels)
    return x.reshape(pictures.shape)


def as_jpeg(pictures: Tensor) -> Tensor:
    """Each picture of (N, 3, H, W) written as JPEG of some quality and read again."""
    result = []
    for picture in to_bytes(pictures).permute(0, 2, 3, 1).numpy():
        buffer = io.BytesIO()
        quality = int(torch.randint(QUALITY[0], QUALITY[1] + 1, ()))
        Image.fromarray(picture).save(buffer, "JPEG", quality=quality)
        result.append(torch.from_numpy(np.array(Image.open(buffer))))
    return from_bytes(torch.stack(result).permute(0, 3, 1, 2))
