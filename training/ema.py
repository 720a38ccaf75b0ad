"""Averaged weights: what is shown and shipped is the mean of the generator's recent past (Karras 2018)."""

from __future__ import annotations

import torch
from torch import nn


@torch.no_grad()
def update_average(average: nn.Module, model: nn.Module, images: int, half_life: float, seen: int) -> None:
    """Moves `average` towards `model` by one step of `images` pictures; `half_life` in pictures, shorter at the
    start, where the weights still run: a tenth of what was `seen`. Buffers (batch norm) are copied."""
    half_life = min(half_life, max(seen * 0.1, 1.0))
    weight = 1 - 0.5 ** (images / half_life)
    torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), weight)
    for target, source in zip(average.buffers(), model.buffers(), strict=True):
        target.copy_(source)
