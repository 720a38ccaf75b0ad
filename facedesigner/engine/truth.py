"""Is a picture what its recipe draws? A PNG carries both, and who paints over the one leaves the other as it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from facedesigner.contract.framed import FRAME_KEY, Framed
from facedesigner.contract.request import Image
from facedesigner.contract.tiles import TILES_KEY, Tile, of_text
from facedesigner.engine.opening import Opened, open_picture
from facedesigner.state.face import FaceState

ROUNDING = 2  # of 255: what another processor may draw differently in any pixel
BLOCKS = 16  # each way: the parts of a picture that are compared besides the whole
LEAST_BLOCK = 4  # pixels of one
VISIBLE = 250  # of 255: what is less opaque is not compared
LEAST_SEEN = 0.1  # of the picture: where less of it is to be seen, nothing can be said for it
SHAPE = 0.02  # the proportions of an enlarged picture are off by less
FACE = (0.5, 0.56, 0.22, 0.3)  # middle and half axes of what is surely face, of the drawn picture's side


class Kind(Enum):
    """SAME to SHEET: the recipe draws what the picture shows."""

    SAME = "same"
    ROUNDED = "rounded"
    RESIZED = "resized"  # enlarged or reduced
    FRAMED = "framed"  # turned upright, cut, mirrored or cut out for fabrication
    SHEET = "sheet"  # several faces that the recipe draws with other sliders
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Limits:
    """What may differ, of 255, on average: of the whole, of a block's pixels, and of a block's mean colour."""

    whole: float
    pixels: float
    colour: float


# Measured with the shipped model: the same face with a smile of 0.3 has blocks that differ by 10, other faces by 100.
EXACT = Limits(2.0, 6.0, 6.0)
RESAMPLED = Limits(
    4.0, 16.0, 6.5
)  # networks that enlarge came to 1.6, 7 and 4.4; halves of pictures to 3.8, 18 and 3.5


@dataclass(frozen=True, slots=True)
class Truth:
    kind: Kind
    words: str  # a sentence
    framed: Framed | None = None  # what part of the drawn picture it shows, of FRAMED

    @property
    def holds(self) -> bool:
        return self.kind is not Kind.OTHER


@dataclass(frozen=True, eq=False)
class Claim:
    """A picture file with a recipe, and what it says that it shows of that."""

    opened: Opened
    faces: tuple[FaceState, ...]  # that are to be drawn
    tiles: tuple[Tile, ...]  # where they are, on a sheet of several

    def truth(self, drawn: Sequence[Image | None]) -> Truth:
        """`drawn`: the faces, (R, R, 3) each; None for one of a sheet that cannot be drawn."""
        if self.tiles:
            return truth_of_sheet(self.opened.pixels, self.tiles, drawn)
        assert drawn[0] is not None
        return truth(self.opened.pixels, drawn[0], Framed.of_text(self.opened.texts.get(FRAME_KEY, "")))


def claim_of(path: Path, face: FaceState) -> Claim:
    """What has to be compared for a picture file with the recipe of `face`. EnhanceError when it cannot be opened."""
    opened = open_picture(path)
    tiles = of_text(opened.texts.get(TILES_KEY, ""))
    try:
        faces = tuple(tile.face(face) for tile in tiles)
    except ValueError:  # sliders that no face can have
        faces = tiles = ()
    return Claim(opened, faces or (face,), tiles)


def truth_of(path: Path, face: FaceState, draw: Callable[[FaceState], Image]) -> Truth:
    """Compares a picture file with what its recipe, `face`, draws. EnhanceError when it cannot be opened."""
    claim = claim_of(path, face)
    return claim.truth([draw(one) for one in claim.faces])


def truth_of_sheet(picture: Image, tiles: Sequence[Tile], drawn: Sequence[Image | None]) -> Truth:
    """Compares each face on a sheet (H, W, 1 to 4) with what is drawn for it."""
    height, width = picture.shape[:2]
    others = 0
    for tile, face in zip(tiles, drawn, strict=True):
        left, top, right, bottom = tile.box(width, height)
        if face is None or left >= right or top >= bottom or not truth(picture[top:bottom, left:right], face).holds:
            others += 1
    if others:
        return Truth(Kind.OTHER, f"Of the {len(tiles)} faces of the sheet its recipe does not draw {others}: edited.")
    return Truth(Kind.SHEET, f"The picture is a sheet of {len(tiles)} faces that its recipe draws with other sliders.")


def truth(picture: Image, drawn: Image, framed: Framed | None = None) -> Truth:
    """Compares a picture (H, W, 1 to 4) with what its recipe draws, (R, R, 3). `framed`: what part of that it says it
    shows."""
    shown, seen = colours(picture)
    if shown.shape == drawn.shape:
        apart = np.abs(shown.astype(np.int16) - drawn)[seen]
        if seen.mean() >= LEAST_SEEN and not apart.any():
            return Truth(Kind.SAME, "The recipe draws this very picture.")
        if seen.mean() >= LEAST_SEEN and (apart.max() <= ROUNDING or alike(shown, drawn, seen, EXACT)):
            return Truth(Kind.ROUNDED, "The recipe draws this picture, up to rounding.")
    if framed is not None and is_framed(shown, seen, drawn, framed):
        return Truth(Kind.FRAMED, "The picture is what its recipe draws, turned and cut to be fabricated.", framed)
    if shown.shape == drawn.shape:
        away = float(np.abs(shown.astype(np.float32) - drawn).mean())
        return Truth(
            Kind.OTHER,
            f"The picture is not what its recipe draws (it differs by {away:.1f} of 255 on average): it was edited.",
        )
    (height, width), (rows, columns) = shown.shape[:2], drawn.shape[:2]
    sizes = f"The picture has {width} × {height} pixels, its recipe draws {columns} × {rows}:"
    if abs(width * rows / (height * columns) - 1) < SHAPE:
        size = (min(width, columns), min(height, rows))
        if alike(resized(shown, size), resized(drawn, size), covered(seen, size), RESAMPLED):
            way = "enlarged" if width > columns else "reduced"
            return Truth(Kind.RESIZED, f"{sizes} it was {way}, and shows the same.")
    return Truth(Kind.OTHER, f"{sizes} it is not what its recipe draws, but was edited, or is another picture.")


def colours(picture: Image) -> tuple[Image, np.ndarray]:
    """(H, W, 3), and (H, W) whether a pixel is to be seen."""
    channels = picture.shape[2]
    shown = picture[..., :3] if channels >= 3 else np.repeat(picture[..., :1], 3, axis=2)
    seen = picture[..., -1] >= VISIBLE if channels in (2, 4) else np.ones(picture.shape[:2], bool)
    return shown, seen


def alike(one: Image, other: Image, seen: np.ndarray, limits: Limits) -> bool:
    """Whether two pictures (H, W, 3) are the same where `seen` (H, W), up to what is allowed."""
    if seen.mean() < LEAST_SEEN:
        return False
    apart = one.astype(np.float32) - other
    if np.abs(apart[seen]).mean() >= limits.whole:
        return False
    height, width = seen.shape
    side = max(LEAST_BLOCK, min(height, width) // BLOCKS)
    for top in (min(row, max(0, height - side)) for row in range(0, height, side)):  # whole blocks, up to the edges
        for left in (min(column, max(0, width - side)) for column in range(0, width, side)):
            place = np.s_[top : top + side, left : left + side]
            block = apart[place][seen[place]]
            if len(block) * 2 < side**2:  # too little to judge by
                continue
            if np.abs(block).mean() >= limits.pixels or np.abs(block.mean(0)).max() >= limits.colour:
                return False
    return True


def resized(picture: Image, size: tuple[int, int]) -> Image:
    """To (width, height)."""
    image = Pillow.fromarray(np.ascontiguousarray(picture))
    return np.asarray(image if image.size == size else image.resize(size, Pillow.Resampling.BOX))


def covered(seen: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """`seen` at another size: true where nothing unseen comes near."""
    if seen.all():
        return np.ones(size[::-1], bool)
    small = resized(seen.astype(np.uint8) * 255, size)
    padded = np.pad(small, 1, mode="edge")
    around = [padded[y : y + small.shape[0], x : x + small.shape[1]] for y in range(3) for x in range(3)]
    whole: np.ndarray = np.minimum.reduce(around) == 255
    return whole


def is_framed(shown: Image, seen: np.ndarray, drawn: Image, framed: Framed) -> bool:
    """Whether the picture shows that part of the drawn one."""
    side = drawn.shape[1]
    width = max(1, min(shown.shape[1], round(framed.width * side)))
    height = max(1, min(shown.shape[0], round(framed.height * side)))
    if framed.mirrored:
        shown, seen = shown[:, ::-1], seen[:, ::-1]
    step_x, step_y = framed.width / width, framed.height / height  # of the drawn picture's width, for a pixel
    across, down = np.array([framed.across_x, framed.across_y]), np.array([-framed.across_y, framed.across_x])
    columns, rows = np.meshgrid(np.arange(width) + 0.5 - width / 2, np.arange(height) + 0.5 - height / 2)
    places = np.array([framed.x, framed.y]) + columns[..., None] * step_x * across + rows[..., None] * step_y * down
    start = (places[0, 0] - 0.5 * (step_x * across + step_y * down)) * side
    matrix = (
        *(step_x * side * across[0], step_y * side * down[0], start[0]),
        *(step_x * side * across[1], step_y * side * down[1], start[1]),
    )
    expected = Pillow.fromarray(drawn).transform(
        (width, height), Pillow.Transform.AFFINE, matrix, Pillow.Resampling.BICUBIC
    )
    ends = np.array([1, drawn.shape[0] / side]) - 1 / side
    known = ((places > 1 / side) & (places < ends)).all(2)  # beyond it an export is mirrored
    if not framed.background:
        x, y, half_width, half_height = FACE
        known &= ((places[..., 0] - x) / half_width) ** 2 + ((places[..., 1] - y) / half_height) ** 2 < 1
    there = known & covered(seen, (width, height))
    return alike(resized(shown, (width, height)), np.asarray(expected), there, RESAMPLED)
