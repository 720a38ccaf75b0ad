"""A face without its background, with a clean edge of hair.

GrabCut (C. Rother and others, Interactive Foreground Extraction Using Iterated Graph Cuts, 2004), told by the landmarks
where the face is and by the border where it is not, splits the picture. Along the split, closed-form matting (A. Levin,
D. Lischinski, Y. Weiss, A Closed-Form Solution to Natural Image Matting, 2008) finds how much of each pixel is hair,
and the colours of the foreground alone are estimated (T. Germer and others, Fast Multi-Level Foreground Estimation,
2021), so that nothing of the old background shines through the edge.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image as Pillow

from facedesigner.contract.request import Image
from facedesigner.engine.landmarks import Landmarks
from training.errors import UserError

MISSING = "removing the background needs two packages: pip install 'facedesigner[cutout]'"
SIDE = 320  # pixels of the longer side that the matte is made at
ROUNDS = 6  # of GrabCut
BORDER = 0.05  # of the side: background for certain, beside and above the head
HAIR, SKIN = 0.30, 0.10  # eye distances to either side of the split that are open to matting: above the chin, below it
EYES_TO_MOUTH = 0.885  # eye distances of the way from the eyes to the mouth, in FFHQ
KINDS = 6  # of colours of the border
UNLIKE = 16.0  # distance in CIELAB from all of them: perhaps face
HAIR_ALIKE = 20.0  # distance in CIELAB
CERTAIN = 0.98  # coverage from which a pixel keeps its own colour
EMPTY = 0.03  # coverage under which a pixel is background altogether


ALIKE = "the background cannot be told from the face: keep it, or choose another picture"


class CutoutError(UserError):
    """The background cannot be told from the face; the message says what to do."""


@dataclass(frozen=True, eq=False)
class Cutout:
    """A face alone: its colours, continued beyond its edge, and how much of each pixel it covers."""

    colour: Image  # (H, W, 3)
    alpha: np.ndarray  # (H, W) float32, 0 to 1


def cut_out(picture: Image, landmarks: Landmarks) -> Cutout:
    """(H, W, 3) uint8 and the landmarks in it -> the face without its background. ImportError says what to install;
    the first call after an installation takes a minute or more, since the matting is compiled then."""
    matting: Any = imported("pymatting")
    height, width = picture.shape[:2]
    scale = min(1.0, SIDE / max(width, height))
    small, marks = (
        resized(picture, (round(width * scale), round(height * scale))),
        landmarks.moved(np.eye(2) * scale, np.zeros(2)),
    )
    inside = split(small, marks)
    values = small.astype(np.float64) / 255
    try:
        alpha = matting.estimate_alpha_cf(values, trimap(inside, marks))
    except ValueError:  # it does not converge where all is of one colour
        raise CutoutError(ALIKE) from None
    alpha = np.clip((alpha - EMPTY) / (1 - 2 * EMPTY), 0, 1)
    colour = np.asarray(matting.estimate_foreground_ml(values, alpha))
    coverage = np.asarray(Pillow.fromarray(alpha.astype(np.float32)).resize((width, height), Pillow.Resampling.BICUBIC))
    coverage = np.clip(coverage, 0, 1)
    own = np.clip((coverage - 0.9) / (CERTAIN - 0.9), 0, 1)[..., None]  # fine detail stays inside the face
    spread = resized(np.clip(np.round(colour * 255), 0, 255).astype(np.uint8), (width, height))
    mixed = np.round(own * picture + (1 - own) * spread).astype(np.uint8)
    return Cutout(mixed, coverage)


def split(picture: Image, marks: Landmarks) -> np.ndarray:
    """(H, W) bool: the head, the hair and what is worn. CutoutError when nothing else is left, or nothing at all."""
    vision: Any = imported("cv2")
    vision.setRNGSeed(0)  # clusters of colours start from random ones
    mask = seeds(picture, marks)
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    vision.grabCut(
        np.ascontiguousarray(picture[..., ::-1]), mask, None, background, foreground, ROUNDS, vision.GC_INIT_WITH_MASK
    )
    inside = (mask == vision.GC_FGD) | (mask == vision.GC_PR_FGD)
    return whole(inside, marks)


def seeds(picture: Image, marks: Landmarks) -> np.ndarray:
    """(H, W) uint8 of GrabCut's classes: 0 background, 1 face, 2 perhaps background, 3 perhaps face."""
    vision: Any = imported("cv2")
    height, width = picture.shape[:2]
    x, y = places(height, width, marks)
    edge = BORDER * max(height, width)
    rows, columns = np.mgrid[:height, :width] + 0.5
    beside = (np.minimum(columns, width - columns) < edge) & (y < 0.6) & (np.abs(x) > 1.4)
    above = (rows < edge) & (np.abs(x) > 1.3)
    border = without_hair(picture, beside | above, (np.abs(x) < 0.45) & (np.abs(y + 1.35) < 0.12))
    head = (x / 1.25) ** 2 + ((y - 0.1) / 1.75) ** 2 < 1
    hair = (x / 2.0) ** 2 + ((y - 0.3) / 2.5) ** 2 < 1
    body = (y > 1.6) & (np.abs(x) < 1.2 + 1.2 * (y - 1.6))
    strange = (hair | body) & (unlike(picture, border) > UNLIKE) if border.any() else head | body
    mask = np.where(strange, 3, 2).astype(np.uint8)
    mask[border] = 0
    mask[(x / 0.6) ** 2 + ((y + 0.4) / 1.0) ** 2 < 1] = 1  # the forehead and what is above it: hair, or none
    if marks.points is None:
        mask[(x / 0.85) ** 2 + ((y - 0.6) / 1.1) ** 2 < 1] = 1
    else:
        vision.fillConvexPoly(mask, vision.convexHull(marks.points.astype(np.float32)).astype(np.int32), 1)
    mask[(np.abs(x) < 0.4) & (y > 1.0) & (y < 2.4)] = 1  # the neck
    return mask


