"""Drawings made from 68 landmarks: clean contours, and the circles and arcs by which children draw a face.

Landmarks know nothing of hair, neck and shoulders: their outlines come from the photo's colours. What humans get wrong
(sizes, distances, a missing nose) is got wrong here too. Points are (68, 2), x and y in 0 to 1 of the square.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw
from torch import Tensor

from training.filters import FULL, blur
from training.tasks.translate.line_drawing import uniform

REGION_SIDE = 64  # at which hair and background are told by colour
SOFT = 0.16  # of 2: colours this far apart begin to differ
JAW, RIGHT_BROW, LEFT_BROW = range(17), range(17, 22), range(22, 27)
BRIDGE, NOSTRILS = range(27, 31), range(31, 36)
RIGHT_EYE, LEFT_EYE = range(36, 42), range(42, 48)
LIPS, INNER_LIPS = range(48, 60), range(60, 68)
Curve = np.ndarray  # (K, 2) points that a line is drawn through


def chance(probability: float) -> bool:
    return uniform(0, 1) < probability


class Paper:
    """Draws with Pillow at twice the side, since its lines have hard edges."""

    def __init__(self, side: int) -> None:
        self.side = 2 * side
        self.image = Image.new("L", (self.side, self.side))
        self.draw = ImageDraw.Draw(self.image)
        self.width = uniform(1.2, 5.0) * self.side / FULL
        self.jitter = uniform(0, 0.004)

    def line(self, curve: Curve, scale: float = 1.0) -> None:
        """A smooth line through the points, not quite where they are."""
        points = smoothed(curve + np.random.default_rng(seed()).normal(0, self.jitter, curve.shape))
        width = max(1, round(self.width * scale * uniform(0.7, 1.3)))
        self.draw.line([(float(x), float(y)) for x, y in points * self.side], 255, width, "curve")

    def shape(self, curve: Curve, fill: int) -> None:
        self.draw.polygon([(float(x), float(y)) for x, y in smoothed(curve) * self.side], fill)

    def ink(self) -> Tensor:
        """(side, side) in [0, 1]."""
        pixels = torch.from_numpy(np.array(self.image)).float()[None, None] / 255
        return F.avg_pool2d(pixels, 2)[0, 0]


def seed() -> int:
    return int(torch.randint(2**31, ()))


def smoothed(curve: Curve, steps: int = 5) -> Curve:
    """Catmull-Rom spline through the points; closed where the last is the first."""
    if len(curve) < 3:
        return curve
    closed = bool(np.allclose(curve[0], curve[-1]))
    before = curve[-2] if closed else 2 * curve[0] - curve[1]
    after = curve[1] if closed else 2 * curve[-1] - curve[-2]
    p = np.vstack([before, curve, after])
    t = (np.arange(steps) / steps)[None, :, None]
    a, b, c, d = p[:-3, None], p[1:-2, None], p[2:-1, None], p[3:, None]
    parts = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return np.vstack([parts.reshape(-1, 2), curve[-1:]])


def offset(x: float, y: float) -> np.ndarray:
    return np.array([x, y])


def ring(curve: Curve) -> Curve:
    return np.vstack([curve, curve[:1]])


def ellipse(
    centre: Sequence[float] | np.ndarray, across: float, down: float, first: float = 0, last: float = 1
) -> Curve:
    """Points from `first` to `last` of the turn, clockwise from the right."""
    turn = np.linspace(2 * math.pi * first, 2 * math.pi * last, 17)
    return np.asarray(centre) + np.stack([across * np.cos(turn), down * np.sin(turn)], 1)


def misplaced(points: np.ndarray, amount: float) -> np.ndarray:
    """The landmarks with wrong proportions: each part moved and scaled by itself. `amount` 0 to 1."""
    moved, rng = points.astype(np.float64).copy(), np.random.default_rng(seed())
    apart, level = rng.normal(0, 0.015 * amount), rng.normal(0, 0.015 * amount)
    size = math.exp(rng.normal(0, 0.25 * amount))
    for part, side in ((RIGHT_EYE, -1), (LEFT_EYE, 1)):
        eye = moved[list(part)]
        middle, uneven = eye.mean(0), math.exp(rng.normal(0, 0.1 * amount))
        shift = np.array([side * apart, level]) + rng.normal(0, 0.006 * amount, 2)
        moved[list(part)] = middle + (eye - middle) * size * uneven + shift
    for parts in ((RIGHT_BROW, LEFT_BROW), (BRIDGE, NOSTRILS), (LIPS, INNER_LIPS)):
        index = [i for part in parts for i in part]
        middle = moved[index].mean(0)
        scale = np.exp(rng.normal(0, 0.18 * amount, 2))
        moved[index] = middle + (moved[index] - middle) * scale + rng.normal(0, 0.014 * amount, 2)
    jaw, middle = moved[list(JAW)], moved.mean(0)
    moved[list(JAW)] = middle + (jaw - middle) * np.exp(rng.normal(0, 0.06 * amount, 2))
    return moved


def forehead(points: np.ndarray) -> Curve:
    """The head's upper outline from temple to temple."""
    left, right = points[0], points[16]
    middle, across = (left + right) / 2, float(np.hypot(*(right - left))) / 2
    return ellipse(middle, across, across * uniform(0.9, 1.3), 0.5, 1.0)


