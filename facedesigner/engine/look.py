"""What a picture shows of a fitted head: where its places are seen, the person's outline, hair and skin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from facedesigner.contract.request import Image
from facedesigner.engine.planes import blurred, distance_inside
from facedesigner.engine.relief import covered, polygon
from facedesigner.engine.silhouette import blurred_colours, closeness, silhouette
from facedesigner.resources import resource
from training.networks.head_model import depth_map
from training.networks.whole_head import Fit, WholeHead, load_whole_head

FEWEST = 0.01  # of the head must be hair, or it is bald
UNLIKE = 6.0  # half the squared distance from the colours of the cheeks at which it is skin no more
MARGIN = 0.25  # eye distances from the head's outline within which colours decide
OPEN = 0.06  # eye distances between the lips
CHEEKS = (1, 4, 12, 15, 28)  # landmarks that skin lies between


@cache
def whole_head_model() -> WholeHead:
    return load_whole_head(resource("weights/whole_head.safetensors"))


@dataclass(frozen=True, eq=False)
class Look:
    """A picture (S, S, 3), its landmarks (68, 2) in pixels and the head that was fitted to them."""

    picture: Image
    marks: np.ndarray
    fit: Fit

    @property
    def unit(self) -> float:
        """Pixels of an eye distance."""
        return self.fit.unit

    def upright(self, points: np.ndarray) -> np.ndarray:
        """(N, 3) as the picture shows them, in pixels -> of the upright head, in eye distances."""
        return np.asarray((points - self.fit.eyeballs.mean(0)) @ self.fit.turn / self.unit)

    def seen(self, points: np.ndarray) -> np.ndarray:
        """The other way round."""
        return np.asarray(points * self.unit @ self.fit.turn.T + self.fit.eyeballs.mean(0))

    @cached_property
    def outline(self) -> np.ndarray:
        """(S, S) bool: the head without hair."""
        triangles = whole_head_model().surface.triangles
        return np.asarray(np.isfinite(depth_map(self.fit.vertices, triangles, len(self.picture))))

    @cached_property
    def person(self) -> np.ndarray:
        """(S, S) float32: 1 in the person, with clothes and a little beside."""
        found = silhouette(self.picture, self.outline, self.unit / len(self.picture))
        return np.asarray(blurred(found, 0.03 * self.unit))

    @cached_property
    def hair(self) -> np.ndarray:
        """(S, S) 0 to 1: where hair is seen. Its colours are learnt before the skull, where no background is."""
        size = len(self.picture)
        unlike = covered(self.picture, self.marks, self.person, self.unit)
        sure = (unlike > 0.7) & self.outline & (np.arange(size)[:, None] < self.marks[30, 1])
        away = self.person < 0.2
        if sure.sum() < FEWEST * self.outline.sum() or away.sum() < 100:
            return np.zeros_like(self.person)
        pixels = blurred_colours(self.picture, 0.02 * self.unit)
        odds = closeness(pixels, pixels[away]) - closeness(pixels, pixels[sure])
        like = 1 / (1 + np.exp(-np.clip(blurred(np.clip(odds, -12, 12), 0.04 * self.unit), -12, 12)))
        return np.asarray(like * np.where(self.outline, unlike, self.person > 0.5))

    @cached_property
    def whole(self) -> np.ndarray:
        """(S, S) bool: the head with its hair."""
        both = (self.outline & (self.person > 0.5)) | (self.hair > 0.5)
        return blurred(both.astype(np.float32), 0.06 * self.unit) > 0.5  # without gaps between strands

    @cached_property
    def bare(self) -> np.ndarray:
        """(S, S) bool: where skin is seen, by its colours; the middle of the head always."""
        pixels = blurred_colours(self.picture, 0.02 * self.unit)
        cheeks = polygon(self.marks[list(CHEEKS)], len(self.picture)) > 0.5
        unlike = closeness(pixels, pixels[cheeks])
        unlike -= np.median(unlike[cheeks])
        alike = unlike < UNLIKE
        away = self.person < 0.2
        if away.sum() > 100:
            alike &= unlike < closeness(pixels, pixels[away])
        deep = distance_inside(self.outline, round(MARGIN * self.unit) + 1) > MARGIN * self.unit
        return np.asarray(alike | (deep & (np.arange(len(deep))[:, None] < self.marks[8, 1])))

    @cached_property
    def mouth_open(self) -> bool:
        return bool(self.marks[66, 1] - self.marks[62, 1] > OPEN * self.unit)

    @cached_property
    def skin_colour(self) -> np.ndarray:
        """(3,) 0 to 255."""
        bare = polygon(self.marks[list(CHEEKS)], len(self.picture)) > 0.5
        return np.asarray(np.median(self.picture[bare], axis=0))

    @cached_property
    def hair_colour(self) -> np.ndarray:
        """(3,) 0 to 255; the skin's where no hair is seen."""
        there = self.hair > 0.7
        return np.median(self.picture[there], axis=0) if there.any() else self.skin_colour

    def beside(self, points: np.ndarray) -> np.ndarray:
        """(N, 2) places in pixels -> (N,) bool: whether they lie beyond the picture."""
        return np.asarray(((points[:, :2] < 0) | (points[:, :2] >= len(self.picture))).any(1))

    def at(self, plane: np.ndarray, points: np.ndarray) -> np.ndarray:
        """(S, S, ...) and (N, 2) places in pixels -> (N, ...) the nearest pixels; beyond the picture its edge."""
        column, row = np.clip(points[:, :2].astype(int), 0, len(plane) - 1).T
        return np.asarray(plane[row, column])
