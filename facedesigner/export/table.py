"""Faces in rows and columns on one sheet, with words above the columns and beside the rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from facedesigner.contract.request import Image
from facedesigner.contract.tiles import TILES_KEY, Tile, to_text
from facedesigner.export.photo import save_photo
from facedesigner.export.png import save_png
from facedesigner.export.strip import INK, PAPER
from facedesigner.state.face import FaceState
from facedesigner.state.recipe import GENERATED

LEAST = 128  # pixels of a picture on the sheet: smaller ones are enlarged
GAP = 8
LINE = 0.16  # height of a line of words, in sides of a picture


def save_grid(
    pictures: Sequence[Sequence[Image]],
    faces: Sequence[Sequence[FaceState]],
    words: tuple[Sequence[str], Sequence[str]],
    path: Path,
    face: FaceState,
    model_name: str,
    *,
    overwrite: bool = False,
) -> Path:
    """Writes rows of pictures with `words` for columns and rows; it opens as `face`, which all `faces` are with other
    sliders. Returns the path. ExportError as `save_png`."""
    paper, corner = table(pictures, *words)
    side = side_of(pictures)
    height, width = paper.shape[:2]
    tiles = [
        Tile(
            (corner[0] + column * (side + GAP)) / width,
            (corner[1] + row * (side + GAP)) / height,
            side / width,
            side / height,
            one.controls,
        )
        for row, line in enumerate(faces)
        for column, one in enumerate(line)
    ]
    return save_png(paper, path, face, model_name, {TILES_KEY: to_text(tiles)}, overwrite=overwrite)


def save_strip(pictures: Sequence[Image], words: Sequence[str], path: Path, *, overwrite: bool = False) -> Path:
    """Writes one row of pictures, marked as generated. It holds no recipe: they are several people. ExportError as
    `save_png`."""
    paper, _ = table([pictures], words, [])
    return save_photo(Pillow.fromarray(paper), path, mark=GENERATED, overwrite=overwrite)


def table(
    pictures: Sequence[Sequence[Image]], columns: Sequence[str], rows: Sequence[str]
) -> tuple[Image, tuple[int, int]]:
    """Rows of pictures (H, H, 3) uint8 -> the sheet (H, W, 3) uint8, and the left upper corner of the first picture.
    Where there are no words, no room is left for them."""
    side = side_of(pictures)
    font = ImageFont.load_default(size=side / 12)
    beside = max((round(font.getlength(words)) for words in rows), default=-GAP) + 2 * GAP
    above = round(side * LINE) if any(columns) else GAP
    width = beside + max(len(row) for row in pictures) * (side + GAP)
    paper = Pillow.new("RGB", (width, above + len(pictures) * (side + GAP)), PAPER)
    draw = ImageDraw.Draw(paper)
    for column, words in enumerate(columns):
        draw.text((beside + column * (side + GAP) + side / 2, above / 2), words, INK, font, anchor="mm")
    for row, words in enumerate(rows):
        draw.text((beside - GAP, above + row * (side + GAP) + side / 2), words, INK, font, anchor="rm")
    for row, line in enumerate(pictures):
        for column, picture in enumerate(line):
            image = Pillow.fromarray(picture).resize((side, side), Pillow.Resampling.LANCZOS)
            paper.paste(image, (beside + column * (side + GAP), above + row * (side + GAP)))
    return np.array(paper), (beside, above)


def side_of(pictures: Sequence[Sequence[Image]]) -> int:
    """Pixels of a picture's side on the sheet."""
    return int(max(LEAST, pictures[0][0].shape[0]))
