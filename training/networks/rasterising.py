"""Triangles -> pixels. NumPy alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

MOST = 1 << 18  # pixels of the triangles' boxes at once, which bounds the memory


def covered_pixels(
    places: np.ndarray, triangles: np.ndarray, size: int
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """(V, 2 or 3) in pixels, y down, and (T, 3) -> in portions: the numbers of triangles that face the viewer (P,),
    pixels whose middles they cover (P,), row by row, and how much each corner counts there (P, 3)."""
    a, b, c = (places[triangles[:, corner], :2] for corner in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    corners = np.stack([a, b, c])
    low = np.clip(np.ceil(corners.min(0) - 0.5), 0, size).astype(np.int64)
    high = np.clip(np.floor(corners.max(0) - 0.5) + 1, 0, size).astype(np.int64)
    extent = np.maximum(high - low, 0)
    number = np.where(area < -1e-9, extent.prod(1), 0)  # y runs down: those that face the viewer have negative area
    portion = np.cumsum(number) // MOST
    for part in np.split(np.arange(len(triangles)), np.flatnonzero(np.diff(portion)) + 1):
        which = np.repeat(part, number[part])
        if len(which) == 0:
            continue
        rank = np.arange(len(which)) - np.repeat(np.cumsum(number[part]) - number[part], number[part])
        column = low[which, 0] + rank % extent[which, 0]
        row = low[which, 1] + rank // extent[which, 0]
        x, y = column + 0.5 - a[which, 0], row + 0.5 - a[which, 1]
        (bx, by), (cx, cy) = (b - a)[which].T, (c - a)[which].T
        second = (x * cy - y * cx) / area[which]
        third = (bx * y - by * x) / area[which]
        inside = (second >= -1e-6) & (third >= -1e-6) & (second + third <= 1 + 1e-6)
        second, third = second[inside], third[inside]
        shares = np.stack([1 - second - third, second, third], 1)
        yield which[inside], (row * size + column)[inside], shares
