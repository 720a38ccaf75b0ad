"""A head -> how deep it lies in the two halves of a mould that is pulled off to the front and to the back."""

from __future__ import annotations

import numpy as np

from training.networks.head_model import depth_map


def halves(vertices: np.ndarray, triangles: np.ndarray, draft: float, margin: float) -> tuple[np.ndarray, np.ndarray]:
    """(N, 3) in mm, y up, on its neck at y = 0; the draft in degrees; mm about the head -> depths (S, S) in mm of the
    front and of the back half, a mm a pixel, as one looks into each: the neck is at the lower edge.

    Undercuts are filled, and no wall is steeper than the draft allows.
    """
    low, high = vertices.min(0), vertices.max(0)
    side = int(np.ceil(max(high[0] - low[0] + 2 * margin, high[1] + margin)))
    upper = vertices[vertices[:, 1] > high[1] / 2]
    parting = float(upper[np.abs(upper[:, 0]).argmax(), 2])  # where the head is widest
    found = []
    for way in (1, -1):
        seen = vertices * (way, -1, way) + (side / 2 - way * (low[0] + high[0]) / 2, side, -way * parting)
        depth = np.nan_to_num(depth_map(seen, triangles, side), nan=0.0)
        found.append(drafted(np.maximum(depth, 0), draft)[:, ::-1])  # as one looks into the half
    return found[0], found[1]


def drafted(depth: np.ndarray, draft: float) -> np.ndarray:
    """(S, S) in pixels -> the same, widened until all walls lean by `draft` degrees at least."""
    slope = 1 / np.tan(np.radians(draft))  # that a wall may fall in a pixel
    reach = int(np.ceil(depth.max() / slope))
    padded = np.pad(depth, reach, mode="edge")
    size = len(depth)
    wide = depth
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            away = float(np.hypot(down, right))
            if 0 < away <= reach:
                moved = padded[reach + down : reach + down + size, reach + right : reach + right + size]
                wide = np.maximum(wide, moved - slope * away)
    return np.asarray(wide)
