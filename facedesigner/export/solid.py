"""A height map -> a closed surface for a 3D printer or a mill: front, walls and back. Millimetres, x right, y up, z
towards the viewer; the back lies at z = 0. NumPy alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from facedesigner.contract.request import Image
from facedesigner.engine.relief import SPAN, Relief
from training.errors import UserError
from training.texts import quoted

SHAPES: Final = ("plate", "oval", "head")
OVAL = ((0.50, 0.51), (0.40, 0.49))  # its middle and its half axes, in sides of the picture
MOST_STEPS = 12  # samples of the wall's thickness to either side
NEAREST = 0.05  # of a grid step: the outline keeps this far from the grid's points, so that no triangle is a sliver
LIMITS = {
    "pupil_mm": (5.0, 500.0),
    "size_mm": (10.0, 2000.0),
    "depth": (0.05, 3.0),
    "base_mm": (0.4, 50.0),
    "thickness_mm": (0.4, 30.0),
}


class SolidError(UserError):
    """The piece cannot be made as asked; the message says why and what to do."""


@dataclass(frozen=True)
class Piece:
    """What is to be made."""

    shape: str = "plate"  # plate: the whole picture; oval: a medallion; head: the person alone
    pupil_mm: float = 63.0  # between the pupils, which sets the scale
    size_mm: float | None = None  # width of the piece, in place of `pupil_mm`
    depth: float = 1.0  # 1 is as deep as a head is, 0.3 a flat relief
    base_mm: float = 3.0  # of the plate behind the relief
    thickness_mm: float | None = None  # of the wall, open at the back; None is solid

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise SolidError(f"the shape is {quoted(self.shape)}; choose {', '.join(SHAPES)}")
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise SolidError(f"{NAMES[name]} is {value:g}; choose {low:g} to {high:g}")


NAMES = {
    "pupil_mm": "the pupil distance in mm",
    "size_mm": "the width in mm",
    "depth": "the depth",
    "base_mm": "the base in mm",
    "thickness_mm": "the wall in mm",
}


@dataclass(frozen=True, eq=False)
class Solid:
    """N vertices, T triangles, counter-clockwise seen from outside."""

    vertices: np.ndarray  # (N, 3) float64, mm
    triangles: np.ndarray  # (T, 3) int64
    places: np.ndarray  # (N, 2) where each vertex lies in the picture: 0 to 1 from its left and lower edge
    pupil_mm: float
    moves: Mapping[str, np.ndarray] = field(default_factory=dict)  # by ARKit's names: (N, 3) mm, what a face can do
    stands: bool = False  # on its neck, with y up; else it lies on its back

    @property
    def size(self) -> tuple[float, float, float]:
        """Width, height and depth in mm."""
        width, height, depth = np.ptp(self.vertices, axis=0)
        return float(width), float(height), float(depth)

    @property
    def printed(self) -> np.ndarray:
        """(N, 3) as a printer has it, z up."""
        return self.vertices[:, [0, 2, 1]] * (1, -1, 1) if self.stands else self.vertices

    @property
    def normals(self) -> np.ndarray:
        """(N, 3) unit vectors outward: means of the triangles around each vertex, by their areas."""
        a, b, c = (self.vertices[self.triangles[:, corner]] for corner in range(3))
        faces, names, count = np.cross(b - a, c - a), self.triangles.ravel(), len(self.vertices)
        normals = np.stack([np.bincount(names, faces[:, axis].repeat(3), count) for axis in range(3)], 1)
        return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12))

    def colours(self, picture: Image) -> np.ndarray:
        """(H, W, 3) uint8 -> (N, 3) uint8: the picture where each vertex lies in it."""
        height, width = picture.shape[:2]
        column = np.clip(self.places[:, 0] * width, 0, width - 1).astype(int)
        row = np.clip((1 - self.places[:, 1]) * height, 0, height - 1).astype(int)
        return np.asarray(picture[row, column])


def build(relief: Relief, piece: Piece) -> Solid:
    """Raises SolidError when nothing of the picture is left."""
    side = len(relief.height)
    points, mix, front = cut(level(relief, piece.shape))
    if len(front) == 0:
        raise SolidError("the person was not told from the background: choose a plate or an oval")
    step = piece.pupil_mm / (relief.eye_distance * side)  # mm between neighbours of the grid
    if piece.size_mm is not None:
        step = piece.size_mm / float(np.ptp(points[:, 0]))
    pupil = step * relief.eye_distance * side
    height = piece.base_mm + relief.height.astype(np.float64) * (SPAN * pupil * piece.depth)
    flat = np.stack([points[:, 0], side - 1 - points[:, 1]], 1) * step
    fronts = np.column_stack([flat, mixed(height, mix)])
    rim = border(front)
    if piece.thickness_mm is None and piece.shape != "head":  # convex: the back is a fan of few triangles
        edge, order = np.unique(rim, return_inverse=True)
        backs = np.column_stack([flat[edge], np.zeros(len(edge))])
        middle = np.append(flat.mean(0), 0.0)
        below = order.reshape(-1, 2) + len(fronts)
        fan = np.column_stack([below[:, 1], below[:, 0], np.full(len(below), len(fronts) + len(edge))])
        vertices, behind = np.concatenate([fronts, backs, middle[None]]), fan
    else:
        hollow = np.zeros_like(height)
        if piece.thickness_mm is not None:
            hollow = carved(height, level(relief, piece.shape) > 0, piece.thickness_mm / step, step)
        inner = mixed(hollow, mix)
        inner[np.unique(rim)] = 0
        vertices = np.concatenate([fronts, np.column_stack([flat, inner])])
        below, behind = rim + len(fronts), front[:, ::-1] + len(fronts)
    walls = np.concatenate(
        [np.column_stack([rim[:, 1], rim[:, 0], below[:, 0]]), np.column_stack([rim[:, 1], below[:, 0], below[:, 1]])]
    )
    places = (vertices[:, :2] / step + 0.5) / side
    vertices[:, :2] -= vertices[:, :2].min(0)
    return Solid(vertices, np.concatenate([front, behind, walls]), places, pupil)


def level(relief: Relief, shape: str) -> np.ndarray:
    """(H, H): above 0 inside the piece."""
    side = len(relief.height)
    if shape == "plate":
        return np.ones((side, side))
    if shape == "oval":
        (x, y), (a, b) = OVAL
        rows, columns = np.mgrid[:side, :side] / (side - 1)
        return np.asarray(1 - np.hypot((columns - x) / a, (rows - y) / b))
    return relief.person.astype(np.float64) - 0.5


def cut(inside: np.ndarray) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray, np.ndarray], np.ndarray]:
    """A grid's largest part where `inside` (H, W) is above 0: marching triangles, with the outline interpolated.

    Returns points (N, 2) as column and row; which grid points (N,), (N,) each is mixed of and how much (N,) of the
    second; triangles (T, 3), counter-clockwise with y up.
    """
    height, width = inside.shape
    values = inside.ravel()
    corner = (np.arange(height - 1)[:, None] * width + np.arange(width - 1)).ravel()
    triangles = np.concatenate(
        [
            np.column_stack([corner, corner + width, corner + 1]),
            np.column_stack([corner + 1, corner + width, corner + width + 1]),
        ]
    )
    within = values[triangles] > 0
    number = within.sum(1)
    parts = [triangles[number == 3]]
    for count, odd in ((1, True), (2, False)):  # turned so that the corner that is alone on its side comes first
        chosen, flags = triangles[number == count], within[number == count]
        turn = (np.argmax(flags == odd, 1)[:, None] + np.arange(3)) % 3
        p, q, r = np.take_along_axis(chosen, turn, 1).T
        first, second = crossing(p, q, width, len(values)), crossing(p, r, width, len(values))
        if count == 1:
            parts.append(np.column_stack([p, first, second]))
        else:
            parts += [np.column_stack([q, r, second]), np.column_stack([q, second, first])]
    found = largest(np.concatenate(parts))
    keys, found = np.unique(found, return_inverse=True)
    kind, start = np.divmod(keys, len(values))
    end = start + np.array([0, 1, width, width - 1])[kind]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = values[start] / (values[start] - values[end])
    share = np.where(kind == 0, 0.0, np.clip(share, NEAREST, 1 - NEAREST))
    places = np.column_stack([start % width, start // width]), np.column_stack([end % width, end // width])
    points = places[0] + share[:, None] * (places[1] - places[0])
    return points, (start, end, share), found.reshape(-1, 3)


def crossing(one: np.ndarray, other: np.ndarray, width: int, total: int) -> np.ndarray:
    """Names of the points on edges between grid points: after the grid's own, by direction."""
    start, way = np.minimum(one, other), np.abs(one - other)
    return np.asarray(start + total * np.select([way == 1, way == width], [1, 2], 3))


