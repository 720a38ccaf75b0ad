"""The texture of a whole head: the picture where it shows the head, its mirror image where only the other side is
seen, and colours that run smoothly into each other behind."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from facedesigner.contract.request import Image
from facedesigner.engine.look import Look, whole_head_model
from facedesigner.engine.planes import blurred, distance_inside, filled
from facedesigner.engine.relief import polygon
from training.networks.head_model import depth_map
from training.networks.rasterising import covered_pixels
from training.networks.whole_head import WholeHead

SLANT = (0.15, 0.5)  # cosines between which a place begins to count that is seen from the side
HIDDEN = 0.06  # eye distances behind what is nearer
EDGE = 0.06  # eye distances from the person's outline that are left out: the background shines through there
MIRROR = (-1.0, 1.0, 1.0)
ALIKE = 50  # how far the colours of hair may lie from their median, of 255
MIRRORED = 0.7  # how much the other side counts
STRANDS = 0.12  # how much lighter and darker hair is that is not seen
INSIDE_MOUTH = np.array([70.0, 30.0, 30.0])


def texture(look: Look, model: WholeHead, head: np.ndarray, hairy: np.ndarray, *, closed: bool, side: int) -> Image:
    """The finer head (N, 3) upright, y down, in eye distances, and where it has hair (W,) -> (side, side, 3) uint8."""
    there, drawn = on_chart(model, side)
    points, facing = drawn(head), drawn(vertex_normals(head, model.finer.triangles))
    depth = depth_map(look.seen(head), model.finer.triangles, len(look.picture))
    growing = drawn(model.finer_values(hairy))
    clear = usable(look, bool(hairy.any()), closed)
    colour, weight = sampled(look, depth, clear, points, facing)
    other, others = sampled(look, depth, clear, points * MIRROR, facing * MIRROR)
    others *= MIRRORED * (1 - weight)
    seen = (colour * weight[:, None] + other * others[:, None]) / np.maximum(weight + others, 1e-6)[:, None]
    shown = np.clip(weight + others, 0, 1)[:, None]
    strands = look.at(look.hair, look.seen(points))[:, None]
    growing = growing[:, None]
    skin = continued(there, np.where((shown > 0.5) & (strands < 0.3), seen, np.nan), look.skin_colour)
    sure = (growing > 0.9) & (strands > 0.7) & (np.abs(seen - look.hair_colour).max(1, keepdims=True) < ALIKE)
    hair = continued(there, np.where((shown > 0.5) & sure, seen, np.nan), look.hair_colour)
    behind = (1 - growing) * skin + growing * hair * (1 + streaks(there)[:, None])
    painted = shown * seen + (1 - shown) * behind
    if not look.mouth_open:
        mouth = np.zeros(len(model.chart))
        mouth[model.patched[-1]] = 1
        painted += drawn(model.finer_values(mouth))[:, None] * (INSIDE_MOUTH - painted)
    plane = np.full((side, side, 3), np.nan, dtype=np.float32)  # colours run over the chart's edge
    plane[there] = painted
    whole = np.stack([filled(plane[..., channel]) for channel in range(3)], -1)
    return np.asarray(np.clip(np.rint(whole), 0, 255).astype(np.uint8))


def continued(there: np.ndarray, colours: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """(side, side) bool and (P, 3), NaN where none is known -> colours everywhere, which run smoothly into each other;
    `usual` (3,) if there are none."""
    plane = np.full((*there.shape, 3), np.nan, dtype=np.float32)
    plane[there] = colours - usual
    return np.asarray(usual + np.stack([blurred(filled(plane[..., i]), 2.0) for i in range(3)], -1)[there])


def streaks(there: np.ndarray) -> np.ndarray:
    """(side, side) bool -> (P,) about 0: strands that run from the crown, the chart's middle, to its rim."""
    rows, columns = (np.argwhere(there) / len(there) - 0.5).T.astype(np.float32)
    random = np.random.default_rng(0)
    waves = sum(
        random.normal() * np.cos(number * np.arctan2(rows, columns) + 9 * bend * np.hypot(rows, columns) + phase)
        for number, bend, phase in zip(
            random.integers(20, 320, 24), random.normal(size=24), random.uniform(0, 6.3, 24), strict=True
        )
    )
    return STRANDS * np.asarray(waves) / 24**0.5


