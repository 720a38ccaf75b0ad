"""How a head is turned: a stiff average head fitted to the landmarks under scaled orthographic projection."""

from __future__ import annotations

import numpy as np

# landmark: x to the picture's right, y down, z towards the camera, in eye distances: an average adult head
HEAD = {
    30: (0.0, 0.62, 0.62),  # tip of the nose
    8: (0.0, 1.80, 0.10),  # chin
    36: (-0.70, 0.0, -0.10),  # outer corners of the eyes
    45: (0.70, 0.0, -0.10),
    39: (-0.28, 0.02, 0.02),  # inner corners
    42: (0.28, 0.02, 0.02),
    48: (-0.42, 1.10, 0.12),  # corners of the mouth
    54: (0.42, 1.10, 0.12),
    27: (0.0, -0.02, 0.22),  # bridge of the nose
}
INDICES = list(HEAD)
MODEL = np.array(list(HEAD.values()), dtype=np.float64) - np.mean(list(HEAD.values()), axis=0)


def head_pose(points: np.ndarray) -> tuple[float, float]:
    """(68, 2) landmarks, any unit -> yaw and pitch in degrees.

    Yaw is positive where the face looks to the picture's right, pitch where it looks up. An estimate: pitch carries the
    person's proportions as a constant error.
    """
    seen = points[INDICES] - points[INDICES].mean(0)
    projection, *_ = np.linalg.lstsq(MODEL, seen, rcond=None)  # (3, 2): two scaled rows of the rotation
    u, _, vt = np.linalg.svd(projection.T, full_matrices=False)
    first, second = u @ vt  # the nearest rows of a rotation
    facing = np.cross(first, second)
    # The head's own z axis in the camera's frame is the third column of the rotation.
    axis = np.array([first[2], second[2], facing[2]])
    return float(np.degrees(np.arctan2(axis[0], axis[2]))), float(np.degrees(np.arcsin(np.clip(-axis[1], -1, 1))))
