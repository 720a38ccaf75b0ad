"""How exact the size of an export is, how long a cut-out takes, how many faces a batch makes a minute.

    uv run python -m benchmarks.fabrication [--count 20] [--dpi 300] [--batch 30] [--sheet sheet.png]

The pupil distance is measured on the written file, decoded again: by the landmarks that the export works with, and for
comparison by dlib's on the file made half as large, which the export has never seen.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.machine import machine
from facedesigner.contract.request import RenderRequest
from facedesigner.engine.batch import Search, ready_tools
from facedesigner.engine.face_engine import FaceEngine
from facedesigner.engine.landmarks import LandmarkFinder
from facedesigner.export.batch_folder import run_batch
from facedesigner.export.chunks import encode
from facedesigner.export.cutout import Cutout, cut_out
from facedesigner.export.fabrication import Options, fabricate
from facedesigner.export.measure import Size
from facedesigner.resources import default_weights
from facedesigner.state.constraint import Wish, parse
from facedesigner.state.face import FaceState

PUPIL_MM = 63.0
FIRST_SEED = 2000
WISHES = {  # constraints and least distance
    "any face, no distance": ((), 0.0),
    "any face, distance 0.35": ((), 0.35),
    "women who smile, distance 0.35": (("gender=female", "smile=0.5..2.5"), 0.35),
}


def picture_of(engine: FaceEngine, seed: int) -> np.ndarray:
    image = engine.render(RenderRequest(FaceState(engine.info.hash, seed=seed))).image
    assert image is not None
    return image


def off_by(find: LandmarkFinder, picture: Image.Image, dpi: float) -> float:
    """Share by which the pupil distance of a file misses PUPIL_MM."""
    marks = find(np.asarray(picture))
    return float("nan") if marks is None else abs(marks.distance / dpi * 25.4 / PUPIL_MM - 1)


def exactness(engine: FaceEngine, find: LandmarkFinder, count: int, dpi: float) -> None:
    own, halved, seconds = [], [], []
    for number in range(count):
        began = time.perf_counter()
        made = fabricate(picture_of(engine, FIRST_SEED + number), Options(Size(PUPIL_MM, dpi=dpi)), find)
        content = encode(made.pixels, dpi, {})
        seconds.append(time.perf_counter() - began)
        file = Image.open(io.BytesIO(content))
        written = float(file.info["dpi"][0])
        own.append(off_by(find, file, written))
        halved.append(off_by(find, file.reduce(2), written / 2))
        print(f"{number + 1} of {count}", end="\r", flush=True)
    for name, values in (("in the file", own), ("in the file made half as large", halved)):
        within = np.mean([value <= 0.005 for value in values])
        off = f"off by {np.mean(values):.2%}, at most {max(values):.2%}; {within:.0%} within 0.5%"
        print(f"| pupil distance {name} | {off} |")
    print(f"| export at {dpi:g} dpi | {np.median(seconds):.1f} s, median |")


def cutouts(engine: FaceEngine, find: LandmarkFinder, count: int, sheet: Path | None) -> None:
    seconds, cut = [], []
    for number in range(count):
        picture = np.array(
            Image.fromarray(picture_of(engine, FIRST_SEED + number)).resize((512, 512), Image.Resampling.BICUBIC)
        )
        marks = find(picture)
        if marks is None:
            continue
        began = time.perf_counter()
        cut.append(cut_out(picture, marks))
        seconds.append(time.perf_counter() - began)
    print(f"| cut-out | {np.median(seconds[1:] or seconds):.1f} s, median; the first {seconds[0]:.1f} s |")
    if sheet:
        rows = [np.concatenate([on_checks(one) for one in cut[at : at + 5]], 1) for at in range(0, len(cut) - 4, 5)]
        Image.fromarray(np.concatenate(rows)).save(sheet)
        print(sheet)


def on_checks(cutout: Cutout) -> np.ndarray:
    rows, columns = np.mgrid[: cutout.alpha.shape[0], : cutout.alpha.shape[1]] // 16
    checks = np.where((rows + columns) % 2, 200, 120)[..., None]
    alpha = cutout.alpha[..., None]
    return np.asarray((cutout.colour * alpha + checks * (1 - alpha)).astype(np.uint8))


def batches(engine: FaceEngine, count: int) -> None:
    for name, (constraints, distance) in WISHES.items():
        wish = Wish(count, tuple(map(parse, constraints)), distance, patience=200)
        with tempfile.TemporaryDirectory() as folder:
            search, began = Search(engine, wish, ready_tools(engine.info)), time.perf_counter()
            *_, batch = run_batch(search, wish, Path(folder))
            minutes = (time.perf_counter() - began) / 60
        per_minute = len(batch.entries) / minutes
        print(
            f"| batch: {name} | {len(batch.entries)} of {count}, {per_minute:.0f} a minute, {batch.rate:.0%} accepted |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--dpi", type=float, default=300.0)
    parser.add_argument("--batch", type=int, default=30, help="faces of each batch")
    parser.add_argument("--sheet", type=Path, help="a picture of the cut-outs to save")
    args = parser.parse_args()
    print(machine())
    print("| | |\n|---|---|")
    engine = FaceEngine("cpu")
    engine.load(default_weights())
    find = LandmarkFinder()
    exactness(engine, find, args.count, args.dpi)
    cutouts(engine, find, args.count, args.sheet)
    batches(engine, args.batch)


if __name__ == "__main__":
    main()
