"""How a relief looks: lit from a side, as a picture or as coloured vertices for OpenGL."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image as Pillow

from facedesigner.contract.request import Image
from facedesigner.engine.relief import SPAN, Relief
from facedesigner.export.solid import Solid

CLAY = np.array([0.86, 0.82, 0.76])  # the colour of a piece without its picture
ELEVATION = 45.0  # degrees of the light over the picture's plane
AMBIENT = 0.25  # share of light that comes from everywhere


def light(azimuth: float) -> np.ndarray:
    """Degrees, 0 from the right, 90 from above -> unit vector (3,) towards the light, y up."""
    around, up = np.radians([azimuth, ELEVATION])
    return np.array([np.cos(around) * np.cos(up), np.sin(around) * np.cos(up), np.sin(up)])


def hill_shade(relief: Relief, depth: float = 1.0, azimuth: float = 120.0) -> Image:
    """The relief seen from the front, (H, H, 3) uint8."""
    side = len(relief.height)
    surface = relief.height.astype(np.float64) * (SPAN * relief.eye_distance * side * depth)
    down, right = np.gradient(surface)
    normals = np.stack([-right, down, np.ones_like(right)], -1)
    shade = lit(normals / np.linalg.norm(normals, axis=-1, keepdims=True), azimuth)
    return np.asarray(np.rint(shade[..., None] * CLAY * 255).astype(np.uint8))


def grey_picture(relief: Relief) -> Image:
    """The height map, white nearest, (H, H, 3) uint8."""
    return np.asarray(np.rint(relief.height[..., None].repeat(3, -1) * 255).astype(np.uint8))


def lit(normals: np.ndarray, azimuth: float) -> np.ndarray:
    """(..., 3) -> brightness 0 to 1."""
    return np.asarray(AMBIENT + (1 - AMBIENT) * np.clip(normals @ light(azimuth), 0, 1))


@dataclass(frozen=True, eq=False)
class Mesh:
    """A solid as OpenGL draws it: centred, the picture's height is 1; with two sets of colours."""

    vertices: np.ndarray  # (N, 3) float32
    triangles: np.ndarray  # (T, 3) uint32
    clay: np.ndarray  # (N, 4) float32: lit
    painted: np.ndarray  # (N, 4) float32: the picture's colours, lit a little


def for_display(solid: Solid, picture: Image, azimuth: float = 120.0) -> Mesh:
    """Lit from `azimuth`; the light turns with the piece."""
    vertices = solid.vertices - (solid.vertices.max(0) + solid.vertices.min(0)) / 2
    vertices = vertices / float(np.ptp(vertices[:, 1]))
    shade = lit(solid.normals, azimuth)[:, None]
    colours = solid.colours(np.asarray(Pillow.fromarray(picture).resize((512, 512), Pillow.Resampling.BICUBIC))) / 255
    opaque = np.ones((len(vertices), 1))
    clay = np.concatenate([shade * CLAY, opaque], 1)
    painted = np.concatenate([colours * (0.6 + 0.4 * shade), opaque], 1)
    return Mesh(
        vertices.astype(np.float32),
        solid.triangles.astype(np.uint32),
        clay.astype(np.float32),
        painted.astype(np.float32),
    )
