"""How close one picture of a face comes to another: pixels, features of a network, and who it seems to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image as Pillow

from facedesigner.contract.request import Image
from training.features import Perceptual as Perceptual
from training.networks.identity import Identity as Identity

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
