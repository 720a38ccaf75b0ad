"""Colour hints before the networks see them: spread up to the next line."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from facedesigner.contract.sketching import SIDE

REACH = 2  # steps of two pixels that a hint spreads at most
BARRIER = 0.3  # ink that stops it


def spread(hints: Tensor, barrier: Tensor) -> Tensor:
    """Hints (1, 4, SIDE, SIDE) grown up to what stops them, (1, 1, SIDE, SIDE) in [0, 1]: a thin stroke on hair means
    the hair around it. What the user painted stays."""
    if not hints[:, 3].any():
        return hints
    where = (F.avg_pool2d(hints[:, 3:], 2) > 0.25).float()
    colours = F.avg_pool2d(hints[:, :3], 2) / F.avg_pool2d(hints[:, 3:], 2).clamp_min(0.25)
    free = (F.max_pool2d(barrier, 2) < BARRIER).float()
    for _ in range(REACH):
        near = F.avg_pool2d(where, 3, 1, 1)
        mixed = F.avg_pool2d(colours * where, 3, 1, 1) / near.clamp_min(1e-6)
        colours = torch.where(where > 0, colours, mixed)
        where = torch.maximum(where, (near > 0).float() * free)
    grown = F.interpolate(torch.cat([colours * where, where], 1), (SIDE, SIDE), mode="nearest")
    return torch.where(hints[:, 3:] > 0, hints, grown)
