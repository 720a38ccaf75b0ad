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
SHRINK = 0.02  # of the conditional step: measures that say nearly the same are not torn apart at any price


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


def conditional(
    features: Tensor, gradients: Tensor, space: Space, free: np.ndarray, guarded: Tensor | None = None
) -> Tensor:
    """Gradients (F, K) -> directions (K, F), each predicted to move its own measure by one and those that are not free
    by nothing, along the covariance of the latents within each stage.

    `guarded` (F, E): gradients of what may move, but should not, at a cost of one for each square of it.
    """
    columns = space.columns
    parts = [slice(i * columns, (i + 1) * columns) for i in range(len(space.spans))]
    covariances = [torch.cov(features[:, part].T).reshape(columns, columns) for part in parts]

    def spread_of(along: Tensor) -> Tensor:
        return torch.cat([covariance @ along[part] for covariance, part in zip(covariances, parts, strict=True)])

    spread = spread_of(gradients)
    if guarded is not None:  # the covariance less what the guard takes out of it (Woodbury)
        stiff = spread_of(guarded)
        inner = torch.eye(guarded.shape[1], dtype=guarded.dtype) + guarded.T @ stiff
        spread = spread - stiff @ torch.linalg.solve(inner, stiff.T @ gradients)
    overlap = gradients.T @ spread  # (K, K)
    overlap += SHRINK * torch.diag(overlap.diagonal())
    found = []
    for index, row in enumerate(torch.from_numpy(~free)):
        wanted = row.nonzero()[:, 0]
        one = (wanted == index).double()
        direction = spread[:, wanted] @ torch.linalg.solve(overlap[wanted][:, wanted], one)
        found.append(direction / (gradients[:, index] @ direction))
    return torch.stack(found)


def normals(gradients: Tensor, directions: Tensor) -> Tensor:
    """Gradients (F, K) and directions (K, F) -> (K, F): mixtures of the gradients whose product is one with their own
    direction and zero with all others."""
    mixed: Tensor = torch.linalg.solve((directions @ gradients).T, gradients.T)
    return mixed
