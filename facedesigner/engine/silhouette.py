"""Which pixels belong to the person: colours of what surely does and surely does not, and where the head is.

A simple kin of GrabCut (C. Rother, V. Kolmogorov, A. Blake, 2004) without its graph: colour models of both sides are
learnt in turn with the mask, and smoothing takes the place of the cut. It needs no further packages.
"""

from __future__ import annotations

import numpy as np
from PIL import Image as Pillow

from facedesigner.contract.request import Image
from facedesigner.engine.planes import blurred, distance_inside

SIDE = 128  # pixels that it works at
COLOURS = 5  # clusters of each side
ROUNDS = 4
FAR = 1.3  # eye distances from the head at which the person surely ends, beside and above it
PULL = 0.5  # how much the colours count against the place
SMOOTH = 0.06  # eye distances


def silhouette(image: Image, head: np.ndarray, eye_distance: float) -> np.ndarray:
    """(H, H, 3) uint8; where the head is (H, H) bool, without hair; eye distance in sides -> (H, H) float32: 1 in the
    person, 0 in the background."""
    small = np.asarray(Pillow.fromarray(image).resize((SIDE, SIDE), Pillow.Resampling.BOX))
    shrunk = np.asarray(Pillow.fromarray(head).resize((SIDE, SIDE), Pillow.Resampling.NEAREST))
    found = Pillow.fromarray(learnt(small, shrunk, eye_distance * SIDE))
    coverage = np.asarray(found.resize((len(head), len(head)), Pillow.Resampling.BICUBIC))
    return np.asarray(np.clip(coverage, 0, 1))


def learnt(image: Image, head: np.ndarray, unit: float) -> np.ndarray:
    """`silhouette` at one size; `unit` pixels between the eyes."""
    size = len(head)
    pixels = blurred_colours(image, 0.01 * size)
    away = distance_inside(~head, max(2, round(FAR * unit))) / unit
    inside = distance_inside(head, max(2, round(unit))) / unit
    rows = np.arange(size)[:, None] / size
    shoulders = np.clip((rows - 0.8) / 0.2, 0, 1)  # wide at the picture's lower edge
    prior = np.where(head, 2 + 8 * inside, 1.5 - 4.5 * away + 4 * shoulders)
    odds = prior
    for _ in range(ROUNDS):
        person = odds > 0
        if person.all() or not person.any():
            break
        colours = closeness(pixels, pixels[~person]) - closeness(pixels, pixels[person])
        odds = prior + blurred(np.clip(PULL * colours, -6, 6), SMOOTH * unit)
    return np.asarray(1 / (1 + np.exp(-np.clip(2 * odds, -30, 30))), dtype=np.float32)


def blurred_colours(image: np.ndarray, sigma: float) -> np.ndarray:
    """(H, H, 3) uint8 -> lightness and two colour differences, the latter stretched as they tell more."""
    red, green, blue = (blurred(image[..., i].astype(np.float32), sigma) for i in range(3))
    grey = 0.3 * red + 0.6 * green + 0.1 * blue
    return np.stack([grey, 2 * (red - grey), 2 * (blue - grey)], -1)


def closeness(pixels: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """(H, H, 3) and (N, 3) -> half the squared Mahalanobis distance to the nearest of the sample's clusters."""
    sample = sample[:: max(1, len(sample) // 4000)]
    order = np.argsort(sample[:, 0])
    centres = sample[order[np.linspace(0, len(order) - 1, COLOURS).astype(int)]]
    for _ in range(6):
        nearest = ((sample[:, None] - centres[None]) ** 2).sum(-1).argmin(1)
        centres = np.stack([sample[nearest == i].mean(0) if (nearest == i).any() else c for i, c in enumerate(centres)])
    best = np.full(pixels.shape[:2], np.inf, dtype=np.float32)
    for i, centre in enumerate(centres):
        members = sample[nearest == i]
        if len(members) < 0.01 * len(sample):
            continue
        spread = np.cov(members.T) + 36 * np.eye(3) if len(members) > 3 else 100 * np.eye(3)
        squares = (((pixels - centre) @ np.linalg.inv(np.linalg.cholesky(spread)).T) ** 2).sum(-1)
        share = len(members) / len(sample)
        best = np.minimum(best, 0.5 * squares + 0.5 * np.log(np.linalg.det(spread)) - np.log(share))
    return best
