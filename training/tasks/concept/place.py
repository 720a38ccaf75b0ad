"""Where a taught thing is on an aligned face, and the direction across the latents that it is taught along."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from training.errors import UserError
from training.weights import Weights

QUIET = 32  # principal directions in which the latents vary least: the new one is laid there
LENGTH = 12.0  # of a row of it, about that of the latents' own rows


@dataclass(frozen=True)
class Place:
    """Where a thing is on an aligned face: edges in shares of the width."""

    left: float = 0.10
    top: float = 0.34
    right: float = 0.90
    bottom: float = 0.60

    def __post_init__(self) -> None:
        """UserError for one that is none, or too small for a critic to see."""
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            raise UserError("a place is left, top, right, bottom in shares of the width, as 0.1 0.28 0.9 0.66")

    def window(self, side: int) -> tuple[slice, ...]:
        """Of (N, C, side, side)."""
        left, top, right, bottom = (round(edge * side) for edge in (self.left, self.top, self.right, self.bottom))
        return slice(None), slice(None), slice(top, bottom), slice(left, right)

    def mask(self, side: int) -> Tensor:
        """(1, 1, side, side): 1 inside, 0 outside, softly."""
        inside = torch.zeros(1, 1, side, side)
        inside[self.window(side)] = 1
        width = side // 16 + 1 - side // 16 % 2
        return F.avg_pool2d(inside, width, 1, width // 2, count_include_pad=False)


def quiet_direction(weights: Weights, rows: tuple[int, int], seed: int) -> Tensor:
    """(L, D): the same in rows [first, last), zero in the others, across the latents of the generator's own faces."""
    generator = weights.generator
    rng = torch.Generator().manual_seed(seed)
    columns = generator.latent_shape[1] - generator.conditions.dim
    with torch.no_grad():
        latents = generator.map(torch.randn(8192, generator.z_dim, generator=rng))[:, 0, :columns]
    _, axes = torch.linalg.eigh(torch.cov(latents.T.double()))  # the quietest first
    mixed = axes[:, :QUIET] @ torch.randn(min(QUIET, columns), generator=rng).double()
    direction = torch.zeros(generator.latent_shape)
    direction[rows[0] : rows[1], :columns] = (LENGTH * mixed / mixed.norm()).float()
    return direction
