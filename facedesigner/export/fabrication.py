"""A picture of a face in its real size: so many millimetres between the pupils, in the dots that a printer has.

The size is exact because it is measured again: landmarks waver by a percent from one sampling of a picture to another,
so the frame is drawn, its landmarks are found, and it is drawn anew until both agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from PIL import ImageColor

from facedesigner.contract.framed import Framed
from facedesigner.contract.request import Image
from facedesigner.engine.landmarks import EyesError, Landmarks
from facedesigner.export.cutout import cut_out
from facedesigner.export.frame import Frame, planes, straightened, whole
from facedesigner.export.measure import Measure, Size, SizeError, check_pixels, measures
from facedesigner.export.touching import touching
from training.texts import quoted

KEEP, CUT = "keep", "cut"  # of the background; anything else is a colour
DRAFT = 1024  # pixels of the longer side that landmarks are compared at
ROUNDS = 4
CLOSE = 0.001  # share by which two sizes may differ
LEVEL = 0.1  # degrees
ENLARGED = 1.2  # scale from which a network is worth its time
SMOOTH, NETWORKS = "bicubic", ("gan", "resnet")  # ways of enlarging; the smooth one happens in drawing anyway
MOST_ENLARGED = 16_000_000  # pixels that a network may be asked for
NO_EYES = "no eyes were found: point at the two pupils"

Find = Callable[[Image], Landmarks | None]
Progress = Callable[[float, str], None]


class Stopped(Exception):  # noqa: N818 it is no error
    """The user stopped the work; there is no result."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a face is to be fabricated. Raises SizeError for a background that is no colour, or other numbers of bits."""

    size: Size = field(default_factory=Size)
    background: str = KEEP  # keep, cut, or a colour such as white or #20a040
    straighten: bool = True
    mirror: bool = False
    bits: int = 8
    method: str | None = None  # of enlarging; None takes the best that is here

    def __post_init__(self) -> None:
        if self.bits not in (8, 16):
            raise SizeError(f"{self.bits} bits a channel cannot be written: choose 8 or 16")
        if self.background not in (KEEP, CUT):
            colour_of(self.background)


@dataclass(frozen=True, eq=False)
class Fabrication:
    """A picture in its real size."""

    pixels: np.ndarray  # (H, W, 3), or 4 with alpha; uint8 or uint16
    dpi: float
    landmarks: Landmarks  # in these pixels
    notes: tuple[str, ...] = ()  # what the user should know
    pupil_mm: float | None = None  # that was asked for
    warnings: tuple[str, ...] = ()  # what touches the frame
    framed: Framed | None = None  # what part of the drawn picture it shows

    @property
    def millimetres(self) -> tuple[float, float]:
        """Width and height."""
        return self.pixels.shape[1] / self.dpi * 25.4, self.pixels.shape[0] / self.dpi * 25.4

    @property
    def measures(self) -> tuple[Measure, ...]:
        return measures(self.landmarks, self.dpi / 25.4, self.pupil_mm)

    @property
    def opaque(self) -> Image:
        """(H, W, 3) uint8, over white."""
        pixels = self.pixels if self.pixels.dtype == np.uint8 else (self.pixels / 257).round().astype(np.uint8)
        if pixels.shape[2] == 3:
            return pixels
        alpha = pixels[..., 3:].astype(np.float32) / 255
        return np.asarray((pixels[..., :3] * alpha + 255 * (1 - alpha)).round().astype(np.uint8))


def colour_of(name: str) -> tuple[int, int, int]:
    try:
        red, green, blue = ImageColor.getrgb(name)[:3]
    except ValueError:
        raise SizeError(f"{quoted(name)} is no colour: give a name such as white, or #rrggbb") from None
    return red, green, blue


def planned(picture: Image, options: Options, landmarks: Landmarks) -> tuple[Frame, float]:
    """What part of the picture is exported, and the scale. SizeError or EyesError when that cannot be."""
    height, width = picture.shape[:2]
    frame = straightened(landmarks, width, height) if options.straighten else whole(width, height)
    scale = options.size.scale(landmarks)
    check_pixels(frame.width * scale, frame.height * scale, options.size)
    return frame, scale


def pixels_of(frame: Frame, scale: float) -> tuple[int, int]:
    return max(1, round(frame.width * scale)), max(1, round(frame.height * scale))


def fabricate(
    picture: Image,
    options: Options,
    find: Find | None,
    landmarks: Landmarks | None = None,
    progress: Progress = lambda share, what: None,
    stop: Callable[[], bool] = lambda: False,
    part: Framed | None = None,
) -> Fabrication:
    """(H, W, 3) uint8 -> the picture in its real size. `landmarks` are known ones, such as two clicks; otherwise `find`
    looks for them, and looks again at the result. `part`: what the picture shows of the drawn one, if not all.

    Raises SizeError, EyesError (there are none), CutoutError, ImportError that says what to install, Stopped.
    """

    def say(share: float, what: str) -> None:
        if stop():
            raise Stopped
        progress(share, what)

    say(0.0, "Looking for the eyes")
    pointed = landmarks is not None
    marks = landmarks or (find(picture) if find else None)
    if marks is None:
        raise EyesError(NO_EYES)
    _, scale = planned(picture, options, marks)
    say(0.1, "Enlarging")
    source, notes = enlarged(picture, scale, options.method, lambda share: say(0.1 + 0.3 * share, "Enlarging"), stop)
    factor = source.shape[1] / picture.shape[1]
    marks = marks.moved(np.eye(2) * factor, np.zeros(2))
    if find is not None and not pointed:
        say(0.4, "Measuring")
        marks = settled(source, options, find, marks)
    frame, scale = planned(source, options, marks)
    layers, alpha = source, None
    if options.background != KEEP:
        say(0.5, "Removing the background")
        cutout = cut_out(source, marks)
        layers, alpha = np.dstack([cutout.colour, np.round(cutout.alpha * 255).astype(np.uint8)]), cutout.alpha
    warnings = touching(frame, marks, (source.shape[1], source.shape[0]), alpha, options.mirror)
    say(0.7, "Drawing in full size")
    pixels, found = drawn(layers, frame, scale, options), frame.inside(marks, scale)
    if find is not None and not pointed:
        say(0.85, "Measuring again")
        pixels, found = corrected(source, layers, frame, scale, options, find, pixels, found)
    if options.mirror:
        pixels = np.ascontiguousarray(pixels[:, ::-1])
        found = flipped(found, pixels.shape[1])
    progress(1.0, "Done")
    shows = framed(frame, source.shape[1], options)
    shows = shows.within(part) if part else shows
    return Fabrication(pixels, options.size.dpi, found, notes, options.size.pupil_mm, warnings, shows)


