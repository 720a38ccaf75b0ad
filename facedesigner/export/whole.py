"""A whole head -> a closed surface in millimetres: solid, or a wall that is open at the neck."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from facedesigner.engine.voxels import cavity
from facedesigner.engine.whole_head import Head
from facedesigner.export.booleans import body, made, solid_of
from facedesigner.export.solid import LIMITS, NAMES, Solid, SolidError, border
from training.texts import quoted

NECKS: Final = ("open", "closed")
CHIN = 8  # of dlib's landmarks
HEIGHT = (20.0, 1000.0)  # mm from the chin to the crown
SMOOTHED = 0.1  # mm that the inner surface may be moved to save triangles


@dataclass(frozen=True)
class WholePiece:
    """What is to be made of a head."""

    pupil_mm: float = 63.0  # between the pupils, which sets the scale
    height_mm: float | None = None  # from the chin to the crown, in place of `pupil_mm`
    thickness_mm: float | None = None  # of the wall; None is solid
    neck: str = "open"  # of a wall; a solid head is always closed

    def __post_init__(self) -> None:
        if self.neck not in NECKS:
            raise SolidError(f"the neck is {quoted(self.neck)}; choose {' or '.join(NECKS)}")
        for name in ("pupil_mm", "thickness_mm"):
            low, high = LIMITS[name]
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise SolidError(f"{NAMES[name]} is {value:g}; choose {low:g} to {high:g}")
        low, high = HEIGHT
        if self.height_mm is not None and not low <= self.height_mm <= high:
            raise SolidError(f"the head's height in mm is {self.height_mm:g}; choose {low:g} to {high:g}")


def build_whole(head: Head, piece: WholePiece) -> Solid:
    """Stands on its neck at y = 0; x = 0 lies between the pupils. Raises SolidError."""
    scale = piece.pupil_mm / float(np.linalg.norm(head.pupils[1] - head.pupils[0]))
    if piece.height_mm is not None:
        scale = piece.height_mm / height(head)
    solid = closed(head, scale)
    if piece.thickness_mm is None:
        return solid
    inner = cavity(solid.vertices, solid.triangles, piece.thickness_mm + SMOOTHED, piece.neck == "open")
    if len(inner[1]) == 0:
        raise SolidError("the wall is thicker than the head: choose a thinner one, or none for a solid head")
    hollow = made(*inner).simplify(SMOOTHED)
    return solid_of(body(solid) - largest(hollow), solid)


def height(head: Head) -> float:
    """From the chin to the crown, in the head's unit."""
    return float(head.vertices[:, 1].max() - head.marks[CHIN, 1])


def largest(bodies: Any) -> Any:
    """The largest of several bodies: small hollows, such as in an ear, could not be reached."""
    return max(bodies.decompose(), key=lambda one: one.volume())


def closed(head: Head, scale: float) -> Solid:
    """The head in mm, its neck closed by a flat piece."""
    manifold: Any = importlib.import_module("manifold3d")
    following = dict(border(head.triangles)[:, ::-1].tolist())
    rim = [min(following)]
    while following[rim[-1]] != rim[0]:
        rim.append(following[rim[-1]])
    flat = head.vertices[rim][:, [0, 2]]
    floor = np.array(rim)[np.asarray(manifold.triangulate([flat * (1, -1)]))]
    low = head.vertices[:, 1].min()
    return Solid(
        (head.vertices - (0, low, 0)) * scale,
        np.concatenate([head.triangles, floor]),
        head.places,
        float(np.linalg.norm(head.pupils[1] - head.pupils[0])) * scale,
        {name: move * scale for name, move in head.expressions.items()},
        stands=True,
    )