def largest(triangles: np.ndarray) -> np.ndarray:
    """The triangles of the largest connected part."""
    if len(triangles) == 0:
        return triangles
    _, found = np.unique(triangles, return_inverse=True)
    found = found.reshape(-1, 3)
    labels = np.arange(found.max() + 1)
    while True:
        before = labels.copy()
        np.minimum.at(labels, found.ravel(), labels[found].min(1).repeat(3))
        labels = labels[labels]
        if (labels == before).all():
            break
    own = labels[found[:, 0]]
    return np.asarray(triangles[own == np.bincount(own).argmax()])


def mixed(plane: np.ndarray, mix: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
    start, end, share = mix
    flat = plane.ravel()
    return np.asarray((1 - share) * flat[start] + share * flat[end])


def border(triangles: np.ndarray) -> np.ndarray:
    """(E, 2) the edges that belong to one triangle only, in its direction."""
    edges = triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    _, first, number = np.unique(np.sort(edges, 1), axis=0, return_index=True, return_counts=True)
    return np.asarray(edges[first[number == 1]])


def carved(height: np.ndarray, inside: np.ndarray, reach: float, step: float) -> np.ndarray:
    """The inner surface of a wall: the front, eroded by a ball of `reach` grid steps of `step` mm, and 0 at least, so
    that no place is thinner, also on slopes."""
    outer = np.where(inside, height, 0.0)
    most = int(reach)
    padded = np.pad(outer, most)
    rows, columns = height.shape
    stride = max(1, -(-most // MOST_STEPS))
    steps = sorted({*range(0, most + 1, stride), most})
    steps = [-s for s in steps[:0:-1]] + steps
    low = outer - reach * step
    for down in steps:
        for right in steps:
            square = reach**2 - down**2 - right**2
            if square >= 0:
                moved = padded[most + down : most + down + rows, most + right : most + right + columns]
                low = np.minimum(low, moved - step * np.sqrt(square))
    return np.maximum(low, 0)
