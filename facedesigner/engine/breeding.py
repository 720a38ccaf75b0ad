"""New latents from old ones, on latents (L, D)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def breed(parents: Sequence[Tensor], count: int, seed: int) -> list[Tensor]:
    """Children of two or more parents. Each child mixes its parents with random weights, and its coarse, middle and
    fine layers each lean to one of them, so that siblings differ in more than a fade."""
    rng = torch.Generator().manual_seed(seed)
    stack = torch.stack(list(parents)).cpu()  # (P, L, D)
    children = []
    for _ in range(count):
        weights = torch.rand(len(parents), generator=rng) ** 2 + 0.05
        rows = torch.linspace(0, 3, stack.shape[1] + 1)[:-1].long()  # three layer groups
        favourite = torch.randint(len(parents), (3,), generator=rng)[rows]  # (L,)
        per_row = weights[:, None].repeat(1, stack.shape[1])
        per_row[favourite, torch.arange(stack.shape[1])] += 1.0
        children.append((stack * (per_row / per_row.sum(0))[:, :, None]).sum(0))
    return children


def vary(latent: Tensor, samples: Tensor, amount: float) -> list[Tensor]:
    """`latent` moved by `amount` (0 to 1) of the way towards each of `samples` (N, L, D)."""
    return [latent + amount * (sample - latent) for sample in samples]
