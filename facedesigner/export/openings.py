"""Openings in a face for what sits behind it: cameras, a jaw, a loudspeaker. Ellipses in millimetres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facedesigner.engine.landmarks import Landmarks
from training.options import option

PLACES = ("eyes", "mouth", "nose")
NOSE_TIP, MOUTH = 30, slice(48, 68)  # of dlib's landmarks
SMALLEST, LARGEST = 0.5, 500.0  # mm


@dataclass(frozen=True, slots=True)
class Opening:
    """What is asked for: one ellipse at a place of the face, or at both eyes."""

    at: str = option("eyes", "where it is", choices=PLACES)
    width_mm: float = option(10.0, "along the line of the eyes", low=SMALLEST, high=LARGEST, unit="mm")
    height_mm: float = option(10.0, "across it", low=SMALLEST, high=LARGEST, unit="mm")

    def __str__(self) -> str:
        return f"{self.at} {self.width_mm:g} × {self.height_mm:g} mm"


@dataclass(frozen=True, eq=False)
class Ellipse:
    """An opening in a picture."""

    opening: Opening
    centre: np.ndarray  # (2,) pixels
    across: np.ndarray  # (2,) unit vector of its width

    def outline(self, pixels_per_mm: float, count: int = 72) -> np.ndarray:
        """(count, 2) places around it, in mm from the picture's top left."""
        angles = np.linspace(0, 2 * np.pi, count, endpoint=False)[:, None]
        down = np.array([-self.across[1], self.across[0]])
        half = self.opening.width_mm / 2, self.opening.height_mm / 2
        round_it = half[0] * np.cos(angles) * self.across + half[1] * np.sin(angles) * down
        return np.asarray(self.centre / pixels_per_mm + round_it)


def ellipses(openings: Sequence[Opening], marks: Landmarks) -> tuple[list[Ellipse], tuple[str, ...]]:
    """Those that the landmarks tell the place of, and a sentence on the others."""
    found, missing = [], []
    for opening in openings:
        if opening.at == "eyes":
            centres = list(marks.eyes)
        elif marks.points is None:
            missing.append(f"The opening for the {opening.at} is left out: only the eyes are known.")
            continue
        else:
            centres = [marks.points[NOSE_TIP] if opening.at == "nose" else marks.points[MOUTH].mean(0)]
        found += [Ellipse(opening, centre, marks.across) for centre in centres]
    return found, tuple(missing)


def pierced(pixels: np.ndarray, holes: Sequence[Ellipse], pixels_per_mm: float) -> np.ndarray:
    """(H, W, 4) uint8 or uint16, transparent where a hole is; its edge is one pixel soft. What shows nothing is black,
    as in every cut-out."""
    pixels = pixels.copy()
    for hole in holes:
        half = np.array([hole.opening.width_mm, hole.opening.height_mm]) * pixels_per_mm / 2
        low = np.maximum(0, np.floor(hole.centre - half.max() - 1)).astype(int)
        high = np.maximum(0, np.ceil(hole.centre + half.max() + 1)).astype(int)
        part = pixels[low[1] : high[1], low[0] : high[0]]  # no more of a large picture than needs be
        rows, columns = np.mgrid[: part.shape[0], : part.shape[1]] + 0.5
        x, y = columns + low[0] - hole.centre[0], rows + low[1] - hole.centre[1]
        along = (x * hole.across[0] + y * hole.across[1]) / half[0]
        down = (y * hole.across[0] - x * hole.across[1]) / half[1]
        radius = np.hypot(along, down)  # 1 on the ellipse
        slope = np.hypot(along / half[0], down / half[1]) / np.maximum(radius, 1e-9)
        distance = (radius - 1) / np.maximum(slope, 1e-9)  # pixels beyond the ellipse, true close to it
        part[..., 3] = np.round(part[..., 3] * np.clip(distance + 0.5, 0, 1))
        part[part[..., 3] == 0] = 0
    return pixels