def clean(points: np.ndarray, side: int) -> Tensor:
    """(side, side) contours of face, brows, eyes, nose and mouth as somebody who can draw sets them."""
    paper, p = Paper(side), misplaced(points, uniform(0, 0.6))
    if chance(0.95):
        paper.line(p[list(JAW)])
    for brow in (RIGHT_BROW, LEFT_BROW):
        if chance(0.92):
            paper.line(p[list(brow)], uniform(1.0, 3.0))
    for eye in (RIGHT_EYE, LEFT_EYE):
        outline = ring(p[list(eye)])
        if chance(0.3):
            outline = outline[:4]  # the upper lid alone
        paper.line(outline)
        height = float(np.ptp(p[list(eye)][:, 1]))
        if chance(0.7):
            draw_iris(paper, p[list(eye)].mean(0), max(height * uniform(0.4, 0.65), 0.008))
        if chance(0.3):
            paper.line(p[list(eye)][:4] - offset(0, uniform(0.012, 0.022)), 0.7)  # the fold
    if chance(0.5):
        paper.line(p[list(BRIDGE)], 0.8)
    if chance(0.93):
        paper.line(p[list(NOSTRILS)])
    paper.line(ring(p[list(LIPS)]) if chance(0.8) else p[[48, 60, 61, 62, 63, 64, 54]])
    if chance(0.75):
        paper.line(ring(p[list(INNER_LIPS)]), 0.8)
    draw_body(paper, p, 0.5)
    return paper.ink()


def draw_iris(paper: Paper, centre: np.ndarray, radius: float) -> None:
    if chance(0.6):
        paper.shape(ellipse(centre, radius, radius), int(uniform(110, 255)))
    else:
        paper.line(ellipse(centre, radius, radius), 0.8)


def child(points: np.ndarray, side: int) -> Tensor:
    """(side, side) of circles and arcs: every part simplified, misplaced or left out."""
    paper, p = Paper(side), misplaced(points, uniform(0.3, 1.6))
    left, right, chin = p[0], p[16], p[8]
    middle, across = (left + right) / 2, float(np.hypot(*(right - left))) / 2
    below = float(chin[1] - middle[1])
    if chance(0.5):  # the head as an egg or a circle
        above = across * uniform(0.8, 1.4)
        centre = middle + offset(0, (below - above) / 2)
        paper.line(ellipse(centre, across * uniform(0.92, 1.1), (below + above) / 2))
    elif chance(0.9):
        paper.line(p[[0, 2, 4, 6, 8, 10, 12, 14, 16]])
        if chance(0.3):
            paper.line(forehead(p))
    kind = uniform(0, 1)
    for eye in (RIGHT_EYE, LEFT_EYE):
        draw_child_eye(paper, p[list(eye)], kind)
    if chance(0.7):
        for brow in (RIGHT_BROW, LEFT_BROW):
            paper.line(p[list(brow)][[0, 2, 4]], uniform(1, 2))
    draw_child_nose(paper, p)
    draw_child_mouth(paper, p)
    if chance(0.3):
        for edge, turn in ((p[1], -1), (p[15], 1)):
            paper.line(ellipse(edge + offset(turn * 0.012, 0), 0.022, 0.045))
    draw_body(paper, p, 0.6)
    return paper.ink()


def draw_child_eye(paper: Paper, eye: np.ndarray, kind: float) -> None:
    centre, width = eye.mean(0), float(np.ptp(eye[:, 0])) / 2
    if kind < 0.2:  # a dot
        paper.shape(ellipse(centre, width * uniform(0.25, 0.6), width * uniform(0.25, 0.6)), 255)
        return
    if kind < 0.55:
        paper.line(ellipse(centre, width * uniform(0.7, 1.2), width * uniform(0.5, 1.1)))
    else:  # an almond
        lift = width * uniform(0.4, 0.7)
        paper.line(np.stack([centre - offset(width, 0), centre - offset(0, lift), centre + offset(width, 0)]))
        paper.line(np.stack([centre - offset(width, 0), centre + offset(0, lift), centre + offset(width, 0)]))
    if chance(0.8):
        radius = width * uniform(0.2, 0.5)
        paper.shape(ellipse(centre, radius, radius), int(uniform(120, 255)))


def draw_child_nose(paper: Paper, p: np.ndarray) -> None:
    top, tip, kind = p[28], p[33], uniform(0, 1)
    wing = float(p[35][0] - p[31][0]) / 2
    if kind < 0.3:
        paper.line(np.stack([top, tip + offset(wing, -0.01), tip]))  # an L
    elif kind < 0.6:
        paper.line(ellipse(tip - offset(0, 0.01), wing, wing * 0.7, 0.0, 0.5))  # a bow
    elif kind < 0.75:
        for edge in (p[32], p[34]):
            paper.shape(ellipse(edge, 0.006, 0.005), 255)  # two dots
    elif kind < 0.9:
        paper.line(np.stack([tip + offset(-wing, 0), top, tip + offset(wing, 0)]))  # a wedge


