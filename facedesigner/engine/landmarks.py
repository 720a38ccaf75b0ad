"""Where the eyes, the nose, the mouth and the chin of a picture are.

Finding them needs the packages of `facedesigner[faces]`, and a second to load their models.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image as Pillow

from facedesigner.contract.request import Image
from training.errors import UserError

if TYPE_CHECKING:
    from training.curation.detector import Face

SIDE = 1024  # dlib's landmarks are whole pixels: a smaller picture is enlarged to this, so that they are finer
RIGHT_EYE, LEFT_EYE = slice(36, 42), slice(42, 48)  # of the person: the right eye is on the picture's left
CHIN = 8
FEWEST_PIXELS = 2.0  # between the eyes; under this nothing is level


class EyesError(UserError):
    """The eyes are not known; the message says what to do."""


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Places in pixels of a picture, counted from its top left edge, so that the middle of the first pixel is
    (0.5, 0.5)."""

    eyes: np.ndarray  # (2, 2) float64: x, y of the pupils, the one further left in the picture first
    points: np.ndarray | None = None  # (68, 2) dlib's landmarks; None if only the eyes were pointed at

    def __post_init__(self) -> None:
        if self.distance < FEWEST_PIXELS:
            raise EyesError("the two eyes fall together: point at the pupil of each")

    @property
    def middle(self) -> np.ndarray:
        """(2,) between the pupils."""
        return np.asarray(self.eyes.mean(0))

    @property
    def distance(self) -> float:
        """Between the pupils."""
        return float(np.hypot(*(self.eyes[1] - self.eyes[0])))

    @property
    def across(self) -> np.ndarray:
        """(2,) unit vector from one pupil to the other."""
        return np.asarray((self.eyes[1] - self.eyes[0]) / self.distance)

    @property
    def down(self) -> np.ndarray:
        """(2,) unit vector towards the chin."""
        return np.array([-self.across[1], self.across[0]])

    @property
    def roll(self) -> float:
        """Degrees by which the face leans, clockwise in the picture."""
        return float(np.degrees(np.arctan2(self.across[1], self.across[0])))

    @property
    def head(self) -> float | None:
        """Height of the head. An estimate: the eyes lie halfway between the crown, which hair hides, and the chin."""
        return None if self.points is None else 2 * float((self.points[CHIN] - self.middle) @ self.down)

    def moved(self, matrix: np.ndarray, shift: np.ndarray) -> Landmarks:
        """Each place p becomes `matrix` @ p + `shift`; (2, 2) and (2,)."""
        points = None if self.points is None else self.points @ matrix.T + shift
        return Landmarks(self.eyes @ matrix.T + shift, points)


FARTHEST = 100_000  # pixels of a picture, at the most


def pointed_at(one: tuple[float, float], other: tuple[float, float]) -> Landmarks:
    """Landmarks of two clicks on the pupils, in any order. EyesError when they fall together, or lie nowhere."""
    places = np.array(sorted([one, other]), dtype=np.float64)
    if not (np.abs(places) <= FARTHEST).all():  # not a number is not, either
        raise EyesError(f"the eyes lie outside of every picture: give pixels up to {FARTHEST:,}")
    return Landmarks(places)


class LandmarkFinder:
    """dlib's detector and landmarks, loaded once."""

    def __init__(self) -> None:
        """Raises ImportError that says what to install."""
        from training.curation.detector import Detector

        self._detector = Detector()

    def __call__(self, picture: Image) -> Landmarks | None:
        """(H, W, 3) uint8 -> the landmarks of its main face, whichever way up it is; None when there is none."""
        image = Pillow.fromarray(picture)
        scale = max(1.0, SIDE / max(image.size))
        if scale > 1:
            size = (round(image.width * scale), round(image.height * scale))
            image = image.resize(size, Pillow.Resampling.BICUBIC)
        face = self._detector(image)
        if face is None:
            return None
        points = (unturned(face, *image.size) + 0.5) * (picture.shape[1] / image.width)
        return Landmarks(np.stack([points[RIGHT_EYE].mean(0), points[LEFT_EYE].mean(0)]), points)


def unturned(face: Face, width: int, height: int) -> np.ndarray:
    """The face's points (68, 2) in the picture as it was, of `width` x `height`, before the detector turned it."""
    x, y = face.points.T
    match face.turned:
        case 90:
            x, y = width - 1 - y, x
        case 180:
            x, y = width - 1 - x, height - 1 - y
        case 270:
            x, y = y, height - 1 - x
    return np.stack([x, y], axis=1)
