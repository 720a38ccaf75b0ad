"""One sheet of several ages of a face, the years written under them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from facedesigner.contract.request import Image

LEAST = 256  # pixels of a picture on the sheet: smaller ones are enlarged, so that the years can be read
PAPER, INK = (255, 255, 255), (32, 32, 32)


def sheet(pictures: Sequence[Image], ages: Sequence[float]) -> Image:
    """Pictures (H, H, 3) uint8 side by side, `5 years` and so on under each -> (H + a line, W, 3) uint8."""
    side = max(LEAST, pictures[0].shape[0])
    gap, line = side // 16, side // 6
    width = len(pictures) * (side + gap) + gap
    paper = Pillow.new("RGB", (width, side + gap + line), PAPER)
    draw = ImageDraw.Draw(paper)
    font = ImageFont.load_default(size=side / 12)
    for index, (picture, years) in enumerate(zip(pictures, ages, strict=True)):
        left = gap + index * (side + gap)
        paper.paste(Pillow.fromarray(picture).resize((side, side), Pillow.Resampling.LANCZOS), (left, gap))
        draw.text((left + side / 2, side + gap + line / 2), f"{years:.0f} years", INK, font, anchor="mm")
    return np.array(paper)
