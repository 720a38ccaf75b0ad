"""What the drawings of this folder become, good and bad: PYTHONPATH=. python docs/drawings/photos.py OUT.png

A column a drawing: the drawing, the photo that follows each line, the one in between, and the believable face.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from facedesigner.contract.sketching import SketchRequest
from facedesigner.engine.sketch import SketchEngine
from facedesigner.gui.sketch.arrays import draw_strokes
from facedesigner.resources import default_weights
from facedesigner.state import drawing

FOLDER = Path(__file__).parent
FOLLOW = (1.0, 0.7, 0.0)
SIDE = 128  # pixels of a picture in the sheet


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("out", type=Path)
    arguments.add_argument(
        "--folder", type=Path, help="of the sketch engine's weights (default: those that come along)"
    )
    args = arguments.parse_args()
    engine = SketchEngine(default_weights(), args.folder)
    paths = sorted(FOLDER.glob("*.json"))
    sheet = Image.new("RGB", (SIDE * len(paths), SIDE * (1 + len(FOLLOW))), "white")
    for column, path in enumerate(paths):
        sketch, hints = draw_strokes(drawing.load(path))
        colours = Image.alpha_composite(Image.new("RGBA", hints.shape[:2], "white"), Image.fromarray(hints))
        drawn = np.minimum(np.asarray(colours.convert("RGB")), sketch[..., None])
        pictures = [drawn]
        for follow in FOLLOW:
            result = engine.render(SketchRequest(sketch, hints if hints.any() else None, follow))
            if result.image is None:
                raise SystemExit(f"{path.name}: {result.error}")
            pictures.append(result.image)
        for row, picture in enumerate(pictures):
            small = Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
            sheet.paste(small, (column * SIDE, row * SIDE))
        print(path.stem)
    sheet.save(args.out, optimize=True)


if __name__ == "__main__":
    main()
