"""What a variant of a sketch looks like: other colours of skin, hair and background, in the places that are there.

Hints alone move the translator's colours by one part in a hundred, and leave blotches where they are strong; so its
picture is parted into skin, hair and background by what it shows, and each is given its colour as a whole. Lines and
shading stay. What the user gave a hint for keeps its tint: there the light comes from elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from facedesigner.contract.sketching import SIDE

Colour = tuple[float, float, float]  # in [0, 1]

# Their numbers have no common factor, so that sixteen variants have sixteen looks. With each, how far the generator's
# own sliders go along, in the units of those, where it has them.
SKINS: tuple[tuple[Colour, float], ...] = (
    ((0.91, 0.77, 0.69), 5.0),
    ((0.50, 0.35, 0.27), -5.0),
    ((0.78, 0.59, 0.47), 0.0),
)
HAIRS: tuple[tuple[Colour, float], ...] = (
    ((0.65, 0.52, 0.36), 10.0),
    ((0.08, 0.07, 0.07), -10.0),
    ((0.37, 0.22, 0.15), 5.0),
    ((0.47, 0.45, 0.43), 8.0),
)
BACKS: tuple[Colour, ...] = (
    (0.62, 0.69, 0.76),
    (0.84, 0.79, 0.72),
    (0.64, 0.69, 0.60),
    (0.42, 0.44, 0.48),
    (0.78, 0.68, 0.68),
)
HINTED = 0.005  # share of a region that has hints, from which on it keeps its tint; less went beyond an edge
FEW = 24  # pixels that say nothing
LIGHTS = ((-0.3, 0.0), (0.3, 0.0), (0.0, -0.22), (-0.2, 0.12), (0.2, -0.12))  # more to the right, and everywhere
KEPT = 0.35  # share of its own tints that hair keeps


# Boxes where aligned faces have them: left, top, right, bottom.
EYES, MOUTH = (0.25, 0.41, 0.75, 0.53), (0.36, 0.68, 0.64, 0.80)


@dataclass(frozen=True, slots=True)
class Look:
    """Of a variant from 1 on."""

    skin: Colour
    hair: Colour
    back: Colour
    light: tuple[float, float]  # how much brighter: at the right edge than in the middle, and everywhere
    sliders: tuple[tuple[str, float], ...]  # of the generator

    @classmethod
    def of(cls, variant: int) -> Look:
        (skin, tone), (hair, light) = SKINS[(variant - 1) % len(SKINS)], HAIRS[(variant - 1) % len(HAIRS)]
        place = (variant - 1) % len(BACKS)
        return cls(skin, hair, BACKS[place], LIGHTS[place], (("skin_tone", tone), ("hair_colour", light)))


@dataclass(frozen=True, eq=False)
class Regions:
    """How much of each pixel is what, each (1, 1, SIDE, SIDE) in [0, 1], and the colours (3,) that are there."""

    skin: Tensor
    hair: Tensor
    back: Tensor
    skin_colour: Tensor
    back_colour: Tensor


def recoloured(picture: Tensor, hints: Tensor, look: Look) -> Tensor:
    """A translated sketch (1, 3, SIDE, SIDE) in [-1, 1] with a look; what has hints (1, 4, ...) keeps its tints."""
    picture = (picture + 1) / 2
    painted = hints[:, 3:] > 0
    found = regions_of(picture, painted)
    lit = picture * (1 + look.light[0] * torch.linspace(-1, 1, SIDE) + look.light[1])
    asked = painted & ~within(MOUTH)  # whoever paints the lips has said nothing of the skin
    result = picture
    for mask, made in (
        (found.skin, toned(picture, found.skin_colour, torch.tensor(look.skin))),
        (found.hair, dyed(picture, found.hair, torch.tensor(look.hair))),
        (found.back, toned(picture, found.back_colour, torch.tensor(look.back))),
    ):
        inside = mask > 0.5
        hinted = int((asked & inside).sum()) > max(FEW, HINTED * int(inside.sum()))
        result = result + mask * ((lit if hinted else made) - picture)
    result = torch.lerp(result, lit, soft(painted.float(), 5))
    return (result * 2 - 1).clamp(-1, 1)


def regions_of(picture: Tensor, painted: Tensor) -> Regions:
    """By place, since aligned faces lie alike, and by what is like cheeks, like the upper corners, or dark around the
    face. Picture (1, 3, SIDE, SIDE) in [0, 1]."""
    places = (torch.arange(SIDE) + 0.5) / SIDE
    x, y = places[None, :], places[:, None]
    skin = usual(picture, painted, ((y - 0.56).abs() < 0.08) & (((x - 0.5).abs() - 0.12).abs() < 0.05))
    back = usual(picture, painted, (y < 0.35) & ((x - 0.5).abs() > 0.44))
    light, level = picture.mean(1, keepdim=True), float(skin.mean())
    tint = (picture - light - (skin - skin.mean()).view(1, 3, 1, 1)).abs().sum(1, keepdim=True)
    head = 1 - rising((((x - 0.5) / 0.2).square() + ((y - 0.53) / 0.32).square())[None, None], 0.7, 1.0)
    front = torch.maximum(head, rising((picture - back.view(1, 3, 1, 1)).abs().mean(1, keepdim=True), 0.05, 0.14))
    around = rising((((x - 0.5) / 0.25).square() + ((y - 0.6) / 0.28).square())[None, None], 0.75, 1.15)
    neck = ((y > 0.78) & ((x - 0.5).abs() < 0.24)).float()[None, None]
    hair = soft((1 - rising(light, 0.5 * level, 0.9 * level)) * front * around * (1 - soft(neck, 15)), 3)
    eyes_and_teeth = (within(EYES) | within(MOUTH)).float()[None, None]
    white = rising(light, 0.7 * level, level) * (1 - rising(spread_of(picture), 0.10, 0.18)) * eyes_and_teeth
    outer = front * (1 - rising(tint, 0.25, 0.5))
    inner = torch.maximum(outer, torch.maximum(1 - around, head))
    flesh = soft(inner * rising(light, 0.12 * level, 0.6 * level) * (1 - hair) * (1 - white), 5)
    ground = soft((1 - front) * around, 3) * (1 - flesh)
    return Regions(flesh, hair * (1 - flesh), ground, skin, back)


def within(box: tuple[float, float, float, float]) -> Tensor:
    """(SIDE, SIDE) bool"""
    places = (torch.arange(SIDE) + 0.5) / SIDE
    left, top, right, bottom = box
    return ((places > top) & (places < bottom))[:, None] & ((places > left) & (places < right))[None, :]


def usual(picture: Tensor, painted: Tensor, where: Tensor) -> Tensor:
    """(3,): the median colour of a place, of what has no hints there if possible."""
    plain = where & ~painted[0, 0]
    return picture[0][:, plain if plain.any() else where].median(1).values


def toned(picture: Tensor, old: Tensor, new: Tensor) -> Tensor:
    """Takes `old` to `new`, colours (3,) or of each place (1, 3, SIDE, SIDE): darker by a factor, lighter by a curve
    that keeps white."""
    old, new = (planes(colour).clamp(0.04, 0.96) for colour in (old, new))
    darker = picture * (new / old).clamp(0.4, 1)
    power = (new.log() / old.log()).clamp(0.35, 1)
    return torch.where(new < old, darker, picture.clamp_min(1e-4) ** power)


def planes(colour: Tensor) -> Tensor:
    return colour.view(1, 3, 1, 1) if colour.ndim == 1 else colour


def dyed(picture: Tensor, hair: Tensor, new: Tensor) -> Tensor:
    """Hair of a colour, as for `toned`, as light and dark in its strands as it was."""
    new = planes(new)
    light = picture.mean(1, keepdim=True)
    inside = light[hair > 0.5]
    old = inside.median().clamp(0.06, 0.9) if inside.numel() > FEW else torch.tensor(0.2)
    level = new.mean(1, keepdim=True)
    shade = toned(light.expand_as(picture), old.expand(3), level.expand_as(new))
    tint = (new / level - 1) + KEPT * (picture / light.clamp_min(0.05) - 1).clamp(-0.3, 0.3)
    return shade * (1 + tint * (1 - 0.8 * shade))  # what shines has less colour


def rising(values: Tensor, low: float, high: float) -> Tensor:
    """0 up to `low`, 1 from `high` on, smoothly between."""
    share = ((values - low) / (high - low)).clamp(0, 1)
    return share * share * (3 - 2 * share)


def soft(mask: Tensor, side: int) -> Tensor:
    for _ in range(2):
        mask = F.avg_pool2d(mask, side, 1, side // 2, count_include_pad=False)
    return mask


def spread_of(picture: Tensor) -> Tensor:
    """How colourful each pixel is."""
    return picture.amax(1, keepdim=True) - picture.amin(1, keepdim=True)
