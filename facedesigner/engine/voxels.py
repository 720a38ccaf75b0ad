"""A closed surface -> what of its inside lies deeper than a wall is thick, as another closed surface."""

from __future__ import annotations

import numpy as np

from training.networks.rasterising import covered_pixels

FINEST, COARSEST, PER_WALL = 1.0, 2.5, 1.5  # mm of a voxel, and how many make a wall
SAMPLES = 0.7  # voxels between the points that stand for the surface
BIAS = 0.35  # voxels from a surface to the middle of the nearest voxel beyond it
BAND = 1.3  # voxels to either side of the cavity's surface in which distances are exact
NEAREST = 0.05  # of a voxel: the surface keeps this far from their middles, so that no triangle is a sliver
SIX = ((1, 3), (3, 2), (2, 6), (6, 4), (4, 5), (5, 1))  # edges round the diagonal from corner 0 to 7: six tetrahedra
ONE = np.array([(0, 1), (0, 2), (0, 3)])  # edges that are cut with one corner inside, three, and two
THREE = np.array([(0, 3), (1, 3), (2, 3)])
TWO, TWO_MORE = np.array([(0, 2), (0, 3), (1, 3)]), np.array([(0, 2), (1, 3), (1, 2)])


def cavity(vertices: np.ndarray, triangles: np.ndarray, wall: float, through: bool) -> tuple[np.ndarray, np.ndarray]:
    """(N, 3) in mm, y up -> vertices and triangles (outward) of the space that keeps at least `wall` mm from the
    surface; `through`: it goes through the lowest plane. There may be none."""
    step = float(np.clip(wall / PER_WALL, FINEST, COARSEST))
    deep = int(np.ceil(wall / step)) + 3
    margin = 2 * deep + 2
    inside, origin = voxels(vertices, triangles, step, margin)
    if through:  # as if the lowest slice went on below
        inside[:, 1 : margin + 1] = inside[:, margin + 1 : margin + 2]
    distance, nearest = depth_inside(inside, deep)
    field = np.ascontiguousarray(distance * np.float32(step) - np.float32(wall + BIAS * step))
    band = np.flatnonzero(inside.ravel() & (np.abs(field.ravel()) < BAND * step))
    low = vertices[:, 1].min() + wall if through else -np.inf
    places = origin + step * np.stack(np.unravel_index(band, field.shape), 1)
    band, places = band[places[:, 1] > low], places[places[:, 1] > low]
    exact = to_points(
        places, nearest.ravel()[band], sampled(vertices, triangles, SAMPLES * step), origin, step, field.shape
    )
    known = np.isfinite(exact)
    field.ravel()[band[known]] = exact[known] - wall
    return level_surface(field, origin, step)


def sampled(vertices: np.ndarray, triangles: np.ndarray, apart: float) -> np.ndarray:
    """(S, 3) points all over a surface, at most about `apart` from each other."""
    corners = vertices[triangles]
    longest = np.linalg.norm(corners - np.roll(corners, 1, 1), axis=2).max(1)
    count = np.maximum(np.ceil(longest / apart).astype(int), 1)
    parts = []
    for number in np.unique(count):
        steps = [(i, j, number - i - j) for i in range(number + 1) for j in range(number + 1 - i)]
        parts.append((np.array(steps) / number @ corners[count == number]).reshape(-1, 3))
    return np.concatenate(parts)


def to_points(
    places: np.ndarray, near: np.ndarray, points: np.ndarray, origin: np.ndarray, step: float, shape: tuple[int, ...]
) -> np.ndarray:
    """Places (Q, 3) and the voxels near which their nearest points lie -> distances (Q,); inf if none lies there."""
    voxel = np.ravel_multi_index(tuple(np.rint((points - origin) / step).astype(int).T), shape)
    order = np.argsort(voxel, kind="stable")
    points, voxel = points[order], voxel[order]
    least = np.full(len(places), np.inf)
    for offset in np.ndindex(3, 3, 3):
        cell = near + int(np.ravel_multi_index(offset, shape)) - int(np.ravel_multi_index((1, 1, 1), shape))
        first, last = np.searchsorted(voxel, cell), np.searchsorted(voxel, cell, side="right")
        for rank in range(int((last - first).max(initial=0))):
            there = np.flatnonzero(first + rank < last)
            squares = ((places[there] - points[first[there] + rank]) ** 2).sum(1)
            least[there] = np.minimum(least[there], squares)
    return np.asarray(np.sqrt(least))


