"""Connected regions of a mask, and their hulls. NumPy alone; masks have some hundred pixels each way."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]  # (H, W)
Labels = npt.NDArray[np.int64]  # (H, W): 0 outside, else the number of the region, from 1


def labelled(mask: Mask) -> Labels:
    """Regions whose pixels touch by a side. Runs of each row are joined with those below them: each takes the least
    number that it is told of, until nothing changes."""
    first = mask.copy()
    first[:, 1:] &= ~mask[:, :-1]
    runs = np.where(mask, np.cumsum(first).reshape(mask.shape), 0)
    meet = mask[:-1] & mask[1:] & (first[:-1] | first[1:])  # where two runs begin to touch
    upper, lower = runs[:-1][meet], runs[1:][meet]
    root = np.arange(int(runs.max(initial=0)) + 1)
    while True:
        one, other = root[upper], root[lower]
        if np.array_equal(one, other):
            break
        np.minimum.at(root, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(root, root[root]):
            root = root[root]
    numbers = np.cumsum(root == np.arange(len(root))) - 1
    return np.asarray(numbers[root[runs]], np.int64)


def grown(mask: Mask, reach: int) -> Mask:
    """By a square of `reach` pixels to each side."""
    for axis in (0, 1):
        total = np.cumsum(np.pad(mask, [(reach + 1, reach) if a == axis else (0, 0) for a in (0, 1)]), axis)
        length = mask.shape[axis]
        last, first = (np.take(total, np.arange(length) + start, axis) for start in (2 * reach + 1, 0))
        mask = last > first
    return mask


def shrunk(mask: Mask, reach: int) -> Mask:
    """As `grown`, of what lies outside; the picture's edge takes nothing away."""
    return ~grown(~mask, reach)


def hull_of(mask: Mask) -> npt.NDArray[np.float64]:
    """(N, 2) corners of the convex hull of a mask's pixels, clockwise as seen (Andrew's monotone chain)."""
    rows = np.flatnonzero(mask.any(1))
    first, last = mask[rows].argmax(1), mask.shape[1] - mask[rows, ::-1].argmax(1)
    ends = np.concatenate([np.stack([side, rows + step], 1) for side in (first, last) for step in (0, 1)])
    points = sorted({(int(x), int(y)) for x, y in ends})

    def half(ordered: list[tuple[int, int]]) -> list[tuple[int, int]]:
        chain: list[tuple[int, int]] = []
        for x, y in ordered:
            while len(chain) > 1:
                (x1, y1), (x2, y2) = chain[-2:]
                if (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) > 0:
                    break
                chain.pop()
            chain.append((x, y))
        return chain[:-1]

    return np.array(half(points) + half(points[::-1]), np.float64)


def area_of(polygon: npt.NDArray[np.float64]) -> float:
    x, y = polygon.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def quad_around(hull: npt.NDArray[np.float64]) -> npt.NDArray[np.float64] | None:
    """(4, 2): four of the hull's sides, prolonged until they meet; the side whose loss adds least goes first. None when
    it comes to no quadrilateral."""
    sides = list(hull)
    while len(sides) > 4:
        costs = [_without(sides, index) for index in range(len(sides))]
        cost, index, corner = min(costs, key=lambda found: found[0])
        if not np.isfinite(cost):
            return None
        after = (index + 1) % len(sides)
        sides[index] = corner
        del sides[after]
    return np.array(sides) if len(sides) == 4 else None


def _without(sides: list[npt.NDArray[np.float64]], index: int) -> tuple[float, int, npt.NDArray[np.float64]]:
    """The area that is added when the side from corner `index` to the next one is left out, and where its neighbours
    meet then."""
    count = len(sides)
    before, start, end, after = (sides[(index + step) % count] for step in (-1, 0, 1, 2))
    one, other = start - before, after - end
    cross = one[0] * other[1] - one[1] * other[0]
    if cross <= 1e-9:
        return np.inf, index, start
    between = end - start
    along = (between[0] * other[1] - between[1] * other[0]) / cross
    corner = start + along * one
    added = abs((corner - start)[0] * between[1] - (corner - start)[1] * between[0]) / 2
    return (float(added) if along >= 0 else np.inf), index, corner