def draw_child_mouth(paper: Paper, p: np.ndarray) -> None:
    kind = uniform(0, 1)
    corners, centre = p[[48, 54]], p[[62, 66]].mean(0)
    if kind < 0.45:
        paper.line(np.stack([corners[0], centre + offset(0, uniform(-0.006, 0.02)), corners[1]]))
    elif kind < 0.8:
        paper.line(np.stack([corners[0], p[51], corners[1]]))
        paper.line(np.stack([corners[0], p[57], corners[1]]))
        if chance(0.5):
            paper.line(np.stack([corners[0], centre, corners[1]]), 0.8)
    elif kind < 0.95:
        half = float(np.hypot(*(corners[1] - corners[0]))) / 2
        paper.line(ellipse(corners.mean(0), half, half * uniform(0.3, 0.6)))


def draw_body(paper: Paper, p: np.ndarray, probability: float) -> None:
    """Neck and shoulders."""
    if not chance(probability):
        return
    drop = uniform(0.9, 1.0)
    for start, turn in ((p[5], -1), (p[11], 1)):
        foot = np.array([start[0] + turn * uniform(-0.01, 0.03), min(start[1] + uniform(0.08, 0.16), drop)])
        paper.line(np.stack([start, (start + foot) / 2, foot]))
        if chance(0.6):
            edge = np.array([0.5 + turn * uniform(0.38, 0.52), uniform(0.93, 1.02)])
            paper.line(np.stack([foot, (foot + edge) / 2 - offset(0, uniform(0.0, 0.02)), edge]))


def regions(photos: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
    """Photos (N, 3, R, R) in [-1, 1] and landmarks (N, 68, 2) -> softly where hair and where background lie,
    (N, 1, 64, 64) each in [0, 1], by the colours above the brows, of the cheeks and of the upper corners."""
    small = F.interpolate(photos, (REGION_SIDE, REGION_SIDE), mode="area")
    top = (points[:, 17:27, 1].amin(1) - 0.24).clamp(0.04, 0.9)  # (N,)
    heights = torch.stack([top, top, top], 1)
    across = torch.tensor([0.42, 0.5, 0.58]).expand(len(points), 3)
    hair = colours_at(small, torch.stack([across, heights], 2)).median(1).values
    cheeks = points[:, [[1, 31], [15, 35]]].mean(2)  # (N, 2, 2)
    skin = colours_at(small, cheeks).mean(1)
    corners = torch.tensor([[0.04, 0.08], [0.96, 0.08]]).expand(len(points), 2, 2)
    ground = colours_at(small, corners)
    references = torch.stack([hair, skin, ground[:, 0], ground[:, 1]], 1)  # (N, 4, 3)
    distances = (small[:, None] - references[:, :, :, None, None]).square().sum(2) / (2 * SOFT**2)
    shares = torch.softmax(-distances.clamp(max=60), 1)
    outside = 1 - inner_face(points)
    return blur(shares[:, :1] * outside, 6.0), blur(shares[:, 2:].sum(1, keepdim=True) * outside, 6.0)


def colours_at(pictures: Tensor, places: Tensor) -> Tensor:
    """(N, 3, S, S) smoothed, at places (N, K, 2) in 0 to 1 -> (N, K, 3)."""
    smooth = F.avg_pool2d(pictures, 5, 1, 2, count_include_pad=False)
    sampled = F.grid_sample(
        smooth, places[:, :, None] * 2 - 1, mode="bilinear", padding_mode="border", align_corners=False
    )
    return sampled[..., 0].transpose(1, 2)


def inner_face(points: Tensor) -> Tensor:
    """(N, 1, 64, 64): 1 from brow to chin between the temples."""
    left, right = points[:, 0, 0], points[:, 16, 0]
    top, bottom = points[:, 17:27, 1].amin(1), points[:, 8, 1]
    places = (torch.arange(REGION_SIDE) + 0.5) / REGION_SIDE
    x = (places[None, :] - ((left + right) / 2)[:, None]) / ((right - left) / 2)[:, None]
    y = (places[None, :] - ((top + bottom) / 2)[:, None]) / ((bottom - top) / 2)[:, None]
    return ((x.square()[:, None, :] + y.square()[:, :, None]) < 0.95).float()[:, None]


def outline(region: Tensor, side: int, width: float) -> Tensor:
    """The border of a soft region (N, 1, S, S) as a line of `width` pixels (of FULL): ink (N, 1, side, side)."""
    large = F.interpolate(region, (side, side), mode="bicubic", align_corners=False)
    across = F.pad((large[..., 2:] - large[..., :-2]) / 2, (1, 1))
    down = F.pad((large[:, :, 2:] - large[:, :, :-2]) / 2, (0, 0, 1, 1))
    slope = (across.square() + down.square()).sqrt()
    distance = (large - 0.45).abs() / slope.clamp_min(1e-4)  # pixels, to first order
    sure = ((slope * side / FULL - 0.004) / 0.004).clamp(0, 1)  # where the border is none, there is no line
    return (width * side / FULL / 2 + 0.5 - distance).clamp(0, 1) * sure
