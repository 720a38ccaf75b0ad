"""Small tools for maps (H, W) of numbers: blur, distance to an edge, filling of gaps and of dark areas. NumPy alone."""

from __future__ import annotations

import numpy as np


def blurred(plane: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian, with edges repeated. `sigma` in pixels."""
    if sigma <= 0:
        return plane
    reach = max(1, round(3 * sigma))
    weights = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma**2)).astype(np.float32)
    weights /= weights.sum()
    for axis in (0, 1):
        padded = np.pad(plane, [(reach, reach) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
        length = plane.shape[axis]
        total = np.zeros_like(plane)
        for start, weight in enumerate(weights):
            total += weight * (padded[start : start + length] if axis == 0 else padded[:, start : start + length])
        plane = total
    return plane


def closed(plane: np.ndarray, reach: int, axes: tuple[int, ...] = (0, 1)) -> np.ndarray:
    """Dark areas that are up to twice `reach` pixels wide along one of the axes are filled from what lies beside them
    (grey closing by a rectangle)."""
    for pick in (np.maximum, np.minimum):
        for axis in axes:
            padded = np.pad(plane, [(reach, reach) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
            length = plane.shape[axis]
            for start in range(2 * reach + 1):
                moved = padded[start : start + length] if axis == 0 else padded[:, start : start + length]
                plane = pick(plane, moved)
    return plane


def distance_inside(mask: np.ndarray, most: int) -> np.ndarray:
    """(H, W) bool -> pixels from each true one to the nearest false one, at most `most`; 0 at false ones. What lies
    beyond the picture's edge counts as true."""
    rows = np.where(mask, np.float32(most), np.float32(0))
    for _ in range(most):  # along columns: distance to the nearest false one above or below
        rows[1:] = np.minimum(rows[1:], rows[:-1] + 1)
        rows[:-1] = np.minimum(rows[:-1], rows[1:] + 1)
    padded = np.pad(rows**2, [(0, 0), (most, most)], constant_values=most**2)
    width = mask.shape[1]
    squares = np.full(mask.shape, np.float32(most**2))
    for step in range(-most, most + 1):
        squares = np.minimum(squares, padded[:, most + step : most + step + width] + step**2)
    return np.sqrt(squares)


def filled(plane: np.ndarray) -> np.ndarray:
    """NaN -> a smooth continuation of what surrounds it: an image pyramid, from coarse to fine. All NaN becomes 0."""
    known = np.isfinite(plane)
    if known.all():
        return plane
    values = np.where(known, plane, 0).astype(np.float32)
    if min(plane.shape) <= 2:
        return np.where(known, values, values.sum() / max(1, known.sum()))
    pad = [(0, side % 2) for side in plane.shape]
    weight = np.pad(known.astype(np.float32), pad)
    total = np.pad(values, pad)
    weight, total = (p[::2, ::2] + p[1::2, ::2] + p[::2, 1::2] + p[1::2, 1::2] for p in (weight, total))
    coarse = filled(np.where(weight > 0, total / np.maximum(weight, 1), np.nan))
    fine = blurred(coarse.repeat(2, 0).repeat(2, 1)[: plane.shape[0], : plane.shape[1]], 1.0)
    return np.where(known, values, fine)
