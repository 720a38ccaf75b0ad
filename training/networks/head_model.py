"""A statistical model of heads: mean mesh and principal components, fitted to landmarks and drawn as a depth map.

After V. Blanz, T. Vetter, A Morphable Model for the Synthesis of 3D Faces, 1999. Lengths are eye distances, the origin
lies between the eyes; x runs to the picture's right, y down, z towards the viewer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from training.errors import UserError
from training.networks.rasterising import covered_pixels

RIGHT_EYE, LEFT_EYE = slice(36, 42), slice(42, 48)  # of dlib's 68 landmarks; the right eye is on the picture's left
TRUST = np.full(68, 1.0)  # how much each landmark counts
TRUST[:17] = 0.3  # the outline of the jaw slides along the skin as the head turns
TRUST[17:27] = 0.3  # brows are hair: the bone beneath says little of them
NOISE = 0.03  # eye distances, standard deviation of a landmark
ROUNDS = 8  # of fitting pose and shape in turn
REACH = 0.45  # eye distances over which a landmark's last error is spread
MOST_TURN = 30.0  # degrees of yaw and pitch that are believed


@dataclass(frozen=True, eq=False)
class HeadModel:
    """V vertices, T triangles, K components, each one standard deviation long."""

    mean: np.ndarray  # (V, 3) float32
    components: np.ndarray  # (K, V, 3) float32
    triangles: np.ndarray  # (T, 3) int32, counter-clockwise as seen by the viewer
    landmarks: np.ndarray  # (68,) int32: the vertices that are dlib's landmarks
    offsets: np.ndarray  # (68, 2) float32: how far beside them, in x and y, dlib sees them on average

    @cached_property
    def finer(self) -> Subdivision:
        """Rounds off what `fit` answers."""
        return subdivision(self.triangles, len(self.mean))

    @property
    def marks(self) -> np.ndarray:
        """(68, 3) the landmarks of the mean head."""
        return np.asarray(self.mean[self.landmarks] + np.pad(self.offsets, ((0, 0), (0, 1))))

    def shape(self, coefficients: np.ndarray) -> np.ndarray:
        """(K,) standard deviations -> (V, 3)."""
        return np.asarray(self.mean + np.tensordot(coefficients, self.components, 1))

    def fit(self, points: np.ndarray) -> np.ndarray:
        """(68, 2) landmarks, x and y in any unit -> (V, 3): the head as the picture shows it, in that unit.

        Pose (scaled orthographic) and shape are solved in turn, each linear; then the vertices are moved smoothly in
        x and y so that the landmarks come to lie where they were found. z is 0 between the eyes.
        """
        return self.fit_and_pose(points)[0]

    def fit_and_pose(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As `fit`, and the rotation (3, 3) from the model's heads to this one."""
        coefficients = np.zeros(len(self.components))
        weight = np.sqrt(TRUST)[:, None]
        parts = self.components[:, self.landmarks].astype(np.float64)
        anchors = self.marks.astype(np.float64)
        size = float(np.hypot(*(points[LEFT_EYE].mean(0) - points[RIGHT_EYE].mean(0))))
        if size < 1e-6:
            raise ValueError("the eyes have no distance")
        for _ in range(ROUNDS):
            shape = anchors + np.tensordot(coefficients, parts, 1)
            scale, turn, shift = pose(shape, points, weight)
            design = (scale * parts @ turn[:2].T * weight / (NOISE * size)).reshape(len(parts), -1).T
            wanted = ((points - shift - scale * anchors @ turn[:2].T) * weight / (NOISE * size)).ravel()
            coefficients = np.linalg.solve(design.T @ design + np.eye(len(parts)), design.T @ wanted)
        head = scale * self.shape(coefficients) @ turn.T
        head[:, :2] += shift
        head[:, 2] -= head[self.landmarks[36:48], 2].mean()
        return self._pinned(head, points - scale * self.offsets, REACH * size), turn

    def _pinned(self, head: np.ndarray, points: np.ndarray, reach: float) -> np.ndarray:
        """Moves vertices in x and y as the landmarks have to move to `points` (68, 2), less with distance (Gaussian
        kernel ridge)."""

        def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
            return np.asarray(np.exp(-((a[:, None] - b[None]) ** 2).sum(-1) / (2 * reach**2)))

        found = head[self.landmarks, :2]
        gram = kernel(found, found) + np.diag(0.05 / TRUST)
        moved = head.copy()
        moved[:, :2] += kernel(head[:, :2], found) @ np.linalg.solve(gram, points - found)
        return moved


