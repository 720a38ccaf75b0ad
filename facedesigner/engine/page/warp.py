"""Perspective: what lies between four corners, as an upright picture. Places are continuous: (0, 0) is the corner of
the first pixel."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

Corners = npt.NDArray[np.float64]  # (4, 2) x, y; clockwise from the top left of what is drawn
Matrix = npt.NDArray[np.float64]  # (3, 3) homography


def corners_of(width: float, height: float) -> Corners:
    return np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)


def homography(source: Corners, target: Corners) -> Matrix:
    """What takes each corner of `source` to that of `target`. numpy.linalg.LinAlgError when three lie on a line."""
    rows, values = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [(x, y, 1, 0, 0, 0, -u * x, -u * y), (0, 0, 0, x, y, 1, -v * x, -v * y)]
        values += [u, v]
    found = np.linalg.solve(np.array(rows, np.float64), np.array(values, np.float64))
    return np.append(found, 1.0).reshape(3, 3)


def applied(matrix: Matrix, places: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """(..., 2) -> (..., 2)."""
    points = np.asarray(places, np.float64)
    homogeneous = np.concatenate([points, np.ones_like(points[..., :1])], -1) @ matrix.T
    return np.asarray(homogeneous[..., :2] / homogeneous[..., 2:])


def is_sheet(corners: Corners) -> bool:
    """Whether they go round a convex area."""
    edges = np.roll(corners, -1, 0) - corners
    onward = np.roll(edges, -1, 0)
    turns = edges[:, 0] * onward[:, 1] - edges[:, 1] * onward[:, 0]
    return bool((turns > 1e-3 * (edges**2).sum(1).max()).all())


def size_of(corners: Corners, longest: int) -> tuple[int, int]:
    """Width and height of the upright page: the means of opposite sides, at most `longest`."""
    top, right, bottom, left = np.hypot(*(np.roll(corners, -1, 0) - corners).T)
    width, height = (top + bottom) / 2, (left + right) / 2
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def warped(
    image: Pillow.Image,
    matrix: Matrix,
    size: tuple[int, int],
    fill: int | tuple[int, ...] = 255,
    resample: Pillow.Resampling = Pillow.Resampling.BILINEAR,
) -> Pillow.Image:
    """`image` seen through `matrix`, which takes a place of the result (`size`) to one of the image; `fill` beyond its
    edges. Averaged where it shrinks, unless `resample` is NEAREST."""
    middle = np.array(size) / 2
    across, down = (applied(matrix, middle + step) - applied(matrix, middle - step) for step in ((0.5, 0), (0, 0.5)))
    scale = min(float(np.hypot(*across)), float(np.hypot(*down)))  # pixels of the image for one of the result
    double = 1
    if resample != Pillow.Resampling.NEAREST and scale > 1:  # the transform samples points: it must not skip thin lines
        double = 2
        if shrink := int(scale / 2):
            image = image.reduce(shrink) if shrink > 1 else image
            matrix = np.diag([1 / shrink, 1 / shrink, 1.0]) @ matrix
    matrix = matrix @ np.diag([1 / double, 1 / double, 1.0])
    matrix = matrix / matrix[2, 2]
    large = (size[0] * double, size[1] * double)
    found = image.transform(large, Pillow.Transform.PERSPECTIVE, tuple(matrix.ravel()[:8]), resample, fillcolor=fill)
    return found.reduce(2) if double == 2 else found
