"""Whether a photo made of a drawing shows whom the drawing shows: where its features lie, and who it is taken for.

Who it is, dlib's embedding says, which teaches no translator. Faces are compared within groups of GROUP: the rank of
the true photo among them, 0 for the nearest and 1 for the farthest, is 0.5 by chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from training.networks.identity import Identity
from training.networks.landmarks import Landmarks

GROUP = 40
JAW = (0, 16)  # landmarks at both ends of the face's width
INNER = slice(17, 68)  # brows, nose, eyes, mouth


@dataclass(frozen=True)
class Likeness:
    geometry: float  # median over pictures of the mean landmark error, in percent of the face's width
    rank: float  # mean, 0 to 1
    first: float  # share whose true photo is the nearest
    distance: float  # median to the true photo

    def __str__(self) -> str:
        return f"{self.geometry:.1f}% | {self.rank:.3f} | {self.first:.0%} | {self.distance:.2f}"


class Judge:
    """Knows the true photos (N, 3, R, R) uint8 and their landmarks (N, 68, 2)."""

    def __init__(self, photos: Tensor, points: Tensor) -> None:
        self.points, self._find, self._identity = points, Landmarks(), Identity()
        self._true = self._embedded(photos)

    def __call__(self, pictures: Tensor) -> Likeness:
        """Of pictures (N, 3, R, R) uint8, one for each photo."""
        found = torch.stack([self._find(picture) for picture in pictures])
        width = (self.points[:, JAW[0]] - self.points[:, JAW[1]]).norm(dim=1)
        errors = (found - self.points)[:, INNER].norm(dim=2).mean(1) / width
        apart = torch.cdist(self._embedded(pictures), self._true)
        ranks = []
        for start in range(0, len(apart) - GROUP + 1, GROUP):
            group = apart[start : start + GROUP, start : start + GROUP]
            ranks.append((group < group.diagonal()[:, None]).sum(1))
        rank = torch.cat(ranks).float()
        return Likeness(
            100 * float(errors.median()),
            float(rank.mean()) / (GROUP - 1),
            float((rank == 0).float().mean()),
            float(np.median(apart.diagonal().numpy())),
        )

    def _embedded(self, pictures: Tensor) -> Tensor:
        return torch.from_numpy(self._identity.embed(list(pictures.permute(0, 2, 3, 1).numpy())))