def without_hair(picture: Image, border: np.ndarray, crown: np.ndarray) -> np.ndarray:
    """The part of the border (H, W) that hair of the crown's colour does not reach; all of it where the background is
    of that colour itself."""
    if not crown.any() or not border.any():
        return border
    vision: Any = imported("cv2")
    colours = vision.cvtColor(picture.astype(np.float32) / 255, vision.COLOR_RGB2LAB)
    alike = np.linalg.norm(colours - np.median(colours[crown], axis=0), axis=-1) < HAIR_ALIKE
    rest = border & ~alike
    return rest if rest.sum() > border.sum() / 2 else border


def unlike(picture: Image, border: np.ndarray) -> np.ndarray:
    """(H, W): how far each pixel's colour lies from all colours of the border (H, W) bool, in CIELAB."""
    vision: Any = imported("cv2")
    colours = vision.cvtColor(picture.astype(np.float32) / 255, vision.COLOR_RGB2LAB)
    seen = colours[border]
    enough = (vision.TERM_CRITERIA_EPS + vision.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    _, _, centres = vision.kmeans(seen, min(KINDS, len(seen)), None, enough, 1, vision.KMEANS_PP_CENTERS)
    return np.asarray(np.stack([np.linalg.norm(colours - centre, axis=-1) for centre in centres]).min(0))


def places(height: int, width: int, marks: Landmarks) -> tuple[np.ndarray, np.ndarray]:
    """x and y (H, W) of each pixel from between the eyes, in `unit`s along and down the face."""
    rows, columns = np.mgrid[:height, :width] + 0.5
    from_eyes = np.stack([columns, rows], -1) - marks.middle
    return from_eyes @ marks.across / unit(marks), from_eyes @ marks.down / unit(marks)


def unit(marks: Landmarks) -> float:
    """The eye distance in pixels; of a head that is turned, by its mouth, what it would be from the front."""
    if marks.points is None:
        return marks.distance
    to_mouth = float(np.hypot(*(marks.points[[48, 54]].mean(0) - marks.middle)))
    return max(marks.distance, EYES_TO_MOUTH * to_mouth)


def whole(inside: np.ndarray, marks: Landmarks) -> np.ndarray:
    """The piece that the face is in, without holes and specks."""
    vision: Any = imported("cv2")
    kernel = vision.getStructuringElement(vision.MORPH_ELLIPSE, (3, 3))
    cleaned = vision.morphologyEx(inside.astype(np.uint8), vision.MORPH_OPEN, kernel)
    _, pieces = vision.connectedComponents(cleaned, connectivity=4)
    column, row = np.clip(
        (marks.middle + 0.6 * unit(marks) * marks.down).astype(int), 0, (inside.shape[1] - 1, inside.shape[0] - 1)
    )
    face = pieces == pieces[row, column]
    if not cleaned[row, column] or face.all():
        raise CutoutError(ALIKE)
    _, outside = vision.connectedComponents((~face).astype(np.uint8), connectivity=4)
    touching = np.unique(np.concatenate([outside[0], outside[-1], outside[:, 0], outside[:, -1]]))
    return np.asarray(~np.isin(outside, touching[touching > 0]))


def trimap(inside: np.ndarray, marks: Landmarks) -> np.ndarray:
    """(H, W) float64: 1 the face, 0 the background, 0.5 what matting is to decide."""
    vision: Any = imported("cv2")
    _, y = places(inside.shape[0], inside.shape[1], marks)
    band = np.where(y < 1.6, HAIR, SKIN) * unit(marks)
    depth = vision.distanceTransform(inside.astype(np.uint8), vision.DIST_L2, 5)
    away = vision.distanceTransform((~inside).astype(np.uint8), vision.DIST_L2, 5)
    result = np.full(inside.shape, 0.5)
    result[inside & (depth > 0.6 * band)] = 1
    result[~inside & (away > band)] = 0
    return result


def resized(picture: Image, size: tuple[int, int]) -> Image:
    return np.asarray(Pillow.fromarray(picture).resize(size, Pillow.Resampling.LANCZOS))


def imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise ImportError(MISSING) from None
