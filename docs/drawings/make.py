"""Draws a dozen portraits with the canvas's own strokes: PYTHONPATH=. python docs/drawings/make.py

Writes NAME.json (the strokes, which the Sketch tab opens), NAME.png and, where there are colours, NAME-hints.png (what
`facedesigner sketch NAME.png --hints NAME-hints.png` takes) beside this file, and all of them in one picture.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from portraits import DRAWINGS, draw

from facedesigner.gui.sketch.arrays import draw_strokes
from facedesigner.state import drawing

FOLDER = Path(__file__).parent
PIXELS = 512  # of the PNG files


def main() -> None:
    sheet = Image.new("RGB", (6 * PIXELS // 2, 2 * PIXELS // 2), "white")
    for index, name in enumerate(DRAWINGS):
        marks = draw(name)
        drawing.save(marks, FOLDER / f"{name}.json")
        sketch, hints = draw_strokes(marks, PIXELS)
        Image.fromarray(sketch).save(FOLDER / f"{name}.png", optimize=True)
        if hints[..., 3].any():
            Image.fromarray(hints).save(FOLDER / f"{name}-hints.png", optimize=True)
        both = Image.alpha_composite(Image.new("RGBA", (PIXELS, PIXELS), "white"), Image.fromarray(hints))
        lines = Image.fromarray(sketch)
        both.paste((0, 0, 0), mask=lines.point(lambda value: 255 - value))
        column, row = index % 6, index // 6
        sheet.paste(both.convert("RGB").resize((PIXELS // 2,) * 2, 1), (column * PIXELS // 2, row * PIXELS // 2))
    sheet.quantize(64).save(FOLDER / "all.png", optimize=True)


if __name__ == "__main__":
    main()
