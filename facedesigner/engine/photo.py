"""A picture file -> the faces in it, aligned as generators were taught: eyes level and in FFHQ's place.

Finding faces needs the packages of `facedesigner[faces]`, and a second to load their models, so they and
`training.curation` are imported when a picture is opened, not before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image as Pillow

from facedesigner.engine.request import Image

if TYPE_CHECKING:
    from training.curation.align import Placement
    from training.curation.detector import Detector, Face

SIZE = 128  # pixels of an aligned face
LEAST = 64  # pixels of the square around a face; smaller ones show too little
SEARCHED = 1280  # longer side of the picture that is searched for further faces
SURE = 0.0  # dlib's own threshold, for further faces
SAME = 0.3  # overlap from which two boxes are one face


class PhotoError(ValueError):
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
    return tuple(aligned(face, placed, size) for placed, face in large)


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
    return PhotoFace(np.array(square), box, side, placement=centre(*image.size), searched=image.size)


def opened(path: Path) -> Pillow.Image:
    """RGB and upright as its EXIF says. Raises PhotoError."""
    from training.curation.opening import MOST_BYTES, PictureError, open_picture

    try:
        if path.stat().st_size > MOST_BYTES:
            raise PhotoError(f"{path.name} has {path.stat().st_size / 1e6:.0f} MB: choose a smaller file")
        content = path.read_bytes()
    except OSError as error:
        raise PhotoError(f"{path} cannot be read ({error.strerror or error}): choose another picture") from None
    try:
        image, _ = open_picture(content)
    except PictureError as error:
        if content[4:8] == b"ftyp":  # ISO media: HEIC and AVIF
            raise PhotoError(f"{path.name} is a picture like HEIC or AVIF, or a film: save it as JPEG first") from None
        raise PhotoError(f"{path.name} cannot be opened: {error if content else 'the file is empty'}") from None
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
    from training.curation.detector import Face

    main = detector(image)
    if main is None:
        return
    yield main
    upright = main.image
    scale = min(1.0, SEARCHED / max(upright.size))
    size = (max(1, round(upright.width * scale)), max(1, round(upright.height * scale)))
    small = np.asarray(upright.resize(size, Pillow.Resampling.BILINEAR, reducing_gap=2.0))
    boxes, scores, _ = detector.find.run(small, 0, SURE)
    for rectangle, score in zip(boxes, scores, strict=True):
        edges = [rectangle.left(), rectangle.top(), rectangle.right(), rectangle.bottom()]
        left, top, right, bottom = (round(edge / scale) for edge in edges)
        box = (left, top, right, bottom)
        if overlap(box, main.box) < SAME:
            shape: Any = detector.predict(np.asarray(upright), detector.dlib.rectangle(*box))
            points = np.array([(point.x, point.y) for point in shape.parts()], dtype=np.float64)
            yield Face(upright, main.turned, box, points, float(score), main.others)


def overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> float:
    """Intersection over union of two boxes."""
    width = max(0, min(one[2], other[2]) - max(one[0], other[0]))
    height = max(0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return width * height / max(1, sum(areas) - width * height)


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
