"""What lies between an edge map and a drawing by hand: wrong places, gaps, missing parts, other thickness, paper.

Ink (N, 1, R, R): 0 paper, 1 black.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from training.filters import blur
from training.tasks.translate.line_drawing import uniform


def damaged(ink: Tensor) -> Tensor:
    """Each picture as another hand might have drawn it; a fifth are only moved a little."""
    count = len(ink)
    hard = (torch.rand(count, 1, 1, 1) < 0.8).float()
    ink = warped(ink, 0.003 + 0.007 * hard * torch.rand(count, 1, 1, 1))
    ink = thickened(ink)
    ink = without_strokes(ink, hard.flatten() * torch.rand(count) * 0.4)
    ink = torch.where(torch.rand(count, 1, 1, 1) < 0.25 * hard, without_a_part(ink), ink)
    return on_paper(ink)


def shaded_badly(ink: Tensor) -> Tensor:
    """A shaded drawing as another hand might have made it: lines and tone stay together."""
    count = len(ink)
    ink = warped(ink, 0.002 + 0.004 * torch.rand(count, 1, 1, 1))
    ink = torch.where(torch.rand(count, 1, 1, 1) < 0.15, without_strokes(ink, torch.rand(count) * 0.3), ink)
    return on_paper(ink)


def warped(ink: Tensor, amount: Tensor) -> Tensor:
    """Moved about by a smooth random field and by a trembling hand; `amount` (N, 1, 1, 1): deviation, of the side."""
    count, _, side, _ = ink.shape
    cells = max(8, side // 8)
    field = smooth_field(count, cells) * amount + torch.randn(count, 2, cells, cells) * 0.0016
    return moved(ink, F.interpolate(field, (side, side), mode="bilinear", align_corners=False))


def exaggerated(photos: Tensor, points: Tensor | None, share: float) -> tuple[Tensor, Tensor | None]:
    """A share of the photos (N, 3, R, R), and their landmarks (N, 68, 2), with proportions that nobody has: what is
    drawn so is to come out so, since that is whom the artist drew."""
    count, side = len(photos), photos.shape[-1]
    chosen = torch.rand(count, 1, 1, 1) < share
    amount = torch.rand(count, 1, 1, 1) * 0.03
    field = smooth_field(count, side) * amount * chosen
    changed = torch.where(chosen, moved(photos, field, "bicubic").clamp(-1, 1), photos)
    if points is None:
        return changed, None
    where = points
    for _ in range(3):  # what is shown at a place came from `field` further along
        at = F.grid_sample(field, where[:, :, None] * 2 - 1, padding_mode="border", align_corners=False)
        where = points - at[..., 0].transpose(1, 2)
    return changed, where


def smooth_field(count: int, side: int) -> Tensor:
    """(count, 2, side, side), standard normal at a few places."""
    return F.interpolate(torch.randn(count, 2, 5, 5), (side, side), mode="bicubic", align_corners=False)


def moved(pictures: Tensor, field: Tensor, mode: str = "bilinear") -> Tensor:
    """(N, C, R, R), each pixel taken from elsewhere: `field` (N, 2, R, R) away, in sides."""
    side = pictures.shape[-1]
    places = (torch.arange(side) + 0.5) / side * 2 - 1
    grid = torch.stack(torch.meshgrid(places, places, indexing="xy"), -1) + 2 * field.permute(0, 2, 3, 1)
    return F.grid_sample(pictures, grid, mode=mode, padding_mode="border", align_corners=False)


def thickened(ink: Tensor) -> Tensor:
    """Some with a broader pen, some blurred and hardened again, which rounds lines and drops hairs."""
    choice = torch.rand(len(ink), 1, 1, 1)
    broad = F.max_pool2d(ink, 3, 1, 1)
    rounded = ((blur(ink, uniform(1.2, 2.6)) - 0.2) * uniform(2.0, 5.0)).clamp(0, 1)
    return torch.where(choice < 0.2, broad, torch.where(choice < 0.45, rounded, ink))


def without_strokes(ink: Tensor, share: Tensor, cells: int = 12) -> Tensor:
    """Removes about the share (N,) of what is drawn, in patches about as long as a stroke: the ink itself is cut, so
    that the same share goes whether a picture has little or much."""
    count, _, side, _ = ink.shape
    noise = F.interpolate(
        torch.rand(count, 1, cells, cells), (side // 2, side // 2), mode="bicubic", align_corners=False
    )
    weights, values = F.avg_pool2d(ink, 4).flatten(1), noise[..., ::2, ::2].flatten(1)
    noise = F.interpolate(noise, (side, side), mode="bilinear", align_corners=False)
    total = weights.sum(1).clamp_min(1e-6)
    low, high = torch.full((count,), -0.5), torch.full((count,), 1.5)
    for _ in range(12):  # the level under which that share of the ink lies
        middle = (low + high) / 2
        removed = (weights * (values < middle[:, None])).sum(1) / total
        low, high = torch.where(removed < share, middle, low), torch.where(removed < share, high, middle)
    level = torch.where(share > 0, low, -1.0)[:, None, None, None]
    return ink * ((noise - level) * 20 + 0.5).clamp(0, 1)


def without_a_part(ink: Tensor) -> Tensor:
    """An ellipse of each picture is left blank."""
    count, _, side, _ = ink.shape
    places = (torch.arange(side) + 0.5) / side
    centre, radius = torch.rand(count, 2) * 0.8 + 0.1, torch.rand(count, 2) * 0.17 + 0.05
    x = (places[None, :] - centre[:, :1]) / radius[:, :1]
    y = (places[None, :] - centre[:, 1:]) / radius[:, 1:]
    inside = (x.square()[:, None, :] + y.square()[:, :, None]) < 1
    return ink * ~inside[:, None]


def on_paper(ink: Tensor) -> Tensor:
    """Fainter or stronger ink, on paper with a tone and grain as a scan leaves them."""
    count, _, side, _ = ink.shape
    strength = torch.empty(count, 1, 1, 1).uniform_(0.45, 1.0)
    scanned = (torch.rand(count, 1, 1, 1) < 0.25).float()
    grain = torch.randn(count, 1, side, side) * 0.02 + torch.rand(count, 1, 1, 1) * 0.08
    return (ink * strength + scanned * grain).clamp(0, 1)