def pose(shape: np.ndarray, points: np.ndarray, weight: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """(68, 3) and (68, 2) -> scale, rotation (3, 3) and shift (2,): points are about scale * shape @ rotation[:2].T +
    shift. Yaw and pitch are held to MOST_TURN."""
    design = np.concatenate([shape, np.ones((len(shape), 1))], 1)
    solution = np.linalg.lstsq(design * weight, points * weight, rcond=None)[0]
    left, singular, right = np.linalg.svd(solution[:3].T, full_matrices=False)
    scale, across = float(singular.mean()), left @ right
    turn = np.stack([*across, np.cross(*across)])
    most = np.sin(np.radians(MOST_TURN))
    forward = turn[:, 2]  # where the nose points
    sideways = float(np.hypot(*forward[:2]))
    if sideways > most or forward[2] <= 0:
        wanted = np.array([*(forward[:2] / sideways * most), np.sqrt(1 - most**2)])
        turn = between(forward, wanted) @ turn
    shift = np.average(points - scale * shape @ turn[:2].T, axis=0, weights=weight[:, 0] ** 2)
    return scale, turn, shift


def between(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The shortest rotation (3, 3) that takes one unit vector to another (Rodrigues)."""
    axis = np.cross(start, end)
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return np.asarray(np.eye(3) + cross + cross @ cross / max(1e-6, 1 + start @ end))


@dataclass(frozen=True, eq=False)
class Subdivision:
    """Loop's subdivision of one mesh (C. Loop, Smooth Subdivision Surfaces Based on Triangles, 1987): rounds off the
    facets, four triangles for one."""

    triangles: np.ndarray  # (4 T, 3)
    edges: np.ndarray  # (E, 2) vertices; their middles are the new vertices
    across: np.ndarray  # (E, 2) the vertices opposite each edge, or its own ends at the mesh's border
    pairs: np.ndarray  # (P, 2) neighbours that an old vertex is drawn towards, in both orders; at the border, along it
    pull: np.ndarray  # (V,) how much each of these counts

    def __call__(self, vertices: np.ndarray) -> np.ndarray:
        """(V, 3) -> (V + E, 3)."""
        ends, opposite = vertices[self.edges].sum(1), vertices[self.across].sum(1)
        border = (self.across == self.edges).all(1)[:, None]
        middles = np.where(border, ends / 2, 0.375 * ends + 0.125 * opposite)
        near = np.zeros_like(vertices)
        np.add.at(near, self.pairs[:, 0], vertices[self.pairs[:, 1]])
        number = np.bincount(self.pairs[:, 0], minlength=len(vertices))
        pull = self.pull[:, None]
        return np.concatenate([(1 - number[:, None] * pull) * vertices + pull * near, middles])


def subdivision(triangles: np.ndarray, vertices: int) -> Subdivision:
    sides = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), 1)
    edges, which, number = np.unique(sides, axis=0, return_inverse=True, return_counts=True)
    which = which.ravel()
    facing = triangles[:, [2, 0, 1]].ravel()
    across = edges.copy()
    inner = number[which] == 2
    order = np.argsort(which[inner], kind="stable")
    across[number == 2] = facing[inner][order].reshape(-1, 2)
    rim = edges[number != 2]
    on_rim = np.isin(np.arange(vertices), rim)
    pairs = np.concatenate([rim, edges[(number == 2)]])
    pairs = np.concatenate([pairs, pairs[:, ::-1]])
    along = np.concatenate([np.arange(len(edges)) < len(rim)] * 2)
    pairs = pairs[along | ~on_rim[pairs[:, 0]]]
    valence = np.maximum(np.bincount(pairs[:, 0], minlength=vertices), 1)
    inside = (0.625 - (0.375 + 0.25 * np.cos(2 * np.pi / valence)) ** 2) / valence
    ab, bc, ca = (which.reshape(-1, 3) + vertices).T
    a, b, c = triangles.T
    parts = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    finer = np.concatenate([np.stack(part, 1) for part in parts])
    return Subdivision(finer, edges, across, pairs, np.where(on_rim, 0.25 / valence, inside))


def depth_map(head: np.ndarray, triangles: np.ndarray, size: int) -> np.ndarray:
    """(V, 3) with x and y in pixels -> (size, size) float32: the nearest z at each pixel's middle, NaN beside it."""
    depth = np.full(size * size, -np.inf)
    for which, pixel, shares in covered_pixels(head, triangles, size):
        np.maximum.at(depth, pixel, (shares * head[triangles[which], 2]).sum(1))
    depth[np.isinf(depth)] = np.nan
    return depth.reshape(size, size).astype(np.float32)


def save_head_model(model: HeadModel, path: Path, card: dict[str, str]) -> None:
    """Components as 16-bit floats: their rounding is a thousandth of what they say."""
    from safetensors.numpy import save

    from training.files import replacing

    tensors: dict[str, np.ndarray] = {
        "mean": model.mean.astype(np.float32),
        "components": model.components.astype(np.float16),
        "triangles": model.triangles.astype(np.int16),
        "landmarks": model.landmarks.astype(np.int16),
        "offsets": model.offsets.astype(np.float32),
    }
    with replacing(path) as temporary:
        temporary.write_bytes(save(tensors, {"head_model": json.dumps(card)}))


def load_head_model(path: Path) -> HeadModel:
    """Raises ValueError when the file is no head model."""
    from safetensors.numpy import load_file

    try:
        tensors = load_file(path)
        mean, components = tensors["mean"], tensors["components"].astype(np.float32)
        triangles, landmarks = tensors["triangles"].astype(np.int32), tensors["landmarks"].astype(np.int32)
        offsets = tensors["offsets"]
    except Exception as error:  # of safetensors, of NumPy, or a name that lacks
        raise UserError(f"{path.name} is no head model ({error}): install FaceDesigner again") from None
    return HeadModel(mean, components, triangles, landmarks, offsets)
