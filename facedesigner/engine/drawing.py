"""A coloured surface as a picture, without OpenGL."""

from __future__ import annotations

import numpy as np

from facedesigner.contract.request import Image
from training.networks.rasterising import covered_pixels


def drawn(vertices: np.ndarray, triangles: np.ndarray, colours: np.ndarray, side: int) -> Image:
    """(N, 3) y up, seen from +z, (T, 3), (N, 3) 0 to 1 -> (side, side, 3) uint8; all of it is in view."""
    low, high = vertices.min(0), vertices.max(0)
    scale = 0.95 * side / max(float((high - low)[:2].max()), 1e-9)
    places = (vertices - (low + high) / 2) * (scale, -scale, scale) + (side / 2, side / 2, 0)
    depth = np.full(side * side, -np.inf)
    picture = np.ones((side * side, 3))
    for which, pixel, shares in covered_pixels(places, triangles, side):
        corners = triangles[which]
        z = (shares * places[corners, 2]).sum(1)
        order = np.argsort(z)
        pixel, z, corners, shares = pixel[order], z[order], corners[order], shares[order]
        nearer = z > depth[pixel]
        pixel, z = pixel[nearer], z[nearer]
        picture[pixel] = (shares[nearer, :, None] * colours[corners[nearer]]).sum(1)
        depth[pixel] = z  # of those in one pixel the last, which is the nearest
    return np.asarray(np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8).reshape(side, side, 3))
