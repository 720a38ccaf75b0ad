"""Parts of a face as masks: nose, lips and eyes by landmarks, hair, skin and background by colour around them.

A pixel is what most of the surest pixels are that look like it and lie near it (k nearest neighbours in colour and
place). What is sure, the landmarks tell: cheeks and nose are skin, the edges of the picture background, the crown hair,
and what lies below at both sides is clothing. Simple, and as good as the picture is plain; a brush mends the rest.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFilter

from facedesigner.contract.regions import REGIONS
from facedesigner.contract.request import Image
from facedesigner.engine.landmarks import CHIN, LandmarkFinder, Landmarks
from facedesigner.engine.soft_mask import mask_of
from facedesigner.state.mask import SIDE, Mask, MaskError
from training.texts import quoted

HALF = SIDE // 2  # pixels of the picture that colours are compared in
NEIGHBOURS = 9
MOST_SEEDS = 260  # of one kind
PLACE = 0.35  # how much a way of the whole picture counts, beside all of the light
TINT = 2.5  # how much colour counts beside light
SKIN, HAIR, BACK, CLOTHES = range(4)
EDGE = 6  # pixels from the edge of the picture that show background, above the shoulders
SAME, OTHER = 0.1, 0.1  # distances of colours

Points = np.ndarray  # (N, 2) float64: x, y in cells of a mask
Cells = np.ndarray  # (H, W) bool


class RegionFinder:
    """Finds the landmarks with dlib, which is loaded once."""

    def __init__(self, landmarks: Callable[[Image], Landmarks | None] | None = None) -> None:
        """None takes dlib's; ImportError says what to install."""
        self._landmarks = landmarks or LandmarkFinder()

    def __call__(self, picture: Image, name: str) -> Mask:
        """A part of a face (H, H, 3) uint8. MaskError when no face is found, or nothing of that part."""
        if name not in REGIONS:
            raise MaskError(f"there is no region {quoted(name)}: choose {', '.join(REGIONS)}")
        found = self._landmarks(picture)
        if found is None:
            raise MaskError("no face is found in the picture, so its parts are not known: paint the region")
        return region(picture, found, name)


def region(picture: Image, found: Landmarks, name: str) -> Mask:
    """MaskError when there is nothing of that part."""
    scale = SIDE / picture.shape[0]
    face = Frame(found.moved(np.eye(2) * scale, np.zeros(2)))
    cells = face.by_landmarks(name) if name in ("nose", "lips", "eyes") else by_colour(picture, face, name)
    if not cells.any():
        raise MaskError(f"no {name} is found in the picture: paint the region")
    return mask_of(cells)


class Frame:
    """Landmarks in cells of a mask, and places counted from between the pupils, in distances of the pupils."""

    def __init__(self, found: Landmarks) -> None:
        assert found.points is not None
        self.points, self.unit = found.points, found.distance
        self._middle, self._across, self._down = found.middle, found.across, found.down

    def by_landmarks(self, name: str) -> Cells:
        if name == "lips":
            return grown(filled(self.points[48:60]), self.unit * 0.09)
        if name == "eyes":
            return grown(filled(self.points[36:42]) | filled(self.points[42:48]), self.unit * 0.16)
        return self.nose

    @property
    def nose(self) -> Cells:
        top, left, right, base = (self.points[index] for index in (27, 31, 35, 33))
        outline = [
            top - self.way(0.12, 0.0),
            top + self.way(0.12, 0.0),
            right + self.way(0.12, -0.16),
            right + self.way(0.17, 0.0),
            base + self.way(0.0, 0.1),
            left + self.way(-0.17, 0.0),
            left + self.way(-0.12, -0.16),
        ]
        return grown(filled(np.array(outline)), self.unit * 0.04)

    @property
    def features(self) -> Cells:
        """Eyes, brows and lips."""
        eyes = grown(filled(self.points[36:42]) | filled(self.points[42:48]), self.unit * 0.08)
        brows = grown(filled(self.points[17:22]) | filled(self.points[22:27]), self.unit * 0.06)
        return np.asarray(eyes | brows | filled(self.points[48:60]))

    @property
    def chin(self) -> float:
        """How far it lies below the pupils."""
        return float((self.points[CHIN] - self._middle) @ self._down) / self.unit

    @property
    def face(self) -> Cells:
        """From ear to ear and from chin to brows."""
        return filled(np.concatenate([self.points[:17], self.points[17:27][::-1]]))

    def way(self, across: float, down: float) -> np.ndarray:
        return np.asarray((across * self._across + down * self._down) * self.unit)

    def places(self, side: int) -> np.ndarray:
        """(side, side, 2): across and down, for each pixel."""
        steps = (np.arange(side) + 0.5) * (SIDE / side)
        away = np.stack(np.meshgrid(steps, steps), -1) - self._middle
        return np.stack([away @ self._across, away @ self._down], -1) / self.unit


