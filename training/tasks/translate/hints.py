"""Colour hints: a few strokes in the colours of the photo, as an artist would set them."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from training.tasks.translate.contours import regions

SIDE = 64  # at which strokes are made
MOST = 6  # strokes of a picture
RECOLOURED = 0.4  # share of the hinted pictures whose background or hair gets another colour


def colour_hints(photos: Tensor, given: Tensor) -> Tensor:
    """Photos (N, 3, R, R) in [-1, 1] -> hints (N, 4, R, R), for those that are `given` (N,) some."""
    count, _, side, _ = photos.shape
    small = F.interpolate(photos, (SIDE, SIDE), mode="area")
    start = torch.rand(count, MOST, 2)
    end = start + torch.randn(count, MOST, 2) * 0.08
    radius = torch.rand(count, MOST) ** 2 * 0.08 + 0.012
    strokes = (distances(start, end) < radius[:, :, None, None]).float()  # (N, K, S, S)
    number = torch.randint(1, MOST + 1, (count, 1))
    used = given[:, None] & (torch.arange(MOST)[None] < number)
    strokes = strokes * used[:, :, None, None]
    area = strokes.sum((2, 3)).clamp_min(1)
    colours = torch.einsum("nkhw,nchw->nkc", strokes, small) / area[:, :, None]
    colours = (colours + torch.randn_like(colours) * 0.06).clamp(-1, 1)  # not to be copied, but to be understood
    painted, where = torch.zeros_like(small), torch.zeros(count, 1, SIDE, SIDE)
    for index in range(MOST):  # later strokes cover earlier ones
        stroke = strokes[:, index : index + 1]
        painted = painted + stroke * (colours[:, index, :, None, None] - painted)
        where = torch.maximum(where, stroke)
    return F.interpolate(torch.cat([painted, where], 1), (side, side), mode="nearest")


def distances(start: Tensor, end: Tensor) -> Tensor:
    """Of each place of the square to line segments, (N, K, 2) each -> (N, K, S, S), in sides."""
    places = (torch.arange(SIDE) + 0.5) / SIDE
    x, y = places[None, None, None, :], places[None, None, :, None]
    along = end - start
    across = x - start[:, :, 0, None, None], y - start[:, :, 1, None, None]
    ax, ay = along[:, :, 0, None, None], along[:, :, 1, None, None]
    at = ((across[0] * ax + across[1] * ay) / (ax.square() + ay.square() + 1e-9)).clamp(0, 1)
    return ((across[0] - at * ax).square() + (across[1] - at * ay).square()).sqrt()


def recoloured(photos: Tensor, points: Tensor, given: Tensor) -> Tensor:
    """Photos whose background or hair has another colour, some of those that are `given` hints: else colours hang
    together so much that a network has no reason to follow a hint."""
    hair, ground = (F.interpolate(region, photos.shape[2:], mode="bilinear") for region in regions(photos, points))
    chosen = (given & (torch.rand(len(photos)) < RECOLOURED))[:, None, None, None]
    behind = torch.rand(len(photos), 1, 1, 1) < 0.6
    colour = torch.empty(len(photos), 3, 1, 1).uniform_(-0.9, 0.9)
    shift = torch.randn(len(photos), 3, 1, 1) * 0.25 + torch.randn(len(photos), 1, 1, 1) * 0.2
    painted = torch.where(behind, photos + ground * 0.85 * (colour - photos), photos + hair * shift)
    return torch.where(chosen, painted, photos).clamp(-1, 1)
