"""A picture of a face -> how far each place stands out: a height map in true proportions.

A head model is fitted to the landmarks (`training.networks.head_model`); hair and clothes, which it lacks, are rounded
from the person's outline; fine relief comes from light and dark in the picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw

from facedesigner.contract.request import Image
from facedesigner.engine.planes import blurred, distance_inside, filled
from facedesigner.engine.silhouette import blurred_colours, closeness, silhouette
from facedesigner.resources import resource
from training.errors import UserError
from training.networks.head_model import LEFT_EYE, RIGHT_EYE, HeadModel, depth_map, load_head_model

if TYPE_CHECKING:
    from facedesigner.engine.landmarks import LandmarkFinder, Landmarks

SPAN = 2.4  # eye distances that height 1 stands for
BACK = -1.45  # eye distances behind the eyes: where the background lies, about the ears
EYES, EYE_DISTANCE = (0.50, 0.47), 0.245  # of an aligned picture, in its sides
FLANK = -0.8  # eye distances: what lies further back on the head is covered by hair or seen too slantwise
EDGE = -1.0  # eye distances: where hair and clothes lie at the outline, before they round off
LOWEST = -1.25  # eye distances: the person never sinks into the background
STRANDS = 0.14  # eye distances that hair adds to the head below it
RIM = 0.35  # eye distances over which everything rounds off to the background
FINE, COARSE = 0.032, 0.16  # eye distances: relief between these sizes is taken from the picture
STRONGEST = 0.075  # eye distances that light and dark move the surface, at full detail
LEAST = 32  # pixels a side


class ReliefError(UserError):
    """No relief can be made of the picture; the message says why and what to do."""


@dataclass(frozen=True, eq=False)
class Relief:
    """Heights of a face over its background."""

    height: np.ndarray  # (H, H) float32, 0 to 1, which is SPAN eye distances
    person: np.ndarray  # (H, H) float32: 1 in the person, 0 in the background
    eye_distance: float  # of the side


@cache
def head_model() -> HeadModel:
    return load_head_model(resource("weights/head_depth.safetensors"))


def aligned_marks(
    picture: Image, find: Callable[[Image], Landmarks | None] | None = None
) -> tuple[np.ndarray | None, str]:
    """An aligned picture -> its landmarks (68, 2), 0 to 1, and what the user should know if they were not found.
    `find`: a finder that is loaded already."""
    try:
        found = (find or finder())(picture)
    except ImportError as error:
        return None, f"the head keeps its standard shape, since {error}"
    if found is None or found.points is None:
        return None, "no face was found, so the head has its standard shape: choose a face seen from the front"
    return found.points / len(picture), ""


@cache
def finder() -> LandmarkFinder:
    """Loaded once: it takes a second. ImportError says what to install."""
    from facedesigner.engine.landmarks import LandmarkFinder

    return LandmarkFinder()


def standard_landmarks() -> np.ndarray:
    """(68, 2) of the mean head where aligned pictures have their face, 0 to 1."""
    return np.asarray(head_model().marks[:, :2] * EYE_DISTANCE + np.array(EYES))


def height_map(
    image: Image, landmarks: np.ndarray | None = None, *, detail: float = 0.5, resolution: int = 256
) -> Relief:
    """Picture (H, H, 3) uint8 -> its relief of `resolution` pixels a side.

    `landmarks` (68, 2) in sides of the picture; None takes the mean head where aligned pictures have their face.
    `detail` 0 to 1: how much light and dark in the picture model the surface. Raises ReliefError.
    """
    if image.ndim != 3 or image.shape[0] != image.shape[1] or image.shape[0] < LEAST:
        raise ReliefError(f"the picture must be square with {LEAST} pixels or more a side: align the face first")
    if not LEAST <= resolution <= 1024:
        raise ReliefError(f"the resolution is {resolution}; choose {LEAST} to 1024")
    look, marks, unit = looked_at(image, landmarks, resolution)
    model = head_model()
    head = model.finer(model.fit(marks))
    depth = depth_map(head, model.finer.triangles, resolution) / unit
    outline = np.isfinite(depth)
    person = blurred(silhouette(look, outline, unit / resolution), 0.03 * unit)
    surface = with_mouth(depth, marks, unit)
    hair = covered(look, marks, person, unit)
    surface = with_hair(surface, hair, person, marks, unit)
    surface = surface + detail * STRONGEST * fine_relief(look, marks, hair, unit)
    surface = (surface - BACK) * rounded(person, RIM * unit)
    height = np.clip(blurred(surface, 0.012 * unit) / SPAN, 0, 1).astype(np.float32)
    return Relief(height, person, unit / resolution)


def looked_at(image: Image, landmarks: np.ndarray | None, side: int) -> tuple[Image, np.ndarray, float]:
    """A square picture and its landmarks as for `height_map` -> the picture with `side` pixels, and in these the
    landmarks and the eye distance. ReliefError unless the eyes lie where a face has them."""
    marks = (standard_landmarks() if landmarks is None else landmarks) * side
    unit = float(np.hypot(*(marks[LEFT_EYE].mean(0) - marks[RIGHT_EYE].mean(0))))
    if not 0.1 * side < unit < 0.5 * side:
        raise ReliefError("the eyes were not found where a face has them: choose a face seen from the front")
    return np.asarray(Pillow.fromarray(image).resize((side, side), Pillow.Resampling.LANCZOS)), marks, unit


def with_mouth(depth: np.ndarray, marks: np.ndarray, unit: float) -> np.ndarray:
    """Closes an open mouth a little behind the lips, and other gaps inside the head; NaN beside it is kept."""
    size = len(depth)
    mouth = polygon(marks[60:68], size) > 0.5
    inside = filled(np.where(mouth, np.nan, depth))
    gap = ~np.isfinite(depth)
    closed = distance_inside(gap, max(2, round(0.5 * unit))) / unit
    holes = gap & (closed < 0.5) & enclosed(gap)
    return np.where(mouth, inside - 0.05, np.where(holes, inside, depth))


def enclosed(gap: np.ndarray) -> np.ndarray:
    """(H, H) bool -> those true pixels that have false ones to the left, to the right, above and below."""
    solid = ~gap
    left = np.maximum.accumulate(solid, 1)
    right = np.maximum.accumulate(solid[:, ::-1], 1)[:, ::-1]
    above = np.maximum.accumulate(solid, 0)
    below = np.maximum.accumulate(solid[::-1], 0)[::-1]
    return np.asarray(gap & left & right & above & below)


def covered(look: Image, marks: np.ndarray, person: np.ndarray, unit: float) -> np.ndarray:
    """(H, H) 0 to 1: where the person shows hair or clothes, by the colours of the cheeks and the nose."""
    size = len(person)
    pixels = blurred_colours(look, 0.03 * unit)
    bare = polygon(marks[[1, 4, 12, 15, 28]], size) > 0.5
    if bare.sum() < 4:
        raise ReliefError("no skin is seen between the landmarks: choose a face seen from the front")
    unlike = closeness(pixels, pixels[bare])
    unlike -= np.median(unlike[bare])
    face = polygon(marks[[0, *range(2, 15), 16, 26, 24, 19, 17]], size)
    return blurred(np.clip((unlike - 3) / 6, 0, 1) * (1 - face) * person, 0.05 * unit)


def with_hair(depth: np.ndarray, hair: np.ndarray, person: np.ndarray, marks: np.ndarray, unit: float) -> np.ndarray:
    """Between the front of the head and the person's outline the surface runs smoothly, as hair and clothes do."""
    size = len(depth)
    inside = distance_inside(person > 0.5, max(2, round(unit)))
    below = np.arange(size)[:, None] > marks[8, 1]  # of the chin: there the neck is seen
    front = np.isfinite(depth) & (depth > np.where(below, LOWEST, FLANK))
    anchored = np.where(front, depth, np.where(inside < 1.5, EDGE, np.nan))
    soft = filled(anchored)
    soft = np.where(front, soft, blurred(soft, 0.15 * unit))
    near = blurred(front.astype(np.float32), 0.08 * unit)
    seam = 1 - np.abs(2 * near - 1)  # no crease where both meet
    surface = soft + seam * (blurred(soft, 0.08 * unit) - soft)
    return np.asarray(np.maximum(surface, LOWEST) + STRANDS * hair)


