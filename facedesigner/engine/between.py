"""Latents on the way between others."""

from __future__ import annotations

import torch
from torch import Tensor

NEARLY = 1e-4  # sine of an angle, under which a straight way is the same


def spherical(one: Tensor, other: Tensor, share: float) -> Tensor:
    """Along the great circle between two z of the same shape (Shoemake 1985; White 2016 for latents): a straight way
    leads through lengths that the generator never sees, hence through faces that are all alike."""
    cosine = torch.nn.functional.cosine_similarity(one.flatten(), other.flatten(), dim=0).clamp(-1, 1)
    angle = torch.acos(cosine)
    sine = torch.sin(angle)
    if sine < NEARLY:
        return torch.lerp(one, other, share)
    return (torch.sin((1 - share) * angle) * one + torch.sin(share * angle) * other) / sine
