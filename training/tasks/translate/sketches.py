"""Sketches made from photos, since photos with drawings of the same face are not to be had.

    ink = sketches(photos, points)  # (N, 3, R, R) in [-1, 1], (N, 68, 2) -> (N, 1, R, R): 0 paper, 1 black

People do not draw edge maps. So there are several styles, from an edge filter and shaded graphite to a child's circles,
and each drawing is then damaged (`damage.py`): moved, broken, thickened, with parts left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from training.tasks.translate import contours
from training.tasks.translate.damage import damaged, shaded_badly
from training.tasks.translate.graphite import graphite
from training.tasks.translate.line_drawing import bold_strokes, pencil, soft_edges, uniform, xdog

FROM_PIXELS: dict[str, Callable[[Tensor], Tensor]] = {
    "xdog": xdog,
    "edges": soft_edges,
    "pencil": pencil,
    "bold": bold_strokes,
}
FROM_LANDMARKS = {"contours": contours.clean, "child": contours.child}
SHADED = {"graphite": graphite}
STYLES = (*FROM_PIXELS, *FROM_LANDMARKS, *SHADED)
SHARES = dict.fromkeys(STYLES, 1.0) | {"graphite": 5.0}  # how often each is drawn, beside the others
HAIR_SHARE = {"contours": 0.85, "child": 0.7}  # of the drawings that have an outline of the hair


def sketches(photos: Tensor, points: Tensor | None, styles: Sequence[str] = STYLES, damage: bool = True) -> Tensor:
    """Photos (N, 3, R, R) in [-1, 1] and their landmarks -> ink (N, 1, R, R), each in one of the styles by chance.
    Without landmarks, None, the styles that need them are left out."""
    usable = [name for name in styles if points is not None or name in FROM_PIXELS]
    shares = torch.tensor([SHARES[name] for name in usable])
    chosen = torch.multinomial(shares, len(photos), replacement=True)
    ink = torch.zeros(len(photos), 1, *photos.shape[2:])
    for number, name in enumerate(usable):
        index = torch.nonzero(chosen == number)[:, 0]
        if len(index):
            lines = drawn(name, photos[index], None if points is None else points[index])
            hurt = shaded_badly if name in SHADED else damaged
            ink[index] = hurt(lines) if damage else lines
    return ink


def drawn(style: str, photos: Tensor, points: Tensor | None) -> Tensor:
    """Photos in one style, undamaged."""
    if style in FROM_PIXELS:
        return FROM_PIXELS[style](photos)
    assert points is not None
    if style in SHADED:
        pairs = zip(torch.split(photos, 1), torch.split(points, 1), strict=True)
        return torch.cat([SHADED[style](photo, where) for photo, where in pairs])  # each by a hand of its own
    side = photos.shape[-1]
    ink = torch.stack([FROM_LANDMARKS[style](one.numpy(), side) for one in points])[:, None]
    hair, ground = contours.regions(photos, points)
    width = uniform(1.2, 4.5)
    with_hair = (torch.rand(len(photos), 1, 1, 1) < HAIR_SHARE[style]).float()
    with_ground = (torch.rand(len(photos), 1, 1, 1) < 0.6).float()
    filled = (torch.rand(len(photos), 1, 1, 1) < 0.15).float() * uniform(0.2, 0.9)
    around = with_hair * contours.outline(hair, side, width)
    around = torch.maximum(around, with_ground * contours.outline(ground, side, width))
    return torch.maximum(ink, torch.maximum(around, filled * hair_filling(hair, side)))


def hair_filling(hair: Tensor, side: int) -> Tensor:
    """Hair scribbled full, (N, 1, side, side)."""
    large = torch.nn.functional.interpolate(hair, (side, side), mode="bilinear", align_corners=False)
    from training.tasks.translate.line_drawing import hatching

    return ((large - 0.4) * 8).clamp(0, 1) * (hatching(side) / 1.6).clamp(0, 1)


MIRRORED = [
    *reversed(range(17)), *reversed(range(17, 27)), *range(27, 31), *reversed(range(31, 36)),
    45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,
    *reversed(range(48, 55)), *reversed(range(55, 60)), *reversed(range(60, 65)), *reversed(range(65, 68)),
]  # the landmark that takes each one's place in a mirrored face  # fmt: skip


def mirrored(points: Tensor) -> Tensor:
    """Landmarks (N, 68, 2) of the mirrored photos."""
    flipped = points[:, MIRRORED].clone()
    flipped[..., 0] = 1 - flipped[..., 0]
    return flipped