def rounded(person: np.ndarray, reach: float) -> np.ndarray:
    """0 at the outline, rising like a quarter of a circle to 1 `reach` pixels inside."""
    most = max(2, round(reach))
    inside = np.minimum(blurred(distance_inside(person > 0.5, most), 0.15 * most) / most, 1)
    return np.asarray(np.sqrt(1 - (1 - inside) ** 2))


def fine_relief(look: Image, marks: np.ndarray, hair: np.ndarray, unit: float) -> np.ndarray:
    """(H, H) -1 to 1: what is lighter than its surroundings stands out, except brows, whose dark hair does."""
    grey = look.astype(np.float32) @ np.array([0.3, 0.6, 0.1], dtype=np.float32) / 255
    light = np.log(0.15 + grey)
    if 0.02 < hair.mean() < 0.98:  # hair is dark, not deep: only its strands are meant
        light = light - hair * (np.average(light, weights=hair) - np.average(light, weights=1 - hair))
    band = blurred(light, FINE * unit) - blurred(light, COARSE * unit)
    size = len(grey)
    brows = np.zeros((size, size), dtype=np.float32)
    for line in (marks[17:22], marks[22:27]):
        brows = np.maximum(brows, stroke(line, size, 0.16 * unit))
    brows = blurred(brows, 0.05 * unit)
    return np.asarray(np.tanh(3 * band) * (1 - 1.7 * brows) * (0.5 + hair))


def polygon(points: np.ndarray, size: int) -> np.ndarray:
    plane = Pillow.new("L", (size, size))
    ImageDraw.Draw(plane).polygon([(float(x), float(y)) for x, y in points], fill=1)
    return np.asarray(plane, dtype=np.float32)


def stroke(points: np.ndarray, size: int, width: float) -> np.ndarray:
    plane = Pillow.new("L", (size, size))
    ImageDraw.Draw(plane).line([(float(x), float(y)) for x, y in points], fill=1, width=max(1, round(width)))
    return np.asarray(plane, dtype=np.float32)
