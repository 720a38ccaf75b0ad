"""A surface with one border -> a flat chart without overlaps, which textures are painted on.

W. Tutte, How to Draw a Graph, 1963: with the border on a circle and every vertex a weighted mean of its neighbours no
triangles overlap. The weights are then changed so that triangles are stretched alike (S. Yoshizawa and others, A Fast
and Simple Stretch-Minimizing Mesh Parameterization, 2004).
"""

from __future__ import annotations

import numpy as np

ROUNDS = 12


def disc_chart(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(V, 3), (T, 3) -> (V, 2) float32, 0 to 1 from the lower left; the border is the circle that touches the square's
    sides. Of a head, y down and z to the viewer, the chin is below and the left side of the face on the right."""
    sides = triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    rim = border_loop(sides)
    steps = np.linalg.norm(vertices[rim] - vertices[np.roll(rim, -1)], axis=1)
    angle = 2 * np.pi * np.concatenate([[0], np.cumsum(steps)[:-1]]) / steps.sum()
    angle -= angle[vertices[rim, 2].argmax()]
    way = np.sign(vertices[rim[(angle % (2 * np.pi) > 1) & (angle % (2 * np.pi) < 2)], 0].mean())
    circle = 0.5 + 0.5 * np.stack([way * np.sin(angle), -np.cos(angle)], 1)
    weights = np.zeros((len(vertices), len(vertices)))
    lengths = np.linalg.norm(vertices[sides[:, 0]] - vertices[sides[:, 1]], axis=1)
    weights[sides[:, 0], sides[:, 1]] = 1 / lengths
    weights = np.maximum(weights, weights.T)
    best, least = None, np.inf
    for _ in range(ROUNDS):
        places = laid(weights, rim, circle)
        stretch, worth = stretches(vertices, places, triangles)
        if worth >= least:
            break
        best, least = places, worth
        weights = weights / stretch[None]
    assert best is not None
    return best.astype(np.float32)


def border_loop(sides: np.ndarray) -> np.ndarray:
    """Directed edges -> the vertices of the border, in order."""
    there = {(a, b) for a, b in sides.tolist()}
    following = {a: b for a, b in there if (b, a) not in there}
    loop = [min(following)]
    while following[loop[-1]] != loop[0]:
        loop.append(following[loop[-1]])
    if len(loop) != len(following):
        raise ValueError("the surface has more than one border")
    return np.array(loop)


def laid(weights: np.ndarray, rim: np.ndarray, circle: np.ndarray) -> np.ndarray:
    inner = np.setdiff1d(np.arange(len(weights)), rim)
    system = np.diag(weights.sum(1)) - weights
    places = np.zeros((len(weights), 2))
    places[rim] = circle
    places[inner] = np.linalg.solve(system[np.ix_(inner, inner)], -system[np.ix_(inner, rim)] @ circle)
    return places


def stretches(vertices: np.ndarray, places: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, float]:
    """How much the surface is larger than the chart about each vertex (P. Sander's L2 stretch), and over all."""
    a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
    (ax, ay), (bx, by), (cx, cy) = (places[triangles[:, corner]].T for corner in range(3))
    area = np.maximum(np.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2, 1e-12)[:, None]
    along = (a * (by - cy)[:, None] + b * (cy - ay)[:, None] + c * (ay - by)[:, None]) / (2 * area)
    across = (a * (cx - bx)[:, None] + b * (ax - cx)[:, None] + c * (bx - ax)[:, None]) / (2 * area)
    square = ((along**2).sum(1) + (across**2).sum(1)) / 2
    real = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    total, weight = np.zeros(len(vertices)), np.zeros(len(vertices))
    np.add.at(total, triangles, (square * real)[:, None])
    np.add.at(weight, triangles, real[:, None])
    return np.sqrt(total / weight), float(np.sqrt((square * real).sum() / real.sum()))
