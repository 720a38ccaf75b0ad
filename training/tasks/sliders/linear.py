"""Measures as linear functions of latents: their gradients, and movements that change one measure alone. float64."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from training.gans.base import Generator
from training.style_mixing import stages
from training.tasks.sliders.attributes import Attribute

RIDGES = (0.03, 0.1, 0.3, 1.0, 3.0)
SHRINK = 0.02  # of directions: measures that say nearly the same are not torn apart at any price
DAMP = 0.1  # the same of corrections, which follow what was measured of few faces


class Space:
    """Latents (N, L, D) as features (N, S * C): one row for each stage, less labels and codes."""

    def __init__(self, generator: Generator, mean: Tensor) -> None:
        self.shape = generator.latent_shape
        self.spans = stages(generator)
        self.columns = self.shape[1] - generator.conditions.dim
        self.mean = mean.double()

    def features(self, latents: Tensor) -> Tensor:
        return self.movements(latents - self.mean.to(latents))

    def movements(self, moved: Tensor) -> Tensor:
        """(N, L, D), the same for the rows of a stage -> (N, S * C), as `rows` takes them back."""
        return torch.stack([moved[:, first, : self.columns] for first, _ in self.spans], 1).double().flatten(1)

    def rows(self, features: Tensor) -> Tensor:
        """(N, S * C) movements -> (N, L, D) float32."""
        parts = features.reshape(len(features), len(self.spans), self.columns).float()
        moved = torch.zeros(len(features), *self.shape)
        for index, (first, last) in enumerate(self.spans):
            moved[:, first:last, : self.columns] = parts[:, index, None]
        return moved

    def readings(self, normals: Tensor) -> Tensor:
        """(N, S * C) normals -> (N, L, D) float32 whose product with any movement of all rows is the same."""
        read = self.rows(normals)
        for first, last in self.spans:
            read[:, first:last] /= last - first
        return read


def ridge(features: Tensor, scores: Tensor) -> tuple[Tensor, Tensor]:
    """(N, F), (N, K) -> gradients (F, K), and the share of variance explained on a sixth that is held out (K,), with
    the penalty of `RIDGES` that explains most."""
    order = torch.randperm(len(features), generator=torch.Generator().manual_seed(0))
    held_out, fitted = order[: len(order) // 6], order[len(order) // 6 :]
    centre, level = features[fitted].mean(0), scores[fitted].mean(0)
    inputs, targets = features[fitted] - centre, scores[fitted] - level
    products, right = inputs.T @ inputs, inputs.T @ targets
    size = products.diagonal().mean() * torch.eye(len(products), dtype=products.dtype)
    best: tuple[Tensor, Tensor] | None = None
    for penalty in RIDGES:
        gradients = torch.linalg.solve(products + penalty * size, right)
        missed = scores[held_out] - level - (features[held_out] - centre) @ gradients
        explained = 1 - missed.square().mean(0) / scores[held_out].var(0, correction=0).clamp_min(1e-9)
        if best is None or explained.mean() > best[1].mean():
            best = gradients, explained
    assert best is not None
    return best


def freedom(attributes: Sequence[Attribute]) -> np.ndarray:
    """(K, K) bool: whether measure j may move with slider k."""
    return np.array([[other.name in attribute.free for other in attributes] for attribute in attributes])


class Movers:
    """Movements of the latents that change measures as is wanted, as far as these are linear: along the covariance of
    the latents within each stage, where natural faces lie."""

    def __init__(
        self,
        features: Tensor,
        gradients: Tensor,
        space: Space,
        attributes: Sequence[Attribute],
        guarded: Tensor | None = None,
    ) -> None:
        """Features (N, F), gradients (F, K) of the measures of `attributes`. `guarded` (F, E): gradients of what may
        move, but should not, where a face is to stay the same: at a cost of one for each square of it."""
        columns = space.columns
        parts = [slice(i * columns, (i + 1) * columns) for i in range(len(space.spans))]
        covariances = [torch.cov(features[:, part].T).reshape(columns, columns) for part in parts]

        def spread_of(along: Tensor) -> Tensor:
            return torch.cat([covariance @ along[part] for covariance, part in zip(covariances, parts, strict=True)])

        plain = kept = spread_of(gradients)
        if guarded is not None:  # the covariance less what the guard takes out of it (Woodbury)
            stiff = spread_of(guarded)
            inner = torch.eye(guarded.shape[1], dtype=guarded.dtype) + guarded.T @ stiff
            kept = plain - stiff @ torch.linalg.solve(inner, stiff.T @ gradients)
        self.free = freedom(attributes)
        self._gradients = gradients
        self._spreads = [kept if attribute.same_face else plain for attribute in attributes]  # (F, K) each

    def directions(self) -> Tensor:
        """(K, F), each predicted to move its own measure by one and those that are not free by nothing."""
        found = self._moving(torch.eye(len(self.free), dtype=torch.float64), SHRINK)
        own = torch.einsum("kf,fk->k", found, self._gradients)
        return found / own[:, None]

    def corrections(self, lacking: np.ndarray) -> Tensor:
        """What movement k lacks of each measure (K, K) -> (K, F) to be added to it. Measures that may move with k are
        passed over. Damped: what would take a long way is done in part, and the next correction goes on with it."""
        return self._moving(torch.from_numpy(lacking), DAMP)

    def _moving(self, wanted: Tensor, shrink: float) -> Tensor:
        found = []
        for spread, row, counts in zip(self._spreads, wanted, torch.from_numpy(~self.free), strict=True):
            overlap = self._gradients.T @ spread  # (K, K)
            overlap = overlap + shrink * torch.diag(overlap.diagonal())
            found.append(spread[:, counts] @ torch.linalg.solve(overlap[counts][:, counts], row[counts]))
        return torch.stack(found)


def normals(gradients: Tensor, directions: Tensor) -> Tensor:
    """Gradients (F, K) and directions (K, F) -> (K, F): mixtures of the gradients whose product is one with their own
    direction and zero with all others."""
    mixed: Tensor = torch.linalg.solve((directions @ gradients).T, gradients.T)
    return mixed
