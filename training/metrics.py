"""How close are generated pictures to real ones: Fréchet and kernel distance, precision and recall, on named features.

A number means something only beside others measured with the same features and the same count of pictures, and beside
the floor: what real pictures score against other real ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypedDict

import torch
from torch import Tensor

from training.errors import UserError
from training.features import Features


class Measures(TypedDict):
    """`*_floor` is real against real. Distances: lower is better, 0 at best. Precision and recall: shares in [0, 1]."""

    features: str  # what it was measured with
    count: int  # pictures on each side
    frechet: float
    frechet_error: float  # standard error, from resampling the generated pictures; so are the others
    frechet_floor: float
    kernel: float
    kernel_error: float
    kernel_floor: float
    precision: float
    precision_error: float
    precision_floor: float
    recall: float
    recall_error: float
    recall_floor: float
    spread: float  # median distance of two faces: below its floor, faces are more alike than real ones are
    spread_error: float
    spread_floor: float


class Judge:
    """Measures generated pictures against `real` ones, which it looks at once. `reference` are other real pictures:
    they give the floor."""

    def __init__(self, reference: Tensor, real: Tensor, features: Features, seed: int = 0) -> None:
        """Both (N, 3, R, R) uint8; the longer is thinned out to the count of the shorter, as distances fall with it."""
        self.features, self.seed = features, seed
        self.count = enough(len(reference), len(real))
        a, self.real = (features(pick(images, self.count, seed)).double() for images in (reference, real))
        self.normal = Normal.of(self.real)
        precision, recall = precision_recall(self.real, a)
        self.floor = {
            "frechet_floor": self.normal.distance(Normal.of(a)),
            "kernel_floor": kernel_distance(self.real, a, seed=seed)[0],
            "precision_floor": precision,
            "recall_floor": recall,
            "spread_floor": spread(self.real),
        }

    def measure(self, fake: Tensor) -> Measures:
        """`fake` (N, 3, R, R) uint8, with N at least `count`."""
        if len(fake) < self.count:
            raise UserError(f"{len(fake)} generated pictures cannot be measured against {self.count} real ones")
        rows = self.features(pick(fake, self.count, self.seed)).double()
        kernel, _ = kernel_distance(self.real, rows, seed=self.seed)
        precision, recall = precision_recall(self.real, rows)
        parts = [precision_recall(self.real, part) for part in folds(rows, 4)]
        measured = {
            "features": self.features.name,
            "count": self.count,
            "frechet": self.normal.distance(Normal.of(rows)),
            "frechet_error": jackknife_error([self.normal.distance(Normal.of(part)) for part in folds(rows)]),
            "kernel": kernel,
            "kernel_error": jackknife_error([float(squared_discrepancy(self.real, part)) for part in folds(rows)]),
            "precision": precision,
            "precision_error": jackknife_error([p for p, _ in parts]),
            "recall": recall,
            "recall_error": jackknife_error([r for _, r in parts]),
            "spread": spread(rows),
            "spread_error": jackknife_error([spread(part) for part in folds(rows)]),
        }
        return {**measured, **self.floor}  # type: ignore[typeddict-item]


def enough(*counts: int) -> int:
    """The smallest; ValueError when it is too small."""
    if min(counts) < 8:
        raise UserError(f"{min(counts)} pictures are too few to measure anything: give at least 8, better 1,000")
    return min(counts)


def folds(rows: Tensor, count: int = 8) -> list[Tensor]:
    """The rows without each of `count` shares of them."""
    index = torch.arange(len(rows)) % count
    return [rows[index != i] for i in range(count)]


def jackknife_error(values: Sequence[float]) -> float:
    """Standard error of a statistic from its values on all rows but one share each (Tukey 1958; delete-a-group)."""
    values_, count = torch.tensor(values, dtype=torch.float64), len(values)
    return float(((count - 1) * (values_ - values_.mean()).square().mean()).sqrt())


def neighbours(rows: Tensor, among: Tensor, count: int) -> Tensor:
    """Indices (N, count) into `among` (M, F) of those nearest to each of `rows` (N, F), the nearest first."""
    parts = [
        torch.cdist(part.double(), among.double()).topk(count, largest=False).indices for part in torch.split(rows, 256)
    ]
    return torch.cat(parts)


def pick(images: Tensor, count: int, seed: int) -> Tensor:
    """A fixed random choice: neighbours in a sorted data set resemble each other."""
    return images if len(images) == count else images[chosen(len(images), count, seed)]


def chosen(total: int, count: int, seed: int) -> Tensor:
    """(count,) int64, ascending: which of `total` a fixed random choice takes."""
    order = torch.randperm(total, generator=torch.Generator().manual_seed(seed))
    return order[:count].sort().values


@dataclass(frozen=True)
class Normal:
    """The normal distribution fitted to features (N, F)."""

    mean: Tensor  # (F,), float64
    covariance: Tensor  # (F, F), float64

    @classmethod
    def of(cls, features: Tensor) -> Normal:
        if features.ndim != 2 or len(features) < 2:
            raise ValueError(f"features must be (N, F) with at least two rows, not {tuple(features.shape)}")
        features = features.double()
        mean = features.mean(0)
        centred = features - mean
        return cls(mean, centred.T @ centred / (len(features) - 1))

    @cached_property
    def root(self) -> Tensor:
        """Square root of the covariance."""
        values, vectors = torch.linalg.eigh(self.covariance)
        root: Tensor = (vectors * values.clamp_min(0).sqrt()) @ vectors.T
        return root

    def distance(self, other: Normal) -> float:
        """|mean_a - mean_b|^2 + tr(A + B - 2 (A B)^(1/2)), where tr (A B)^(1/2) = tr (A^(1/2) B A^(1/2))^(1/2)."""
        product = torch.linalg.eigvalsh(self.root @ other.covariance @ self.root).clamp_min(0).sqrt().sum()
        traces = self.covariance.trace() + other.covariance.trace()
        return max(float((self.mean - other.mean).square().sum() + traces - 2 * product), 0.0)


def frechet_distance(a: Tensor, b: Tensor) -> float:
    """Between the normal distributions fitted to two sets of features, (N, F) and (M, F). Heusel et al. 2017.
    Symmetric."""
    return Normal.of(a).distance(Normal.of(b))


def kernel_distance(a: Tensor, b: Tensor, subsets: int = 50, size: int = 1000, seed: int = 0) -> tuple[float, float]:
    """(mean, standard deviation) over random subsets of the unbiased squared MMD with the kernel (x.y / F + 1)^3.

    Binkowski et al. 2018 (KID). Subsets hold at most half of a set, so that they differ.
    """
    size = min(size, len(a) // 2, len(b) // 2)
    if size < 2:
        raise UserError("the kernel distance needs at least four rows of features on each side")
    generator = torch.Generator().manual_seed(seed)
    a, b = a.double(), b.double()
    distances = torch.empty(subsets, dtype=torch.float64)
    for i in range(subsets):
        x = a[torch.randperm(len(a), generator=generator)[:size]]
        y = b[torch.randperm(len(b), generator=generator)[:size]]
        distances[i] = squared_discrepancy(x, y)
    return float(distances.mean()), float(distances.std(correction=0))


def squared_discrepancy(x: Tensor, y: Tensor) -> Tensor:
    """Unbiased estimate of the squared maximum mean discrepancy (Gretton 2012); may fall below zero."""
    return off_diagonal_mean(kernel(x, x)) + off_diagonal_mean(kernel(y, y)) - 2 * kernel(x, y).mean()


def kernel(x: Tensor, y: Tensor) -> Tensor:
    return (x @ y.T / x.shape[1] + 1) ** 3


def off_diagonal_mean(square: Tensor) -> Tensor:
    size = len(square)
    return (square.sum() - square.trace()) / (size * (size - 1))


def precision_recall(real: Tensor, fake: Tensor, k: int = 3) -> tuple[float, float]:
    """(share of fakes that lie among the real ones, share of real ones that lie among the fakes).

    A point lies among others when it is within the distance of one of them to its k-th nearest neighbour.
    Kynkäänniemi et al. 2019.
    """
    if min(len(real), len(fake)) <= k:
        raise UserError(f"precision and recall need more than {k} rows of features on each side")
    return covered(fake, real, k), covered(real, fake, k)


def spread(rows: Tensor) -> float:
    """The median distance of two different rows of (N, F)."""
    return float(torch.pdist(rows.float()).median())


def covered(points: Tensor, others: Tensor, k: int) -> float:
    points, others = points.double(), others.double()
    radii = torch.cat([torch.cdist(rows, others).kthvalue(k + 1, dim=1).values for rows in torch.split(others, 1000)])
    inside = [(torch.cdist(rows, others) <= radii).any(1) for rows in torch.split(points, 1000)]
    return float(torch.cat(inside).double().mean())
