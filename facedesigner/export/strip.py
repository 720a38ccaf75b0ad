"""One sheet of several ages of a face, the years written under them, that says which face is where."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from facedesigner.contract.request import Image
from facedesigner.contract.tiles import TILES_KEY, Tile, to_text
from facedesigner.export.png import save_png
from facedesigner.export.writing import Sign
from facedesigner.state.face import FaceState

LEAST = 256  # pixels of a picture on the sheet: smaller ones are enlarged, so that the years can be read
PAPER, INK = (255, 255, 255), (32, 32, 32)


def save_sheet(
    pictures: Sequence[Image],
    faces: Sequence[FaceState],
    ages: Sequence[float],
    path: Path,
    face: FaceState,
    model_name: str,
    *,
    overwrite: bool = False,
    sign: Sign | None = None,
) -> Path:
    """Writes the sheet; it opens as `face`, of which `faces` are the ages. Returns the path. ExportError as
    `save_png`."""
    paper = sheet(pictures, ages)
    side, gap = measures(pictures)
    height, width = paper.shape[:2]
    tiles = (
        Tile((gap + index * (side + gap)) / width, gap / height, side / width, side / height, one.controls)
        for index, one in enumerate(faces)
    )
    return save_png(paper, path, face, model_name, {TILES_KEY: to_text(tiles)}, overwrite=overwrite, sign=sign)


def measures(pictures: Sequence[Image]) -> tuple[int, int]:
    """Pixels of a picture's side on the sheet, and between two."""
    side = max(LEAST, pictures[0].shape[0])
    return side, side // 16


def sheet(pictures: Sequence[Image], ages: Sequence[float]) -> Image:
    """Pictures (H, H, 3) uint8 side by side, `5 years` and so on under each -> (H + a line, W, 3) uint8."""
    side, gap = measures(pictures)
    line = side // 6
    width = len(pictures) * (side + gap) + gap
    paper = Pillow.new("RGB", (width, side + gap + line), PAPER)
    draw = ImageDraw.Draw(paper)
    font = ImageFont.load_default(size=side / 12)
    for index, (picture, years) in enumerate(zip(pictures, ages, strict=True)):
        left = gap + index * (side + gap)
        paper.paste(Pillow.fromarray(picture).resize((side, side), Pillow.Resampling.LANCZOS), (left, gap))
        draw.text((left + side / 2, side + gap + line / 2), f"{years:.0f} years", INK, font, anchor="mm")
    return np.array(paper)
