"""What belongs to the drawing and what only lies on the same page: captions, signatures, other drawings, frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from facedesigner.contract.sketching import Grey
from facedesigner.engine.page.ground import darkest_of
from facedesigner.engine.page.regions import Mask, area_of, grown, hull_of, labelled, quad_around

SIDE = 256  # pixels of the page's longer side that are looked at
INK = 0.25  # of the contrast
GAP = 3  # pixels; strokes that are closer belong together
SPECK = 12  # pixels of ink; less is dust, which is not spoken of
NEAR = 0.06  # of the drawing's size; what is closer belongs to it
FREE = 0.02  # of the drawing's size; writing keeps that much away
LETTERS = 4  # in a line of writing
LOW = 0.14  # of the drawing's height, that writing has at most
ASIDE = 0.2  # of the drawing's width, from its middle: where a signature lies
OTHER = 0.3  # of the drawing's height; what is taller is another drawing
RIM = 0.05  # of the page: lines along its edges
LARGE, SQUARE, HOLLOW = 0.35, 0.93, 0.04  # a frame's share of the page, how rectangular it is, how thin its lines are
WRITING = "Writing or marks beside the drawing were left out."
OTHERS = "There are several drawings on the page: the largest one was taken."


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def size(self) -> float:
        return max(self.width, self.height)

    def joined(self, other: Box) -> Box:
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, eq=False)
class Group:
    """Strokes that are close to each other."""

    mask: Mask
    x: npt.NDArray[np.int64]  # of each pixel of ink
    y: npt.NDArray[np.int64]
    box: Box

    @classmethod
    def of(cls, ink: Mask) -> Group:
        y, x = np.nonzero(ink)
        return cls(ink, x, y, Box(float(x.min()), float(y.min()), float(x.max() + 1), float(y.max() + 1)))

    def within(self, box: Box, margin: float) -> npt.NDArray[np.bool_]:
        """Of each pixel, whether it lies in a box or so many pixels beside it."""
        across = (self.x >= box.left - margin) & (self.x < box.right + margin)
        return across & (self.y >= box.top - margin) & (self.y < box.bottom + margin)


def drawing_alone(grey: Grey, face: Box | None = None) -> tuple[Grey, tuple[str, ...]]:
    """(H, W), 255 is paper -> the same without what does not belong to the drawing, and what is to be said of that.
    `face`: where one was found, in pixels; the drawing is what lies there, else the largest group of strokes."""
    step = max(1, round(max(grey.shape) / SIDE))
    small = reduced(grey < 255 - INK * (255 - darkest_of(grey)), step)
    labels = labelled(grown(small, GAP))
    groups = [Group.of(small & (labels == number)) for number in range(1, int(labels.max()) + 1)]
    frames = [group for group in groups if is_frame(group, small)]
    rest = [group for group in groups if group not in frames]
    if not rest:
        return grey, ()
    if face is None:
        main = max(rest, key=lambda group: group.box.width * group.box.height)
        drawing = main.box
    else:
        drawing = Box(face.left / step, face.top / step, face.right / step, face.bottom / step)
        main = max(rest, key=lambda group: int(group.within(drawing, 0).sum()))
        drawing = drawing.joined(main.box)
    kept = [main]
    while near := [group for group in rest if group not in kept and belongs(group, drawing)]:
        kept += near
        for group in near:
            drawing = drawing.joined(group.box)
    left_out = [group for group in groups if group not in kept]
    if not left_out:
        return grey, ()
    dropped, stays = (grown(np.any([group.mask for group in some], 0), GAP) for some in (left_out, kept))
    wide = (grown(dropped, GAP) & ~stays).repeat(step, 0).repeat(step, 1)[: grey.shape[0], : grey.shape[1]]
    said = [group for group in left_out if len(group.x) > SPECK]
    others = [group for group in said if group not in frames and is_other(group, drawing)]
    notices = [OTHERS] * bool(others) + [WRITING] * (len(said) > len(others))
    return np.where(wide, 255, grey).astype(np.uint8), tuple(notices)


def reduced(mask: Mask, step: int) -> Mask:
    """True where any of step x step pixels is."""
    height, width = mask.shape
    padded = np.pad(mask, [(0, -height % step), (0, -width % step)])
    return np.asarray(padded.reshape(len(padded) // step, step, -1, step).any((1, 3)))


def belongs(group: Group, drawing: Box) -> bool:
    """Whether any of it is near the drawing; writing keeps a little away."""
    if not group.within(drawing, NEAR * drawing.size).any():
        return False
    return bool(group.within(drawing, FREE * drawing.size).any()) or not is_writing(group, drawing)


def is_writing(group: Group, drawing: Box) -> bool:
    """A low line of several letters, or one to one side."""
    box = group.box
    if box.height > LOW * drawing.height:
        return False
    aside = abs(box.left + box.right - drawing.left - drawing.right) / 2 > ASIDE * drawing.width
    return int(labelled(group.mask).max()) >= LETTERS or (aside and box.width > box.height)


def is_other(group: Group, drawing: Box) -> bool:
    return group.box.height > OTHER * drawing.height


def is_frame(group: Group, ink: Mask) -> bool:
    """Lines along the edges of the page, or a rectangle around what else there is: a frame, or the edges of a sheet."""
    height, width = ink.shape
    edge = np.minimum.reduce([group.x, group.y, width - 1 - group.x, height - 1 - group.y])
    if group.box.size > LARGE * max(height, width) and (edge < RIM * max(height, width)).all():
        return True
    if group.box.width * group.box.height < LARGE**2 * ink.size or not (ink & ~group.mask).any():
        return False
    hull = hull_of(group.mask)
    quad = quad_around(hull)
    if quad is None or area_of(hull) < SQUARE * area_of(quad):
        return False
    places = np.stack([group.x, group.y], 1) + 0.5
    away = np.full(len(places), np.inf)
    for start, end in zip(quad, np.roll(quad, -1, 0), strict=True):
        along = (end - start) / np.hypot(*(end - start))
        away = np.minimum(away, np.abs((places - start) @ [-along[1], along[0]]))
    return bool((away < HOLLOW * group.box.size).all())
