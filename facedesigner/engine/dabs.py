"""Colour hints that follow what they lie on: a dab on the hair dyes the hair, one on the cheek the skin.

The translator makes its picture without them. The picture is parted into regions (`looks.py`), each stroke of colour
belongs to the one that most of it lies on, and the region takes that colour as a whole, shading and strands kept;
several colours in one region run into each other. A stroke on something small, such as an iris, or on what is drawn but
not seen as a region, such as a faint beard, colours what lies under it.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from facedesigner.contract.sketching import SIDE
from facedesigner.engine.looks import EYES, FEW, MOUTH, Regions, dyed, regions_of, rising, soft, toned, usual, within
from facedesigner.engine.page.regions import labelled

OURS = 0.4  # of a region's mask: from there on a hint is about it
RUN = 48  # pixels over which two colours of a region run into each other
MOST = 20  # strokes of one colour
MOSTLY = 0.7  # share of a stroke
HATCHED = 0.1  # mean ink of a place that is more than bare
FRINGE, UNLIKE = 24, 0.18  # pixels below the hair; mean difference of colours in [0, 1]
SMALL = 3  # pixels that a hint on something small is softened by


def dabbed(picture: Tensor, hints: Tensor, ink: Tensor) -> Tensor:
    """A translated sketch (1, 3, SIDE, SIDE) in [-1, 1] with the colours of hints (1, 4, SIDE, SIDE): RGB in [-1, 1],
    and 1 where there is one, else 0. `ink` (1, 1, SIDE, SIDE) is the drawing."""
    if not hints[:, 3].any():
        return picture
    picture, colours = (picture + 1) / 2, (hints[:, :3] + 1) / 2
    found = regions_of(picture, torch.zeros_like(hints[:, 3:], dtype=torch.bool))
    lips = lips_of(picture, found.skin_colour)
    regions = [lips, found.hair, found.skin * (1 - lips), found.back, clothes_of(found)]
    fringe = below_the_hair(found, colours)
    owned, left = shared_out(strokes_of(hints), [lips, torch.maximum(found.hair, fringe), *regions[2:]], ink)
    result = picture
    for mask, mine in zip(regions, owned, strict=True):
        inside = mask > OURS
        if not mine.any() or not inside.any():
            continue
        wanted = run_together(colours, mine)
        if mask is found.hair:
            made = dyed(picture, mask, wanted)
        else:
            made = toned(picture, usual(picture, ~inside, inside[0, 0]), wanted)
        result = result + mask * (made - picture)
    return (locally(result, colours, left) * 2 - 1).clamp(-1, 1)


def strokes_of(hints: Tensor) -> list[Tensor]:
    """Connected places of one colour, (1, 1, SIDE, SIDE) bool each."""
    small = F.interpolate(hints, (SIDE // 2, SIDE // 2), mode="nearest")
    painted = small[:, 3:] > 0
    levels = ((small[:, :3] + 1) * 7.999).long()
    colour = ((levels[:, :1] * 16 + levels[:, 1:2]) * 16 + levels[:, 2:]) * painted
    strokes = []
    for one in torch.unique(colour[painted]):
        numbers = torch.from_numpy(labelled(((colour == one) & painted)[0, 0].numpy()))[None, None]
        found = [numbers == number for number in range(1, min(int(numbers.max()), MOST) + 1)]
        strokes += [F.interpolate(place.float(), (SIDE, SIDE), mode="nearest") > 0 for place in found]
    return strokes


def shared_out(strokes: list[Tensor], regions: list[Tensor], ink: Tensor) -> tuple[list[Tensor], Tensor]:
    """Which strokes each of the `regions` (lips, hair, skin, background, clothes) takes, and those that none does."""
    owned = [torch.zeros_like(ink, dtype=torch.bool) for _ in regions]
    left = torch.zeros_like(ink, dtype=torch.bool)
    lips, skin = 0, 2
    for stroke in strokes:
        shares = [float((region * stroke).sum() / stroke.sum()) for region in regions]
        best = max(range(len(regions)), key=shares.__getitem__)
        if float((stroke & within(MOUTH)).sum() / stroke.sum()) > MOSTLY:
            best = lips if int((regions[lips] > OURS).sum()) > FEW else -1
        elif best == skin and (is_drawn(ink, stroke) or float((stroke & within(EYES)).sum() / stroke.sum()) > MOSTLY):
            best = -1
        if best < 0 or shares[best] < OURS / 2:
            left = left | stroke
        else:
            owned[best] = owned[best] | stroke
    return owned, left


def below_the_hair(found: Regions, colours: Tensor) -> Tensor:
    """The forehead near the hair, for colours unlike the skin: what is dabbed there is meant for the hair, which the
    picture may have set higher than the drawing, (1, 1, SIDE, SIDE)."""
    near = F.max_pool2d(F.max_pool2d((found.hair > OURS).float(), 4), FRINGE // 2 + 1, 1, FRINGE // 4)
    near = F.interpolate(near, (SIDE, SIDE), mode="nearest")
    unlike = (colours - found.skin_colour.view(1, 3, 1, 1)).abs().mean(1, keepdim=True) > UNLIKE
    above = (torch.arange(SIDE) / SIDE < EYES[1] - 0.06)[None, None, :, None]
    return 2 * near * unlike * above  # more than the skin has


def is_drawn(ink: Tensor, stroke: Tensor) -> bool:
    """Whether somebody shaded or hatched there."""
    return float((ink * stroke).sum() / stroke.sum()) > HATCHED


def lips_of(picture: Tensor, skin: Tensor) -> Tensor:
    """What is redder than the skin where mouths are, (1, 1, SIDE, SIDE) in [0, 1]."""
    redder = (picture[:, :1] - picture[:, 1:2]) - (skin[0] - skin[1])
    return soft(rising(redder, 0.02, 0.08) * within(MOUTH).float(), 3)


def clothes_of(found: Regions) -> Tensor:
    """What is nothing else, below the chin."""
    low = rising((torch.arange(SIDE) / SIDE)[None, None, :, None], 0.8, 0.86)
    return (1 - found.skin - found.hair - found.back).clamp(0, 1) * low


def run_together(colours: Tensor, where: Tensor) -> Tensor:
    """The colours (1, 3, SIDE, SIDE) of `where` (1, 1, ...), at each place those that are near: (1, 3, SIDE, SIDE)."""
    weight, usual_one = where.float(), colours[:, :, where[0, 0]].median(2).values[..., None, None]
    small = [F.avg_pool2d(part, 8) for part in (colours * weight, weight)]
    places = torch.arange(small[0].shape[-1])
    kernel = torch.exp(-((places[:, None] - places[None, :]) * 8 / RUN).square() / 2)
    near, amount = (kernel @ part @ kernel.T for part in small)
    field = (near + 1e-3 * usual_one) / (amount + 1e-3)
    return F.interpolate(field, (SIDE, SIDE), mode="bilinear", align_corners=False)


def locally(picture: Tensor, colours: Tensor, where: Tensor) -> Tensor:
    """The tint of the hints where they lie, and the light half of theirs."""
    if not where.any():
        return picture
    mask = soft(where.float(), SMALL)
    blurred = [soft(part * where, SMALL) for part in (colours, torch.ones_like(colours))]
    wanted = blurred[0] / blurred[1].clamp_min(1e-4)
    light = picture.mean(1, keepdim=True)
    made = (wanted - wanted.mean(1, keepdim=True)) + light.lerp(wanted.mean(1, keepdim=True), 0.5)
    return picture + mask * (made - picture)
