"""A face on a curved shell: an upright cylinder that the print is bent around.

Seen from the front, a place x mm beside the shell's middle lies at the angle asin(x / R) of a shell of radius R, and so
R asin(x / R) mm from the middle on the unwrapped sheet. Bent around the shell, the print shows from the front what the
picture shows, in its real size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from facedesigner.contract.request import Image
from facedesigner.export.fabrication import Fabrication
from facedesigner.export.layout import SheetError

FARTHEST = 75.0  # degrees to either side: beyond, a pixel becomes four times as wide and hardly anybody sees it
LEAST = 1.2  # pupil distances that must fit to either side


@dataclass(frozen=True, slots=True)
class Shell:
    """All lengths in mm."""

    radius: float
    middle: float  # of the shell, from the picture's left edge: between the eyes
    left: float  # how far the print goes beside the middle, as seen from the front
    right: float
    pixels_per_mm: float
    cut: bool  # whether the picture goes farther than the print

    @property
    def words(self) -> str:
        """For the sheet."""
        cut = f"; what lies beyond {FARTHEST:g}° is left out" if self.cut else ""
        return f"Unwrapped for a shell of {self.radius:g} mm radius: its middle in front, it has its real size{cut}."

    def arc(self, beside: float) -> float:
        """On the sheet, of a place so far beside the middle."""
        return self.radius * math.asin(beside / self.radius)

    def moved(self, places: np.ndarray) -> np.ndarray:
        """(N, 2) places of the picture -> those of the sheet; what is left out lies on its edge."""
        beside = np.clip(places[:, 0] - self.middle, -self.left, self.right)
        across = self.radius * np.arcsin(beside / self.radius) + self.arc(self.left)
        return np.stack([across, places[:, 1]], axis=1)

    def unwrapped(self, pixels: Image) -> Image:
        """(H, W, 3) uint8 -> (H, W', 3)."""
        width = max(1, round((self.arc(self.left) + self.arc(self.right)) * self.pixels_per_mm))
        along = (np.arange(width) + 0.5) / self.pixels_per_mm - self.arc(self.left)
        columns = (self.middle + self.radius * np.sin(along / self.radius)) * self.pixels_per_mm - 0.5
        columns = np.clip(columns, 0, pixels.shape[1] - 1)
        first = np.minimum(columns.astype(int), max(0, pixels.shape[1] - 2))
        share = (columns - first).astype(np.float32)[:, None]
        second = np.minimum(first + 1, pixels.shape[1] - 1)
        rows = (row[first] * (1 - share) + row[second] * share for row in pixels)  # one at a time, to spare memory
        return np.stack([np.rint(row).astype(np.uint8) for row in rows])


def shell_for(fabrication: Fabrication, radius: float | None) -> Shell | None:
    """None for a flat print. SheetError when the face is too wide for the shell."""
    if radius is None:
        return None
    width, _ = fabrication.millimetres
    pixels_per_mm = fabrication.dpi / 25.4
    middle = float(fabrication.landmarks.middle[0]) / pixels_per_mm
    most = radius * math.sin(math.radians(FARTHEST))
    needed = LEAST * fabrication.landmarks.distance / pixels_per_mm
    if most < needed:
        least = needed / math.sin(math.radians(FARTHEST))
        raise SheetError(
            f"the face is too wide for a shell of {radius:g} mm radius: choose {math.ceil(least)} mm or more, or a "
            "smaller face"
        )
    left, right = min(middle, most), min(width - middle, most)
    return Shell(radius, middle, left, right, pixels_per_mm, max(middle, width - middle) > most)
