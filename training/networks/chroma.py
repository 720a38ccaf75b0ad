"""Colours apart from lightness: what the network of colourisation answers, and the picture that this makes."""

from __future__ import annotations

import torch
from torch import Tensor

CHROMA = torch.tensor([[-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])  # Cb and Cr of RGB (ITU-R BT.601)
GAIN = 2.0  # skin has little chroma: this brings it to the range of the network


def chroma(photos: Tensor) -> Tensor:
    """RGB (N, 3, H, W) in [-1, 1] -> Cb and Cr (N, 2, H, W), times GAIN, in [-1, 1]."""
    return (torch.einsum("oc,nchw->nohw", CHROMA.to(photos), photos) * GAIN).clamp(-1, 1)


def coloured(lightness: Tensor, answer: Tensor) -> Tensor:
    """Lightness (N, 1, H, W) in [0, 1] and `chroma` -> RGB (N, 3, H, W) in [-1, 1]."""
    y, cb, cr = lightness * 2 - 1, answer[:, :1] / GAIN, answer[:, 1:] / GAIN
    rgb = torch.cat([y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb], 1)
    return rgb.clamp(-1, 1)