def on_chart(model: WholeHead, side: int) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """Which pixels (side, side) of a texture show the head, and what draws values (N, ...) of its vertices there."""
    there, corners, shares = raster(side)

    def drawn(values: np.ndarray) -> np.ndarray:
        return np.asarray(np.einsum("pk,pk...->p...", shares, values.astype(np.float32)[corners]))

    return there, drawn


@lru_cache(maxsize=1)
def raster(side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which pixels the chart covers (side, side); the P pixels' three vertices (P, 3) and how much each counts."""
    model = whole_head_model()
    triangles = model.finer.triangles
    flat = model.finer_values(model.chart) * (1.0, -1.0) + (0.0, 1.0)
    number = np.full(side * side, -1)
    shares = np.zeros((side * side, 3), dtype=np.float32)
    for which, pixel, share in covered_pixels(flat * side, triangles, side):
        number[pixel], shares[pixel] = which, share
    there = number >= 0
    return there.reshape(side, side), triangles[number[there]], shares[there]


def usable(look: Look, hairy: bool, closed: bool) -> np.ndarray:
    """(S, S) 0 to 1: which pixels may be painted with: skin, and hair if the head has it."""
    size = len(look.picture)
    inside = distance_inside(look.whole, max(2, round(EDGE * look.unit) + 2)) > EDGE * look.unit
    hair = blurred(look.hair, 0.04 * look.unit) > 0.15
    clear = inside & (look.bare | (look.hair > 0.5) if hairy else look.bare & ~hair)
    if closed:
        for eye in (slice(36, 42), slice(42, 48)):
            middle = look.marks[eye].mean(0)
            lid = polygon(middle + (look.marks[eye] - middle) * (1.35, 2.2), size)
            clear &= lid < 0.5
    return blurred(clear.astype(np.float32), 0.02 * look.unit) * clear


def sampled(
    look: Look, depth: np.ndarray, clear: np.ndarray, points: np.ndarray, facing: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Places (P, 3) and normals of the upright head -> the picture's colours (P, 3) and how far they count (P,)."""
    places = look.seen(points)
    slant = (facing @ look.fit.turn.T)[:, 2]
    low, high = SLANT
    weight = np.clip((slant - low) / (high - low), 0, 1)
    weight = weight * (places[:, 2] > look.at(np.nan_to_num(depth, nan=np.inf), places) - HIDDEN * look.unit)
    within = ((places[:, :2] > 0) & (places[:, :2] < len(depth))).all(1)
    return between(look.picture, places), weight * within * look.at(clear, places)


def between(picture: Image, places: np.ndarray) -> np.ndarray:
    """(P, 3) colours at places in pixels, bilinear."""
    most = len(picture) - 1
    column, row = np.clip(places[:, :2] - 0.5, 0, most).T
    left, above = np.floor(column).astype(int), np.floor(row).astype(int)
    right, below = np.minimum(left + 1, most), np.minimum(above + 1, most)
    x, y = (column - left)[:, None], (row - above)[:, None]
    upper = (1 - x) * picture[above, left] + x * picture[above, right]
    lower = (1 - x) * picture[below, left] + x * picture[below, right]
    return np.asarray((1 - y) * upper + y * lower)


def vertex_normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(N, 3) unit vectors outward; y runs down."""
    a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
    faces = np.cross(c - a, b - a)
    normals = np.stack([np.bincount(triangles.ravel(), faces[:, i].repeat(3), len(vertices)) for i in range(3)], 1)
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12))