def by_colour(picture: Image, face: Frame, name: str) -> Cells:
    kinds = parted(picture, face)
    kind = {"skin": SKIN, "hair": HAIR, "background": BACK}[name]
    cells = smooth((kinds == kind).repeat(2, 0).repeat(2, 1))
    return np.asarray(cells & ~face.features) if name == "skin" else cells


def parted(picture: Image, face: Frame) -> np.ndarray:
    """(HALF, HALF): what kind each pixel is."""
    small = Pillow.fromarray(picture).resize((HALF, HALF), Pillow.Resampling.BOX).filter(ImageFilter.MedianFilter(3))
    colours = (np.asarray(small.convert("YCbCr"), np.float32) / 255 * (1, TINT, TINT)).astype(np.float32)
    places = PLACE * np.moveaxis(np.mgrid[:HALF, :HALF], 0, -1).astype(np.float32) / HALF
    looks = np.concatenate([colours, places], -1)  # (HALF, HALF, 5)
    seeds = [sample(looks[where]) for where in sure(face, colours)]
    kind_of = np.repeat(np.arange(len(seeds)), [len(seed) for seed in seeds])
    nearest = np.argpartition(squares(looks, np.concatenate(seeds)), NEIGHBOURS, axis=-1)[..., :NEIGHBOURS]
    kinds = np.stack([(kind_of[nearest] == kind).sum(-1) for kind in range(len(seeds))]).argmax(0)
    kinds[halved(face.face)] = SKIN  # beards and brows look like hair, teeth like anything
    return np.asarray(kinds)


def sure(face: Frame, colours: np.ndarray) -> tuple[Cells, Cells, Cells, Cells]:
    """Where skin, hair, background and clothing surely are, each (HALF, HALF)."""
    across, down = np.moveaxis(face.places(HALF), -1, 0)
    skin = typical(halved(face.face & ~face.features), colours)
    skin |= (np.abs(across) < 0.4) & (down > -0.8) & (down < -0.4) & (unlike(colours, skin) < SAME)  # forehead
    skin |= (np.abs(across) < 0.3) & (np.abs(down - face.chin - 0.2) < 0.1)  # neck, in the shade of the chin
    rows, columns = np.mgrid[:HALF, :HALF]
    edge = (rows < EDGE) | (columns < EDGE) | (columns >= HALF - EDGE)
    back = edge & (down < 0.3) & (np.abs(across) > 1.2)
    crown = (np.hypot(across / 1.15, (down + 0.1) / 1.45) < 1.0) & (np.hypot(across / 0.95, (down + 0.1) / 1.1) > 1.0)
    hair = crown & (down < 0.1) & (unlike(colours, skin) > OTHER) & (unlike(colours, back) > OTHER)
    clothes = (down > 2.1) & (np.abs(across) > 0.7) & (unlike(colours, back) > OTHER)
    return skin, hair, back, clothes


def typical(where: Cells, colours: np.ndarray) -> Cells:
    """Those pixels of a place that are not odd in colour."""
    away = np.abs(colours - np.median(colours[where], axis=0)).sum(-1)
    return np.asarray(where & (away <= np.quantile(away[where], 0.85)))


def unlike(colours: np.ndarray, where: Cells) -> np.ndarray:
    """(HALF, HALF): how far each pixel's colour is from the nearest one of a place."""
    if not where.any():
        return np.full(where.shape, np.inf)
    return np.asarray(np.sqrt(squares(colours, sample(colours[where])).min(-1)))


def squares(looks: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(H, W, C), (N, C) -> squared distances (H, W, N)"""
    cross = looks @ known.T
    return np.asarray(np.maximum((looks**2).sum(-1)[..., None] - 2 * cross + (known**2).sum(-1), 0.0))


def sample(looks: np.ndarray) -> np.ndarray:
    """Some of (N, C), evenly spread."""
    return looks[:: max(1, len(looks) // MOST_SEEDS)]


def filled(points: Points) -> Cells:
    """(SIDE, SIDE): inside an outline."""
    image = Pillow.new("1", (SIDE, SIDE))
    ImageDraw.Draw(image).polygon([tuple(point) for point in points], fill=1)
    return np.array(image)


def grown(cells: Cells, by: float) -> Cells:
    """Wider by so many cells all around."""
    image = Pillow.fromarray(cells.astype(np.uint8) * 255)
    for _ in range(round(by)):
        image = image.filter(ImageFilter.MaxFilter(3))
    rounded = image.filter(ImageFilter.GaussianBlur(by / 2))  # of squares
    return np.array(rounded) > 127


def smooth(cells: Cells) -> Cells:
    """Without specks and holes of a few cells."""
    image = Pillow.fromarray(cells.astype(np.uint8) * 255)
    for _ in range(2):
        image = image.filter(ImageFilter.MedianFilter(7))
    return np.array(image) > 0


def halved(cells: Cells) -> Cells:
    return np.asarray(cells.reshape(HALF, 2, HALF, 2).all((1, 3)))
