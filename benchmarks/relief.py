"""How long a relief takes, whether its solids are closed, and how far its depths can be believed.

    uv run python -m benchmarks.relief [--count 12] [--sheet sheet.jpg] [--heads 40]

Generated faces say whether the shape is that of a face. Heads of the body model `anny` (--heads, where it is
installed), which the head model has not seen, say whether depths are right: they are rendered, their landmarks found in
the picture, and the depth that comes out is compared with the true one inside the face.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.machine import machine
from facedesigner.contract.request import Image as Picture
from facedesigner.engine.planes import distance_inside
from facedesigner.engine.relief import (
    EYE_DISTANCE,
    EYES,
    aligned_marks,
    head_model,
    height_map,
    polygon,
    standard_landmarks,
)
from facedesigner.export.solid import SHAPES, Piece, build
from facedesigner.export.stl import as_trimesh
from facedesigner.export.views import hill_shade
from training.networks.head_model import depth_map

SIDE = 256
FACE = [*range(17), *range(26, 16, -1)]  # landmarks round the face
EDGE = 8  # pixels inside that outline are left out: there a pixel's shift is a fall
UNSEEN = 1000  # seed of heads that the head model was not made of


def generated(count: int) -> list[Picture]:
    from facedesigner.contract.request import RenderRequest
    from facedesigner.engine.face_engine import FaceEngine
    from facedesigner.resources import default_weights
    from facedesigner.state.face import FaceState

    engine = FaceEngine("cpu")
    info = engine.load(default_weights())
    drawn = (engine.render(RenderRequest(FaceState(info.hash, seed=seed))).image for seed in range(count))
    return [picture for picture in drawn if picture is not None]


def plausible(height: np.ndarray, marks: np.ndarray) -> tuple[bool, bool, bool]:
    """Whether the tip of the nose is the nearest point, the eyes lie behind the brows, and behind the bridge."""

    def at(points: np.ndarray) -> float:
        column, row = np.clip(np.rint(points.reshape(-1, 2).mean(0) * SIDE), 0, SIDE - 1).astype(int)
        return float(height[row, column])

    row, column = np.unravel_index(height.argmax(), height.shape)
    unit = float(np.hypot(*(marks[36:42].mean(0) - marks[42:48].mean(0))))
    tip = bool(np.hypot(*(np.array([column, row]) / SIDE - marks[[30, 33]].mean(0))) < 0.25 * unit)
    pairs = [(at(marks[36:42]), at(marks[17:22])), (at(marks[42:48]), at(marks[22:27]))]
    bridge = at(marks[27])
    return tip, all(eye < brow for eye, brow in pairs), all(eye < bridge for eye, _ in pairs)


def faces(count: int, sheet: Path | None) -> None:
    pictures = generated(count)
    aligned_marks(pictures[0])  # loads what finds landmarks
    height_map(pictures[0])
    seconds, rows, shown = [], [], []
    closed = dict.fromkeys((*SHAPES, "head, 3 mm wall"), 0)
    building = []
    for picture in pictures:
        began = time.perf_counter()
        marks, _ = aligned_marks(picture)
        found = time.perf_counter()
        relief = height_map(picture, marks, resolution=SIDE)
        seconds.append((found - began, time.perf_counter() - found))
        rows.append(plausible(relief.height, standard_landmarks() if marks is None else marks))
        pieces = {shape: Piece(shape) for shape in SHAPES} | {"head, 3 mm wall": Piece("head", thickness_mm=3)}
        for name, piece in pieces.items():
            began = time.perf_counter()
            solid = build(relief, piece)
            building.append(time.perf_counter() - began)
            mesh = as_trimesh(solid)
            closed[name] += bool(mesh.is_watertight and mesh.is_winding_consistent and mesh.volume > 0)
        views = [np.asarray(Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.BICUBIC))]
        shown.append(np.concatenate([*views, hill_shade(relief), hill_shade(relief, azimuth=0)], 1))
    finding, modelling = np.median(np.array(seconds), 0)
    tip, brows, bridge = np.array(rows).mean(0)
    print(f"{len(pictures)} generated faces, {SIDE} points a side")
    print("| | |\n|---|---|")
    print(f"| landmarks, median | {finding:.2f} s |\n| height map, median | {modelling:.2f} s |")
    print(f"| solid, median | {np.median(building):.2f} s |")
    for name, number in closed.items():
        print(f"| closed and outward: {name} | {number} of {len(pictures)} |")
    print(f"| the nose's tip is nearest | {tip:.0%} |\n| eyes behind brows | {brows:.0%} |")
    print(f"| eyes behind the bridge of the nose | {bridge:.0%} |")
    if sheet:
        Image.fromarray(np.concatenate(shown)).save(sheet, quality=90)
        print(sheet)


def unseen(count: int) -> None:
    from training.tasks.relief.head_depth import SIDE as RENDERED
    from training.tasks.relief.head_depth import in_pixels, render, visible
    from training.tasks.relief.head_sampling import Heads

    heads = Heads()
    model = head_model()
    vertices = np.unique(heads.triangles[visible(heads.neutral(), heads.triangles)])[model.landmarks]
    results: dict[str, list[tuple[float, float]]] = {"fitted": [], "mean head": []}
    mean = depth_map(
        model.finer(model.mean * EYE_DISTANCE * SIDE + np.array([*(np.array(EYES) * SIDE), 0])),
        model.finer.triangles,
        SIDE,
    )
    for head in heads.sample(count, UNSEEN):
        places = in_pixels(head)
        marks, notice = aligned_marks(render(places, heads.triangles, vertices))
        if marks is None or notice:
            continue
        truth = depth_map(places, heads.triangles, RENDERED)[::2, ::2] / (EYE_DISTANCE * RENDERED)
        drawn = depth_map(model.finer(model.fit(marks * SIDE)), model.finer.triangles, SIDE)
        face = distance_inside(polygon(marks[FACE] * SIDE, SIDE) > 0.5, EDGE + 1) > EDGE
        for name, guess in (("fitted", drawn), ("mean head", mean)):
            depth = guess / (EYE_DISTANCE * SIDE)
            inside = face & np.isfinite(depth) & np.isfinite(truth)
            error = (depth - truth)[inside]
            correlation = np.corrcoef(depth[inside], truth[inside])[0, 1]
            results[name].append((float(correlation), float(np.abs(error - np.median(error)).mean())))
    print(f"{len(results['fitted'])} heads that the model has not seen, inside the face")
    print("| | correlation | mean error, eye distances | at 63 mm |\n|---|---|---|---|")
    for name, rows in results.items():
        correlation, error = np.mean(rows, 0)
        print(f"| {name} | {correlation:.3f} | {error:.3f} | {error * 63:.1f} mm |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--sheet", type=Path, help="a picture to save: face, relief lit from the left, from the right")
    parser.add_argument("--heads", type=int, default=0, help="of the body model, which must be installed for it")
    args = parser.parse_args()
    print(machine())
    faces(args.count, args.sheet)
    if args.heads:
        unseen(args.heads)


if __name__ == "__main__":
    main()
