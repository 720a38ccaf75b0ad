"""A picture file -> the faces in it, aligned as generators were taught: eyes level and in FFHQ's place.

Finding faces needs the packages of `facedesigner[faces]`, and a second to load their models, so they and
`training.curation` are imported when a picture is opened, not before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image as Pillow

from facedesigner.contract.request import Image
from training.errors import UserError

if TYPE_CHECKING:
    from training.curation.align import Placement
    from training.curation.detector import Detector, Face

SIZE = 128  # pixels of an aligned face
LEAST = 64  # pixels of the square around a face; smaller ones show too little
SURE = 0.0  # dlib's own threshold, for further faces


class PhotoError(UserError):
    """The picture cannot be opened as a face; the message says why and what to do."""


class NoFaceError(PhotoError):
    """No face was found, or none can be looked for; `open_aligned` may still open the picture."""


@dataclass(frozen=True, eq=False)
class PhotoFace:
    """A face of a photo."""

    picture: Image  # (SIZE, SIZE, 3), aligned
    box: tuple[int, int, int, int]  # left, top, right, bottom in pixels of the upright photo, for the user to choose by
    side: float  # pixels of the photo that the aligned square covers
    outside: float = 0.0  # share of the square that the photo does not show; mirrored there
    placement: Placement | None = None  # the square in pixels of the photo as it was searched, before it was turned
    searched: tuple[int, int] = (0, 0)  # width and height of that
    turned: int = 0  # degrees counter-clockwise from the photo as its EXIF says to the one that `box` lies in
    notes: tuple[str, ...] = ()  # what the user should know of the file, such as that its colours were converted


def open_photo(path: Path, size: int = SIZE, detector: Detector | None = None) -> tuple[PhotoFace, ...]:
    """All faces of a picture file that are large enough, the largest first, at least one.

    Any format and mode that Pillow reads, turned as its EXIF says, or by quarters until a face is found. Raises
    PhotoError: no picture, too large to decode safely, no face, too small a face, or missing packages.
    """
    return faces_of(opened(path), path, size, detector)


def faces_of(
    image: Pillow.Image, path: Path, size: int = SIZE, detector: Detector | None = None
) -> tuple[PhotoFace, ...]:
    """`open_photo` for a picture that is `opened` already; `path` names it in messages."""
    found = []
    for face in all_faces(detector or new_detector(), image):
        placed = placement_of(face)
        if placed is not None:
            found.append((placed, face))
    if not found:
        raise NoFaceError(
            f"no face was found in {path.name}, whichever way it was turned: choose a picture that shows one from the "
            "front; if it is cut to a face as FFHQ's are, it can be opened as aligned"
        )
    found.sort(key=lambda pair: -pair[0].side)
    large = [(placed, face) for placed, face in found if placed.side >= LEAST]
    if not large:
        raise PhotoError(
            f"the face in {path.name} with its surroundings is {found[0][0].side:.0f} pixels wide, {LEAST} are the "
            "least: choose a larger picture"
        )
    notes = image.info.get("notes", ())
    return tuple(replace(aligned(face, placed, size), notes=notes) for placed, face in large)


def open_aligned(path: Path, size: int = SIZE) -> PhotoFace:
    """A picture that is aligned already: its middle square. Needs no further packages. PhotoError as `open_photo`."""
    from training.curation.align import centre

    image = opened(path)
    side = min(image.size)
    if side < LEAST:
        raise PhotoError(f"{path.name} is {image.width} × {image.height} pixels, {LEAST} are the least each way")
    left, top = (round(float(edge)) for edge in centre(*image.size).corner)
    box = (left, top, left + side, top + side)
    square = image.crop(box).resize((size, size), Pillow.Resampling.LANCZOS, reducing_gap=3.0)
    placement, notes = centre(*image.size), image.info.get("notes", ())
    return PhotoFace(np.array(square), box, side, placement=placement, searched=image.size, notes=notes)


def opened(path: Path) -> Pillow.Image:
    """RGB (sRGB), transparent parts white, and upright as its EXIF says; `info["notes"]` has what the user should know.
    Raises PhotoError."""
    from facedesigner.engine.opening import FileError, decoded
    from training.curation.opening import DRAFT, LONGEST

    try:
        found = decoded(path, draft=DRAFT, longest=LONGEST)
    except FileError as error:
        raise PhotoError(str(error)) from None
    image = found.on_white
    image.info = {"notes": found.notes}
    return image


def new_detector() -> Detector:
    """A second to load, so keep it. PhotoError that says what to install."""
    from training.curation.detector import MISSING, Detector

    try:
        return Detector()
    except ImportError:
        raise NoFaceError(
            f"{MISSING}; a picture that is cut to a face as FFHQ's are can be opened as aligned without them"
        ) from None


def all_faces(detector: Detector, image: Pillow.Image) -> Iterator[Face]:
    """The main face first; then the others, of whatever size, in the picture turned as the main one is upright."""
    main = detector(image)
    if main is not None:
        yield main
        yield from detector.further(main, SURE)


def placement_of(face: Face) -> Placement | None:
    """None when both eyes fall together, so that it cannot be a face."""
    from training.curation.align import place

    try:
        return place(face.points)
    except ValueError:
        return None


def aligned(face: Face, placement: Placement, size: int) -> PhotoFace:
    """A photo that is in place already is not turned by what landmarks are unsure of: that would only blur it."""
    from training.curation.align import centre, cut, is_in_place, outside

    image = face.image
    if is_in_place(placement, *image.size):
        square = image.resize((size, size), Pillow.Resampling.LANCZOS, reducing_gap=3.0)
        placement = centre(*image.size)
    else:
        square = cut(image, placement, size)
    searched = image.size if face.turned % 180 == 0 else image.size[::-1]
    return PhotoFace(
        np.array(square),
        face.box,
        placement.side,
        outside(placement, *image.size),
        unturned(placement, face.turned, *image.size),
        searched,
        face.turned,
    )


def unturned(placement: Placement, turned: int, width: int, height: int) -> Placement:
    """The same square in the photo before it was turned by `turned` degrees counter-clockwise into width x height."""
    from training.curation.align import Placement

    corner, across = placement.corner, placement.across
    for _ in range(turned // 90):  # (x, y) lay at (height - y, x) a quarter turn before
        corner = np.array([height - corner[1], corner[0]])
        across = np.array([-across[1], across[0]])
        width, height = height, width
    return Placement(corner, across, placement.side)
