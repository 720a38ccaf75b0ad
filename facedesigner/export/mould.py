"""The negative of a head: a mould of two halves, side by side, each on its back; it is poured at the neck."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facedesigner.engine.mould import halves
from facedesigner.engine.relief import SPAN, Relief
from facedesigner.export.solid import Piece, Solid, SolidError, build

BETWEEN = 10.0  # mm between the halves
DRAFT, WALL = (0.5, 15.0), (3.0, 50.0)  # degrees and mm: least and most


@dataclass(frozen=True)
class Mould:
    draft_deg: float = 3.0  # how far walls lean, so that a half comes off
    wall_mm: float = 8.0  # about and behind the head

    def __post_init__(self) -> None:
        for name, value, (low, high) in (("draft", self.draft_deg, DRAFT), ("wall", self.wall_mm, WALL)):
            if not low <= value <= high:
                raise SolidError(f"the mould's {name} is {value:g}; choose {low:g} to {high:g}")


def build_mould(solid: Solid, mould: Mould) -> Solid:
    """Of a solid head. Raises SolidError."""
    parts = [
        half(depth, solid.pupil_mm, mould.wall_mm)
        for depth in halves(solid.vertices, solid.triangles, mould.draft_deg, mould.wall_mm)
    ]
    one, other = parts
    moved = other.vertices + np.array([one.size[0] + BETWEEN, 0, 0])
    return Solid(
        np.concatenate([one.vertices, moved]),
        np.concatenate([one.triangles, other.triangles + len(one.vertices)]),
        np.concatenate([one.places, other.places]),
        solid.pupil_mm,
    )


def half(depth: np.ndarray, pupil_mm: float, wall: float) -> Solid:
    """Depths (S, S), a mm a pixel -> a block with them on top."""
    side = len(depth)
    height = (depth.max() - depth) / (SPAN * pupil_mm)
    relief = Relief(height.astype(np.float32), np.ones((side, side), np.float32), pupil_mm / side)
    return build(relief, Piece(pupil_mm=pupil_mm, base_mm=wall))
