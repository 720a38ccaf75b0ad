"""Lengths of a face in millimetres, and how large a picture of a given size becomes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from facedesigner.engine.landmarks import EyesError, Landmarks
from training.errors import UserError

INCH = 25.4  # mm
AGREES = 0.005  # share by which pupils that are found again may be off
PUPIL_MM = 63.0  # between the pupils of the mean adult (N. A. Dodgson, Variation and extrema of human IPD, 2004)
PUPILS = (5.0, 500.0)  # mm: from a doll's to a poster's
HEADS = (20.0, 2000.0)  # mm
DPIS = (30, 2400)
LONGEST = 12_000  # pixels of a side
PUPILS_LABEL, HEAD_LABEL = "Pupil distance", "Head height"
PAIRS = {  # label: the two of dlib's 68 landmarks that the length lies between
    "Face width": (1, 15),
    "Nose width": (31, 35),
    "Mouth width": (48, 54),
}


class SizeError(UserError):
    """The size makes no sense; the message names the sensible range."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the face is to be: by its pupils or by its head, and the dots that an inch has. Raises SizeError."""

    pupil_mm: float | None = PUPIL_MM
    head_mm: float | None = None
    dpi: float = 300.0

    def __post_init__(self) -> None:
        if (self.pupil_mm is None) == (self.head_mm is None):
            raise SizeError("the size is either a pupil distance or a head height: give one of them")
        check(self.dpi, DPIS, "the resolution", "dpi")
        if self.pupil_mm is not None:
            check(self.pupil_mm, PUPILS, "the pupil distance", "mm")
        if self.head_mm is not None:
            check(self.head_mm, HEADS, "the head height", "mm")

    @property
    def pixels_per_mm(self) -> float:
        return self.dpi / INCH

    def scale(self, landmarks: Landmarks) -> float:
        """Pixels of the file for each pixel of the picture that the landmarks are of. EyesError without a chin."""
        if self.pupil_mm is not None:
            return self.pupil_mm * self.pixels_per_mm / landmarks.distance
        head = landmarks.head
        if self.head_mm is None or head is None or head <= 0:
            raise EyesError("the height of the head is not known where only the eyes are: give the pupil distance")
        return self.head_mm * self.pixels_per_mm / head


def check(value: float, allowed: tuple[float, float], what: str, unit: str) -> None:
    if not allowed[0] <= value <= allowed[1]:
        raise SizeError(f"{what} is {value:g} {unit}; choose {allowed[0]:g} to {allowed[1]:g} {unit}")


def check_pixels(width: float, height: float, size: Size) -> None:
    """SizeError when a file of so many pixels would be absurd; it names the largest resolution that is not."""
    longest = max(width, height)
    if longest > LONGEST:
        most = size.dpi * LONGEST / longest
        advice = f"choose {most:.0f} dpi or less" if most >= DPIS[0] else "choose a smaller face"
        raise SizeError(
            f"the picture would have {width:.0f} × {height:.0f} pixels; {LONGEST:,} a side are the most: {advice}"
        )
    if min(width, height) < 1:
        raise SizeError("the picture would have no pixels: choose a larger face or a higher resolution")


@dataclass(frozen=True, eq=False)
class Measure:
    """A length of a face between two places of a picture."""

    label: str
    start: np.ndarray  # (2,) pixels
    end: np.ndarray
    mm: float

    def __str__(self) -> str:
        return f"{self.label} {self.mm:.1f} mm"


def measures(landmarks: Landmarks, pixels_per_mm: float, pupil_mm: float | None = None) -> tuple[Measure, ...]:
    """The pupil distance first; the others where the landmarks are known. The head's height goes down through the
    middle of the face. A pupil distance that was asked for, `pupil_mm`, is stated as such where what is found again in
    the pixels agrees to what finding pupils is good for."""

    def between(label: str, start: np.ndarray, end: np.ndarray) -> Measure:
        return Measure(label, start, end, float(np.hypot(*(end - start))) / pixels_per_mm)

    found = [between(PUPILS_LABEL, *landmarks.eyes)]
    if pupil_mm is not None and abs(found[0].mm / pupil_mm - 1) <= AGREES:
        found[0] = replace(found[0], mm=pupil_mm)
    points, head = landmarks.points, landmarks.head
    if points is not None and head is not None:
        found += [between(label, points[a], points[b]) for label, (a, b) in PAIRS.items()]
        half = landmarks.down * head / 2
        found.append(between(HEAD_LABEL, landmarks.middle - half, landmarks.middle + half))
    return tuple(found)