def voxels(vertices: np.ndarray, triangles: np.ndarray, step: float, margin: int) -> tuple[np.ndarray, np.ndarray]:
    """(N, 3) -> (X, Y, Z) bool, true where the surface winds round a voxel's middle, and the first middle (3,)."""
    low = vertices.min(0) - margin * step
    size = np.ceil((vertices.max(0) - low) / step).astype(int) + margin + 1
    side = int(size[:2].max())
    places = (vertices - low) / step
    entered = np.zeros((side, side, size[2] + 1), dtype=np.int8)
    for faces, way in ((triangles, 1), (triangles[:, ::-1], -1)):  # those that face -z are entered along z
        for which, pixel, shares in covered_pixels(places[:, :2], faces, side):
            z = (shares * places[faces[which], 2]).sum(1)
            np.add.at(entered, (pixel % side, pixel // side, np.ceil(z - 0.5).astype(int)), way)
    winding = np.cumsum(entered, 2, dtype=np.int8)
    return winding[: size[0], : size[1], : size[2]] > 0, low + step / 2


def depth_inside(inside: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """(X, Y, Z) bool -> voxels from each true one to the nearest false one, `most` at most (Euclidean), and which that
    is, by its number."""
    squares = np.where(inside, np.float32(most**2), np.float32(0))
    nearest = np.arange(inside.size, dtype=np.int32).reshape(inside.shape)
    for axis in range(3):
        before, names = np.moveaxis(squares, axis, 0), np.moveaxis(nearest, axis, 0)
        least, found = before.copy(), names.copy()
        for shift in range(1, most):
            for here, there in ((slice(shift, None), slice(None, -shift)), (slice(None, -shift), slice(shift, None))):
                further = before[there] + np.float32(shift**2)
                better = further < least[here]
                least[here][better] = further[better]
                found[here][better] = names[there][better]
        squares, nearest = np.moveaxis(least, 0, axis), np.moveaxis(found, 0, axis)
    return np.sqrt(squares), np.ascontiguousarray(nearest)


def level_surface(field: np.ndarray, origin: np.ndarray, step: float) -> tuple[np.ndarray, np.ndarray]:
    """(X, Y, Z) -> the closed surface where it passes 0, outward from what is above: marching tetrahedra (A. Doi, A.
    Koide, 1991), which leave no gaps and nothing that cuts through itself."""
    shape, flat = np.array(field.shape), field.ravel()
    corners = np.array(list(np.ndindex(2, 2, 2)))
    above = field > 0
    cells = np.zeros(shape - 1, dtype=np.int8)
    for x, y, z in corners:
        cells += above[x : x + cells.shape[0], y : y + cells.shape[1], z : z + cells.shape[2]]
    base = np.ravel_multi_index(np.nonzero((cells > 0) & (cells < 8)), field.shape)
    offsets = np.ravel_multi_index(tuple(corners.T), field.shape)
    tetrahedra = np.concatenate([base[:, None] + offsets[[0, *pair, 7]] for pair in SIX])
    order = np.argsort(flat[tetrahedra] <= 0, axis=1, kind="stable")  # those inside come first
    number = (flat[tetrahedra] > 0).sum(1)
    ordered = np.take_along_axis(tetrahedra, order, 1)
    cut, deep = [], []
    for count, edges in ((1, ONE), (3, THREE), (2, TWO), (2, TWO_MORE)):
        chosen = ordered[number == count]
        cut.append(chosen[:, edges])  # (T, 3, 2): a triangle between the middles of three edges
        deep.append(chosen[:, 0])
    ends = np.concatenate(cut)
    keys, triangles = np.unique(ends[..., 0] * flat.size + ends[..., 1], return_inverse=True)
    triangles = triangles.reshape(-1, 3)
    start, end = np.divmod(keys, flat.size)
    share = np.clip(flat[start] / np.maximum(flat[start] - flat[end], 1e-9), NEAREST, 1 - NEAREST)[:, None]
    first, last = (np.stack(np.unravel_index(name, field.shape), 1) for name in (start, end))
    points = first + share * (last - first)
    a, b, c = (points[triangles[:, corner]] for corner in range(3))
    within = np.stack(np.unravel_index(np.concatenate(deep), field.shape), 1)
    inward = (np.cross(b - a, c - a) * (a - within)).sum(1) < 0
    triangles[inward] = triangles[inward, ::-1]
    return origin + step * points, triangles
