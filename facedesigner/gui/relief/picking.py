"""Where a click meets a piece in 3D, and which of it lies behind a cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def picked(vertices: np.ndarray, triangles: np.ndarray, matrix: np.ndarray, x: float, y: float) -> np.ndarray | None:
    """(N, 3), (T, 3), the 4 x 4 matrix that takes them to the view's cube, and a place in the view, -1 to 1, y up ->
    the nearest point (3,) of the surface there, or None beside it."""
    import numpy as np

    seen = np.column_stack([vertices, np.ones(len(vertices))]) @ matrix.T
    before = seen[:, 3] > 1e-9
    places = seen[:, :3] / np.where(before, seen[:, 3], 1)[:, None]
    a, b, c = (places[triangles[:, corner]] for corner in range(3))
    (bx, by), (cx, cy) = (b - a)[:, :2].T, (c - a)[:, :2].T
    area = bx * cy - by * cx
    flat = np.abs(area) < 1e-15
    area = np.where(flat, 1, area)
    px, py = x - a[:, 0], y - a[:, 1]
    second, third = (px * cy - py * cx) / area, (bx * py - by * px) / area
    inside = (second >= 0) & (third >= 0) & (second + third <= 1) & ~flat & before[triangles].all(1)
    if not inside.any():
        return None
    depth = a[:, 2] + second * (b - a)[:, 2] + third * (c - a)[:, 2]
    nearest = int(np.where(inside, depth, np.inf).argmin())
    shares = np.array([1 - second[nearest] - third[nearest], second[nearest], third[nearest]])
    return np.asarray(shares @ vertices[triangles[nearest]])


def behind(vertices: np.ndarray, triangles: np.ndarray, share: float) -> np.ndarray:
    """What of the triangles is left when all to the right of a share (0 to 1) of the width is cut away."""
    low, high = float(vertices[:, 0].min()), float(vertices[:, 0].max())
    return triangles if share >= 1 else triangles[vertices[triangles, 0].mean(1) <= low + share * (high - low)]
