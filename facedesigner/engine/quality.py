"""Whether a drawn face has a defect: the detector must be sure of it, it must be level and even, and not smeared."""

from __future__ import annotations

import numpy as np
from PIL import Image as Pillow

from facedesigner.contract.request import Image

LEAST_SCORE = 1.5  # of dlib's detector; good faces have 2 to 3
MOST_UNEVEN = 0.06  # eye distances by which left and right of the face differ in height, on average
MOST_DISTORTED = 0.5  # probability
MOST_BLUR = 0.72
LOOK, JUDGED = 512, 128  # pixels that faces are brought to, for the landmarks and for the rest
TWINS = ((17, 26), (19, 24), (21, 22), (36, 45), (37, 44), (39, 42), (41, 46), (31, 35), (48, 54), (3, 13), (5, 11))

DEFECTS = {
    "no face": "no face is found",
    "unsure": "the detector is not sure of the face",
    "uneven": "left and right differ too much",
    "distorted": "features seem out of place",
    "blurred": "the face is blurred",
}


class Quality:
    """The detector and the judge, loaded once: about a second."""

    def __init__(self) -> None:
        """Raises ImportError that says what to install."""
        from training.curation.detector import Detector
        from training.curation.judge import Judge

        self._detector, self._judge = Detector(), Judge()

    def __call__(self, picture: Image) -> str:
        """(H, H, 3) uint8, aligned -> the first of DEFECTS, "" when it has none."""
        from training.curation.texture import blur, grey

        image = Pillow.fromarray(picture)
        face = self._detector(image.resize((LOOK, LOOK), Pillow.Resampling.BICUBIC))
        if face is None:
            return "no face"
        if face.score < LEAST_SCORE or face.turned or face.others:
            return "unsure"
        if uneven(face.points) > MOST_UNEVEN:
            return "uneven"
        small = grey(np.asarray(image.resize((JUDGED, JUDGED), Pillow.Resampling.BICUBIC)))
        if self._judge(small, "distorted") > MOST_DISTORTED:
            return "distorted"
        return "blurred" if blur(small) > MOST_BLUR else ""


def uneven(points: np.ndarray) -> float:
    """(68, 2) landmarks -> by how many eye distances twins differ in height, on average, with level eyes. A turn of the
    head hardly changes heights, so it does not count."""
    right, left = points[36:42].mean(0), points[42:48].mean(0)
    across = left - right
    down = np.array([-across[1], across[0]]) / (across @ across)
    heights = points @ down
    return float(np.mean([abs(heights[a] - heights[b]) for a, b in TWINS]))
