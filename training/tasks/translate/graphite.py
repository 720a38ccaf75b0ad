"""Portraits in graphite, made from photos: tone as well as line. Ink (N, 1, R, R): 0 paper, 1 black.

Somebody who shades a face does not copy its light. Skin stays near the paper's white whatever its colour, and is
darkened where the form turns away; hair is a dark mass with strokes along it; the ground is left out; lines are pressed
harder here than there; graphite catches on the grain of the paper, and a finger smears it. Lengths are in pixels of a
256 px picture. Each call draws its own hand.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from training.filters import FULL, blur, edges_of, grey
from training.tasks.translate.contours import colours_at, regions
from training.tasks.translate.line_drawing import parallels, uniform

CHEEKS = [[1, 31], [15, 35]]  # pairs of landmarks with a cheek between them
STEPS = 9  # to each side along a stroke


def graphite(photos: Tensor, points: Tensor) -> Tensor:
    """Photos (N, 3, R, R) in [-1, 1] and landmarks (N, 68, 2) in [0, 1] -> ink (N, 1, R, R)."""
    side, light = photos.shape[-1], grey(photos)
    hair, ground = (F.interpolate(part, (side, side), mode="bilinear") for part in regions(photos, points))
    ground = ((ground - 0.3) * 2).clamp(0, 1)
    strokes = 2 * along_the_form(light, uniform(0.8, 1.6)) - 1  # in [-1, 1]
    mass = masses(light, points, hair)
    form = turning(light)
    hatching = hatched(strokes, side)
    tone = torch.maximum(mass * (1 + uniform(0.1, 0.7) * strokes), form * (1 + uniform(0, 0.4) * hatching))
    tone = smeared(tone.clamp(0, 1))
    ink = torch.maximum(tone, lines(light))
    left_out = 1 - ground * (1.0 if uniform(0, 1) < 0.8 else uniform(0, 1))
    return (on_grain(ink * left_out) * uniform(0.6, 1.0)).clamp(0, 1)


def masses(light: Tensor, points: Tensor, hair: Tensor) -> Tensor:
    """What is darker than the skin: hair, brows, eyes, lips, clothes, (N, 1, R, R) in [0, 1]. Light hair is darkened,
    or it would be left as white as the skin."""
    skin = colours_at(light, points[:, CHEEKS].mean(2)).mean(1)[:, :, None, None].clamp_min(0.15)  # (N, 1, 1, 1)
    dark = (1 - blur(light, uniform(0.6, 1.5)) / (skin * uniform(0.85, 1.0))).clamp(0, 1)
    dark = dark ** uniform(0.6, 1.4) * uniform(0.75, 1.1)
    return (dark + hair * uniform(0, 0.3) * (1 - dark)).clamp(0, 1)


def turning(light: Tensor) -> Tensor:
    """The soft shading of the form: what is darker than its wider surroundings, however strong the light was."""
    fine, wide = blur(light, uniform(1.2, 3.0)), blur(light, uniform(14, 30))
    relief = (wide - fine) / (wide + 0.1)
    return (relief * uniform(1.0, 2.6)).clamp(0, 1) ** uniform(0.8, 1.2) * uniform(0.3, 0.9)


def lines(light: Tensor) -> Tensor:
    """Thin lines where lightness changes, pressed unevenly."""
    count, _, side, _ = light.shape
    edge = edges_of(blur(light, uniform(0.4, 0.9)), uniform(0.7, 1.5))
    line = ((edge - uniform(0.6, 1.1)) / uniform(0.8, 2.0)).clamp(0, 1)
    pressure = F.interpolate(torch.rand(count, 1, 9, 9), (side, side), mode="bicubic", align_corners=False)
    return line * (uniform(0.4, 1.0) + uniform(0, 0.8) * (pressure - 0.5)).clamp(0, 1)


def along_the_form(light: Tensor, width: float) -> Tensor:
    """Strokes that follow what is drawn, as hair is stroked: noise smeared along the tangents of the smoothed structure
    tensor (line integral convolution, Cabral and Leedom 1993), (N, 1, R, R) around 0.5."""
    count, _, side, _ = light.shape
    smooth = blur(light, 1.0)
    across, down = F.pad(smooth.diff(dim=3), (0, 1)), F.pad(smooth.diff(dim=2), (0, 0, 0, 1))
    xx, yy, xy = (blur(part, uniform(2.5, 5.0)) for part in (across * across, down * down, across * down))
    angle = 0.5 * torch.atan2(2 * xy, xx - yy) + math.pi / 2  # of the tangent
    step = torch.cat([angle.cos(), angle.sin()], 1) * (2 * 1.5 / FULL)  # (N, 2, R, R), in grid units
    grain = (blur(torch.rand(count, 1, side, side), width) - 0.5) * width * 3.5
    places = (torch.arange(side) + 0.5) / side * 2 - 1
    start = torch.stack(torch.meshgrid(places, places, indexing="xy"))[None].expand(count, -1, -1, -1)
    total = grain.clone()
    for turn in (1.0, -1.0):
        place, before = start, step * turn
        for _ in range(STEPS):
            place = place + before
            grid = place.permute(0, 2, 3, 1)
            total = total + F.grid_sample(grain, grid, padding_mode="reflection", align_corners=False)
            there = F.grid_sample(step, grid, padding_mode="border", align_corners=False)
            before = there * (there * before).sum(1, keepdim=True).sign()  # a tangent has no sense: keep going
    return (0.5 + total / (2 * STEPS + 1) * 2.2).clamp(0, 1)


def hatched(strokes: Tensor, side: int) -> Tensor:
    """In [-1, 1]: parallel hatching of one direction, or strokes along the form."""
    if uniform(0, 1) < 0.5:
        return strokes
    return parallels(len(strokes), side, uniform(0, math.pi), uniform(3, 7) * side / FULL, 2.0, 14)


def smeared(tone: Tensor) -> Tensor:
    """Rubbed with a finger here and there."""
    count, _, side, _ = tone.shape
    where = F.interpolate(torch.rand(count, 1, 6, 6), (side, side), mode="bicubic", align_corners=False)
    rubbed = ((where - uniform(0.2, 0.9)) * 4).clamp(0, 1)
    return tone + rubbed * (blur(tone, uniform(1.0, 2.5)) - tone)


def on_grain(ink: Tensor) -> Tensor:
    """Graphite on paper with a tooth: half-tones are speckled, full pressure is not."""
    count, _, side, _ = ink.shape
    grain = blur(torch.randn(count, 1, side, side), uniform(0.3, 0.8))
    grain = grain / grain.std()
    return ink + uniform(0, 0.35) * grain * ink * (1 - ink)
