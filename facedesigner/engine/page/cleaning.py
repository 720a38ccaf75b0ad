"""A drawing as it comes -> a clean page, and where on it the face lies. The one preparation of window and command
line."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import ImageDraw

from facedesigner.contract.request import Image
from facedesigner.contract.sketching import Grey, Hints
from facedesigner.engine.kinds import is_photo
from facedesigner.engine.page.ground import LEAST_CONTRAST, darkest_of, drawn_of, is_dark, on_ground
from facedesigner.engine.page.groups import OTHERS, Box, drawing_alone
from facedesigner.engine.page.heads import Finder, Head, no_heads
from facedesigner.engine.page.light import evened
from facedesigner.engine.page.placement import Square, by_extent, by_face, whole
from facedesigner.engine.page.regions import Mask, shrunk
from facedesigner.engine.page.ruling import without_ruling
from facedesigner.engine.page.sheet import Sheet, find_sheet
from facedesigner.engine.page.warp import Corners, applied, corners_of, homography, is_sheet, size_of, warped
from training.errors import UserError

LARGEST = 1024  # pixels of the longer side that a page is looked at with
RIM = 0.012  # of the longer side of a sheet, where the table shows
SURE_INK = 0.3  # of the contrast, from which a pixel counts for where the drawing lies
EMPTY = "There is nothing to see yet: draw the outline of a face"
STRAIGHTENED = "The sheet was found in the picture and straightened."
DARK = "The page is dark: it was taken as white on black."
UNEVEN = "The light on the page was uneven: it was evened out."
RULED = "The lines printed on the paper were taken out."
ON_ITS_SIDE = "The drawing lay on its side: it was turned."
UPSIDE_DOWN = "The drawing was upside down: it was turned."
PHOTO = (
    "This looks like a photograph, so a drawing was made of it first. If it is a drawing on a table, cut the picture "
    "to the sheet."
)


class DrawingError(UserError):
    """There is nothing to make a photo of; the message says what to do."""


@dataclass(frozen=True, eq=False)
class CleanPage:
    """An upright page, white where there is paper."""

    grey: Grey  # (H, W), the longer side at most LARGEST
    corners: Corners  # of the page in pixels of the picture, from the top left of the drawing as it is upright
    square: Square  # in the page: what the networks see
    picture: tuple[int, int]  # width and height
    notices: tuple[str, ...] = ()  # sentences: what was done that the user may not expect

    @property
    def of_photo(self) -> bool:
        return PHOTO in self.notices

    def on_square(self, side: int) -> Grey:
        """(side, side): the face where faces lie."""
        return np.asarray(warped(Pillow.fromarray(self.grey), self.square.matrix(side), (side, side)))

    def hints_on_square(self, hints: Hints, side: int) -> Hints:
        """Hints (h, w, 4), stretched over the picture -> (side, side, 4), where the drawing went."""
        scale = np.array(hints.shape[1::-1]) / self.picture
        height, width = self.grey.shape
        matrix = homography(corners_of(width, height), self.corners * scale) @ self.square.matrix(side)
        nearest = Pillow.Resampling.NEAREST
        return np.asarray(warped(Pillow.fromarray(hints), matrix, (side, side), (0, 0, 0, 0), nearest))


def cleaned(
    picture: npt.NDArray[np.uint8],
    corners: Corners | None = None,
    *,
    place: bool = True,
    whiten: bool = True,
    finder: Finder = no_heads,
) -> CleanPage:
    """(H, W, 4) RGBA of a drawing, or (H, W) grey.

    The sheet is looked for, unless its four `corners` are given, clockwise from the top left of the drawing; only
    without them is the page turned by quarters, if `finder` finds a face so. `place` False leaves the drawing where it
    lies and all that is on the page. `whiten` False keeps the tone of the paper. Raises DrawingError for an empty page,
    and for corners that go round no sheet.
    """
    rgb = on_ground(picture)
    size = (rgb.shape[1], rgb.shape[0])
    notices: list[str] = []
    looked_for = corners is None and place
    sheet = None if corners is None else Sheet(corners, corners)
    if looked_for and (sheet := found_sheet(rgb)) is not None:
        notices.append(STRAIGHTENED)
    page, paper, corners = straightened(rgb, sheet)
    grey, more = black_on_white(page, paper, whiten)
    notices += more
    if not place:
        return CleanPage(checked(grey), corners, whole(*grey.shape[::-1]), size, tuple(notices))
    heads = finder(checked(grey))
    if heads and (turned := heads[0].turned):
        if looked_for:
            notices.append(UPSIDE_DOWN if turned == 180 else ON_ITS_SIDE)
            heads = tuple(upright(head, *grey.shape) for head in heads)
            grey, corners = np.ascontiguousarray(np.rot90(grey, turned // 90)), np.roll(corners, -turned // 90, 0)
        else:
            heads = ()
    if whiten:
        grey, said = one_drawing(grey, heads)
        notices += said
    height, width = checked(grey).shape
    if heads:
        square = by_face(heads[0], width, height)
    elif whiten:
        square = by_extent(grey < 255 - SURE_INK * (255 - darkest_of(grey))) or whole(width, height)
    else:
        square = whole(width, height)
    return CleanPage(grey, corners, square, size, tuple(notices))


def found_sheet(rgb: Image) -> Sheet | None:
    """A light sheet; or a dark one, as a board on a wall."""
    if (sheet := find_sheet(rgb)) is not None:
        return sheet
    board = find_sheet(255 - rgb)
    if board is None:
        return None
    page, paper, _ = straightened(rgb, board)
    return board if is_dark(np.asarray(Pillow.fromarray(page).convert("L"))[paper]) else None


def straightened(rgb: Image, sheet: Sheet | None) -> tuple[Image, Mask | None, Corners]:
    """The page, where on it there is paper (None: everywhere), and its corners in the picture."""
    height, width = rgb.shape[:2]
    image = Pillow.fromarray(rgb)
    all_of_it = corners_of(width, height)
    for quarters in range(4):
        turned = np.roll(all_of_it, -quarters, 0)
        if np.allclose(turned, all_of_it if sheet is None else sheet.corners, atol=0.5):
            size = size_of(all_of_it, LARGEST)
            if size != image.size:
                image = image.resize(size, Pillow.Resampling.BOX, reducing_gap=2.0)
            return np.ascontiguousarray(np.rot90(np.asarray(image), quarters)), None, turned
    assert sheet is not None
    if not is_sheet(sheet.corners):
        raise DrawingError("The four corners do not span a sheet: drag them to the corners of the drawing.")
    size = size_of(sheet.corners, LARGEST)
    there = homography(corners_of(*size), sheet.corners)
    back = homography(sheet.corners, corners_of(*size))
    outline = Pillow.new("1", size)
    ImageDraw.Draw(outline).polygon([tuple(place) for place in applied(back, sheet.outline)], fill=1)
    paper = np.pad(np.asarray(outline), 1)  # beyond the page is none
    paper = shrunk(paper, max(1, round(RIM * max(size))))[1:-1, 1:-1]
    return np.asarray(warped(image, there, size, (255, 255, 255))), paper, sheet.corners


def black_on_white(page: Image, paper: Mask | None, whiten: bool) -> tuple[Grey, list[str]]:
    """(H, W) evenly lit, without printed lines; and what was done."""
    grey: Grey = np.asarray(Pillow.fromarray(page).convert("L"))
    if is_photo(page):
        return drawn_of(grey) if whiten else grey, [PHOTO] * whiten
    notices = []
    if is_dark(grey if paper is None else grey[paper]):
        grey = 255 - grey
        notices.append(DARK)
    checked(grey)  # before it is made brighter: noise in the dark is no drawing
    if not whiten:
        return grey if paper is None else np.where(paper, grey, 255).astype(np.uint8), notices
    grey, uneven = evened(grey, paper)
    grey, ruled = without_ruling(grey)
    return grey, notices + [UNEVEN] * uneven + [RULED] * ruled


def upright(head: Head, height: int, width: int) -> Head:
    """As it lies when the page, height x width, was turned as the head asks for."""
    points = head.points
    for _ in range(head.turned // 90):
        points = np.stack([points[:, 1], width - points[:, 0]], 1)
        height, width = width, height
    return replace(head, points=points, turned=0)


def checked(grey: Grey) -> Grey:
    """Raises DrawingError where hardly anything is darker than the paper."""
    if float(np.percentile(grey, 95)) - darkest_of(grey) < LEAST_CONTRAST:
        raise DrawingError(EMPTY)
    return grey


def one_drawing(grey: Grey, heads: tuple[Head, ...]) -> tuple[Grey, tuple[str, ...]]:
    """Without captions and other heads; and what was done. What lies closer to another face than to the largest is
    that one's, even if their lines touch."""
    main, *others = heads or (None,)
    if main is None:
        return drawing_alone(grey)
    rows, columns = np.mgrid[: grey.shape[0], : grey.shape[1]]
    middles = [head.points.mean(0) for head in heads]
    away = [np.hypot(columns - x, rows - y) / head.size for (x, y), head in zip(middles, heads, strict=True)]
    for other in away[1:]:
        grey = np.where(other < away[0], 255, grey).astype(np.uint8)
    grey, notices = drawing_alone(grey, Box(*main.box))
    return grey, tuple(dict.fromkeys(((OTHERS,) if others else ()) + notices))