def framed(frame: Frame, width: int, options: Options) -> Framed:
    """A frame of a picture so many pixels wide."""
    (x, y), (across_x, across_y) = (frame.centre / width).tolist(), frame.across.tolist()
    part = (x, y, across_x, across_y, frame.width / width, frame.height / width)
    return Framed(*part, options.mirror, options.background == KEEP)


def enlarged(
    picture: Image, scale: float, method: str | None, progress: Callable[[float], None], stop: Callable[[], bool]
) -> tuple[Image, tuple[str, ...]]:
    """The picture as it is where it has pixels enough, else two or four times as large by `method`, and notes. Raises
    Stopped, and what the method lacks if it was asked for."""
    times = 4 if scale > 2 else 2
    if method == SMOOTH or scale < ENLARGED or picture.shape[0] * picture.shape[1] * times**2 > MOST_ENLARGED:
        return picture, ()
    from facedesigner.contract import methods
    from facedesigner.engine.enhance import upscale  # torch, only where it is needed

    for name in (method,) if method else NETWORKS:
        try:
            return upscale(picture.copy(), name, times, progress, stop), ()
        except methods.Stopped:
            raise Stopped from None
        except (methods.EnhanceError, OSError):
            if method:
                raise
    return picture, (PLAIN,)


PLAIN = "The networks that enlarge faces are not here, so it was enlarged smoothly: details are soft."


def settled(source: Image, options: Options, find: Find, marks: Landmarks) -> Landmarks:
    """Landmarks that the frame drawn by them shows again, in pixels of `source`."""
    for _ in range(ROUNDS):
        frame, scale = planned(source, options, marks)
        scale = min(scale, DRAFT / max(frame.width, frame.height))
        draft = np.dstack(list(planes(source, frame, pixels_of(frame, scale), scale)))
        found = find(clipped(draft))
        if found is None:
            return marks
        before, marks = marks, frame.outside(found, scale)
        off = options.size.scale(marks) / options.size.scale(before) - 1
        if abs(off) < CLOSE and abs(found.roll) < LEVEL:
            break
    return marks


def corrected(
    source: Image,
    layers: np.ndarray,
    frame: Frame,
    scale: float,
    options: Options,
    find: Find,
    pixels: np.ndarray,
    expected: Landmarks,
) -> tuple[np.ndarray, Landmarks]:
    """Looks at the result before its background goes, and draws it once more where it is not yet of the size asked for.
    Returns the pixels and their landmarks."""
    marks = expected
    for last in (False, True):
        seen = pixels
        if layers is not source:
            seen = drawn(source, frame, scale, Options(options.size, straighten=options.straighten))
        found = find(seen if seen.dtype == np.uint8 else (seen / 257).round().astype(np.uint8))
        if found is None:
            break
        marks = found
        off = options.size.scale(found)  # 1 where the size is right
        if last or abs(off - 1) < 2 * CLOSE:
            break
        scale *= off
        pixels = drawn(layers, frame, scale, options)
        marks = Landmarks(marks.eyes * off, None if marks.points is None else marks.points * off)
    return pixels, marks


def drawn(layers: np.ndarray, frame: Frame, scale: float, options: Options) -> np.ndarray:
    """The frame of (H, W, 3 or 4) uint8 with its background as asked for."""
    size = pixels_of(frame, scale)
    full, kind = (65535, np.uint16) if options.bits == 16 else (255, np.uint8)

    def quantised(plane: np.ndarray) -> np.ndarray:
        return np.asarray(np.clip(np.round(plane * (full / 255)), 0, full).astype(kind))

    if layers.shape[2] == 3:
        return np.dstack([quantised(plane) for plane in planes(layers, frame, size, scale)])
    (alpha,) = (np.clip(plane, 0, 255) for plane in planes(layers[..., 3:], frame, size, scale))
    colours = planes(layers[..., :3], frame, size, scale)
    if options.background == CUT:
        cover = quantised(alpha)
        return np.dstack([*(np.where(cover > 0, quantised(plane), 0) for plane in colours), cover]).astype(kind)
    share = alpha / 255
    behind = colour_of(options.background)
    return np.dstack([quantised(plane * share + b * (1 - share)) for plane, b in zip(colours, behind, strict=True)])


def clipped(values: np.ndarray) -> Image:
    return np.asarray(np.clip(np.round(values), 0, 255).astype(np.uint8))


def flipped(landmarks: Landmarks, width: int) -> Landmarks:
    """Those of the mirror image: the places alone are mirrored, so that `points` keep dlib's order of the person."""
    moved = landmarks.moved(np.diag([-1.0, 1.0]), np.array([float(width), 0.0]))
    return Landmarks(moved.eyes[::-1].copy(), moved.points)
