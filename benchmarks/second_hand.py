"""A portrait in pencil, stroke by stroke: another hand than the one that the networks learn from.

What is measured on sketches of the kind that a network was trained with says little of drawings by people. Here some
thousand single strokes are set one after the other where the paper is still lighter than it should be (after A.
Hertzmann, Painterly Rendering with Curved Brush Strokes, 1998); no code is shared with `training.tasks.translate`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.ImageFilter import GaussianBlur

SIDE = 512  # pixels that strokes are set at; the drawing has half of it
ROUNDS, STROKES, POINTS = 40, 700, 12  # strokes are set in so many rounds of so many, each a chain of points
PRESSURE = 0.35  # of one pass over a pixel
Plane = npt.NDArray[np.float32]  # (SIDE, SIDE) float32


def pencilled(photo: np.ndarray, points: np.ndarray, seed: int) -> np.ndarray:
    """(H, H, 3) uint8 and landmarks (68, 2) in [0, 1] -> (H, H) uint8, white paper."""
    rng = np.random.default_rng(seed)
    light = np.asarray(Image.fromarray(photo).convert("L").resize((SIDE, SIDE), Image.Resampling.BICUBIC), np.float32)
    wanted = tones(light, points) * np.float32(rng.uniform(0.55, 0.95))
    angle = directions(light)
    hand = rng.uniform(0.6, 1.0)  # direction of the hatching, in radians
    paper = np.zeros((SIDE, SIDE), np.float32)
    for number in range(ROUNDS):
        lacking = np.clip(wanted - paper, 0, 1)
        chances = np.cumsum(lacking.ravel() ** 1.5)
        start = np.searchsorted(chances, rng.random(STROKES) * chances[-1]).clip(0, SIDE * SIDE - 1)
        fine = number > ROUNDS // 3
        paper = 1 - (1 - paper) * np.exp(-PRESSURE * strokes(start, angle, wanted, lacking, hand, fine, rng))
    soft = Image.fromarray(np.asarray(255 * np.clip(1 - paper, 0, 1), np.uint8)).filter(GaussianBlur(0.6))
    return np.asarray(soft.resize(photo.shape[:2], Image.Resampling.BOX))


def tones(light: Plane, points: np.ndarray) -> Plane:
    """How dark each place should become, 0 to 1: against the lightness around it, the ground beside the head left
    white."""
    picture = Image.fromarray(light.astype(np.uint8))
    near = np.asarray(picture.filter(GaussianBlur(1.2)), np.float32)
    wide = np.asarray(picture.filter(GaussianBlur(45)), np.float32)
    skin = np.percentile(near[cheeks(points)], 75)
    tone = 0.75 * np.clip(1 - near / skin, 0, 1) ** 0.8 + 1.6 * np.clip((wide - near) / (wide + 20), 0, 1)
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE
    left, right, chin = points[0], points[16], points[8]
    across = (columns - (left[0] + right[0]) / 2) / (right[0] - left[0])
    above = (rows - left[1]) / (chin[1] - left[1])
    beside = np.where(above < 1.1, np.hypot(across / 0.85, np.minimum(above + 0.2, 0) / 1.05), 0)
    return np.asarray(np.clip(tone * np.clip((1.15 - beside) / 0.15, 0, 1), 0, 1), np.float32)


def cheeks(points: np.ndarray) -> npt.NDArray[np.bool_]:
    """Where the cheeks are, (SIDE, SIDE) bool."""
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE
    middles = [(points[first] + points[second]) / 2 for first, second in ((1, 31), (15, 35))]
    first, second = ((columns - x) ** 2 + (rows - y) ** 2 < 0.03**2 for x, y in middles)
    return np.asarray(first | second)


def directions(light: Plane) -> Plane:
    """Of the tangents, in radians, from smoothed gradients."""
    down, across = np.gradient(np.asarray(Image.fromarray(light.astype(np.uint8)).filter(GaussianBlur(2)), np.float32))
    along, aslant = (smoothed(np.asarray(part, np.float32)) for part in (across**2 - down**2, 2 * across * down))
    return np.asarray(0.5 * np.arctan2(aslant, along) + np.pi / 2, np.float32)


def smoothed(plane: Plane) -> Plane:
    small = Image.fromarray(plane).resize((SIDE // 10,) * 2, Image.Resampling.BOX)
    return np.asarray(small.resize((SIDE,) * 2, Image.Resampling.BICUBIC))


def strokes(
    start: np.ndarray, angle: Plane, wanted: Plane, lacking: Plane, hand: float, fine: bool, rng: np.random.Generator
) -> Plane:
    """Graphite that strokes from `start` (K,) leave, (SIDE, SIDE): along the tangents where it is dark, else hatched;
    the pencil is lifted where nothing is lacking."""
    y, x = (part.astype(np.float32) for part in np.unravel_index(start, (SIDE, SIDE)))
    dark = wanted.ravel()[start]
    follows = rng.random(len(start)) < np.where(dark > 0.3, 1.0, 0.6)
    length = (rng.uniform(4, 8, len(start)) if fine else rng.uniform(10, 30, len(start))) * (0.4 + dark)
    shaky, sense = rng.normal(0, 0.1, len(start)), np.where(rng.random(len(start)) < 0.5, 1, -1)
    places, amounts = [], []
    for number in range(POINTS):
        here = np.clip(y.astype(int), 0, SIDE - 1) * SIDE + np.clip(x.astype(int), 0, SIDE - 1)
        pressure = np.sin(np.pi * (number + 1) / (POINTS + 1)) * (0.5 + dark) * length / POINTS
        pressure = pressure * np.clip(lacking.ravel()[here] * 6, 0, 1)
        for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
            column, row = np.clip(x.astype(int) + dx, 0, SIDE - 1), np.clip(y.astype(int) + dy, 0, SIDE - 1)
            places.append(row * SIDE + column)
            amounts.append(np.abs(1 - dx - (x % 1)) * np.abs(1 - dy - (y % 1)) * pressure)
        heading = np.where(follows, angle.ravel()[here], hand) + shaky
        x = np.clip(x + sense * np.cos(heading) * length / POINTS, 0, SIDE - 1)
        y = np.clip(y + sense * np.sin(heading) * length / POINTS, 0, SIDE - 1)
    left = np.bincount(np.concatenate(places), np.concatenate(amounts), SIDE * SIDE)
    return left.reshape(SIDE, SIDE).astype(np.float32)
