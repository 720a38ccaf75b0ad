"""Edits inside a region: what changes outside, how much of the edit is kept inside, the seam, and what a frame costs.

    uv run python -m benchmarks.regions [--sheet PICTURE]

Faces of consecutive seeds, none chosen. `kept` is the change inside the region beside that of the same edit of the
whole face; `seam` is how much more two neighbours across the edge of the region differ than before, in grey levels.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image as Pillow

from benchmarks.machine import machine
from facedesigner.contract.request import Image, RenderRequest
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.engine.regions import RegionFinder
from facedesigner.engine.soft_mask import cells_of
from facedesigner.resources import default_weights
from facedesigner.state.face import FaceState

COUNT = 24
EDITS: dict[str, dict[str, float] | int] = {  # sliders, or the seed of another person
    "nose": {"nose_width": 1.0},
    "lips": {"smile": 0.66},
    "eyes": 1007,
    "hair": {"hair_colour": 15.0},
    "skin": {"age": 30.0},
    "background": 1000,
}
FRAMES = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sheet", type=Path, help="a picture of the first six faces to write")
    args = parser.parse_args()
    engine, find = FaceEngine("cpu"), RegionFinder()
    engine.load(default_weights())
    print(machine())
    bases = [FaceState(engine.info.hash, seed=seed) for seed in range(COUNT)]
    rows = [[drawn(engine, base)] for base in bases]
    for name, change in EDITS.items():
        found = []
        for base, row in zip(bases, rows, strict=True):
            inner = base.with_seed(change) if isinstance(change, int) else base.with_controls(change)
            mask = find(row[0], name)
            after, whole = drawn(engine, base.with_inside(mask, inner)), drawn(engine, inner)
            found.append(measured(row[0], after, whole, cells_of(mask).numpy()))
            row.append(after)
        outside, kept, seam = np.array(found).T
        print(f"{name:10} outside at most {outside.max():.0f}, kept {np.median(kept):.0%}, seam {seam.mean():+.2f}")
    for patches in range(4):
        times = ", ".join(f"{frame(engine, patches, pixels):.1f} ms at {pixels}" for pixels in (64, 128, 256))
        print(f"{patches} regions: {times}")
    if args.sheet:
        Pillow.fromarray(np.concatenate([np.concatenate(row, 1) for row in rows[:6]])).save(args.sheet, quality=88)


def drawn(engine: FaceEngine, face: FaceState, resolution: int | None = None) -> Image:
    result = engine.render(RenderRequest(face, resolution))
    assert result.image is not None, result.error
    return result.image


def measured(before: Image, after: Image, whole: Image, cells: np.ndarray) -> tuple[float, float, float]:
    """Pictures as large as the mask (H, W): the largest change outside, the share kept inside, the seam."""
    change = np.abs(after.astype(float) - before).mean(-1)
    kept = change[cells].mean() / np.abs(whole.astype(float) - before)[cells].mean()
    edge = cells[:, 1:] != cells[:, :-1]
    steps = [np.abs(np.diff(picture.astype(float).mean(-1), axis=1))[edge].mean() for picture in (before, after)]
    return change[~cells].max(initial=0), kept, steps[1] - steps[0]


def frame(engine: FaceEngine, patches: int, pixels: int) -> float:
    """Milliseconds of processor time, median, with a slider that moves in each of so many regions."""
    from facedesigner.state.mask import SIDE, Mask

    bits = (b"\x00" * (SIDE // 16) + b"\xff" * (SIDE // 32) + b"\x00" * (SIDE // 32)) * SIDE
    masks = [Mask(bits[number:] + bits[:number]) for number in range(patches)]
    base, times = FaceState(engine.info.hash, seed=3), []
    for step in range(FRAMES):
        face = base
        for number, mask in enumerate(masks):
            face = face.with_inside(mask, base.with_control("nose_width", 0.1 + number / 10 + step / 100))
        began = time.process_time()
        drawn(engine, face, pixels)
        times.append((time.process_time() - began) * 1000)
    return median(times[5:])


if __name__ == "__main__":
    main()
