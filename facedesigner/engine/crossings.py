"""Where a surface cuts through itself, which slicers and booleans take badly. NumPy alone."""

from __future__ import annotations

import numpy as np

FLAT = 1e-6  # what is less slanted lies in the plane, and what is nearer to an edge touches it
LARGEST = 24  # cells that a triangle may be long, which bounds the memory
EDGES = ((0, 1), (1, 2), (2, 0))


def crossings(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(N, 3) and (T, 3) -> (P, 2) pairs of triangles that cut through each other. Neighbours count where more than
    what they share is cut; triangles that lie in one plane do not."""
    corners = vertices[triangles]
    one, other = near(corners)
    found = np.zeros(len(one), dtype=bool)
    for start in range(0, len(one), CHUNK):
        part = slice(start, start + CHUNK)
        found[part] = pierced(vertices, triangles, one[part], other[part])
        found[part] |= pierced(vertices, triangles, other[part], one[part])
    return np.stack([one[found], other[found]], 1)


CHUNK = 1 << 18  # pairs at once


def near(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of triangles whose boxes overlap, by a grid of cells."""
    low, high = corners.min(1), corners.max(1)
    sizes = (high - low).max(1)
    cell = max(1.5 * float(np.median(sizes)), float(sizes.max()) / LARGEST) + 1e-12
    first, last = (np.floor(edge / cell).astype(np.int64) for edge in (low - low.min(0), high - low.min(0)))
    extent = last - first + 1
    number = extent.prod(1)
    which = np.repeat(np.arange(len(corners)), number)
    rank = np.arange(len(which)) - np.repeat(np.cumsum(number) - number, number)
    steps = np.stack(
        [rank % extent[which, 0], rank // extent[which, 0] % extent[which, 1], rank // extent[which, :2].prod(1)], 1
    )
    size = last.max(0) + 1
    place = first[which] + steps
    name = (place[:, 2] * size[1] + place[:, 1]) * size[0] + place[:, 0]
    order = np.argsort(name, kind="stable")
    name, which = name[order], which[order]
    pairs = [np.zeros((0, 2), dtype=np.int64)]
    for step in range(1, len(name)):
        alike = np.flatnonzero(name[:-step] == name[step:])
        if len(alike) == 0:
            break
        a, b = which[alike], which[alike + step]
        overlap = ((low[a] <= high[b]) & (low[b] <= high[a])).all(1)
        pairs.append(np.sort(np.stack([a[overlap], b[overlap]], 1), 1))
    both = np.unique(np.concatenate(pairs), axis=0)
    return both[:, 0], both[:, 1]


def pierced(vertices: np.ndarray, triangles: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(P,) whether an edge of `one` passes through `other` (T. Möller, B. Trumbore, 1997)."""
    hit = np.zeros(len(one), dtype=bool)
    a, b, c = (vertices[triangles[other, corner]] for corner in range(3))
    across, along = b - a, c - a
    for start, end in EDGES:
        p, q = triangles[one, start], triangles[one, end]
        apart = ((p[:, None] != triangles[other]) & (q[:, None] != triangles[other])).all(1)
        ray = vertices[q] - vertices[p]
        side = np.cross(ray, along)
        volume = (side * across).sum(1)
        lengths = [np.linalg.norm(edge, axis=1) for edge in (ray, across, along)]
        slanted = np.abs(volume) > FLAT * lengths[0] * lengths[1] * lengths[2]
        volume = np.where(slanted, volume, 1.0)
        from_a = vertices[p] - a
        u = (from_a * side).sum(1) / volume
        turned = np.cross(from_a, across)
        v = (ray * turned).sum(1) / volume
        t = (along * turned).sum(1) / volume
        low, high = FLAT, 1 - FLAT
        hit |= apart & slanted & (u > low) & (v > low) & (u + v < high) & (t > low) & (t < high)
    return hit
