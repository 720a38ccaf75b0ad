"""Makes the head model of the relief: many random heads -> the part that shows from the front, its mean and principal
components, and the vertices that are dlib's 68 landmarks.

    python -m training.tasks.relief.head_depth --out resources/weights/head_depth.safetensors [--heads 600] [--seed 0]

Needs the package anny and those of `facedesigner[faces]`. Two minutes on one core, once anny has filled its cache.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from training.networks.head_model import HeadModel, depth_map, save_head_model

SIDE = 512  # of the renders that landmarks are looked for in
UNIT = 0.245 * SIDE  # pixels between the eyes, as in FFHQ
CENTRE = (0.50 * SIDE, 0.47 * SIDE)  # of the eyes
REACH = 2.7  # eye distances that the picture shows, and some more for a turned head
TURNS = ((0, 0), (25, 0), (-25, 0), (0, 20), (0, -20))  # yaw and pitch from which a triangle counts as visible
COMPONENTS = 40
LOOKED_AT = 60  # heads in which landmarks are looked for
SKIN, LIPS, EYE, PUPIL = (205, 160, 135), (170, 85, 80), (235, 235, 235), (60, 40, 30)
LIP_MARKS, EYE_MARKS = slice(48, 60), slice(36, 48)
CARD = {
    "data": "random heads of the CC0 body model in the Python package anny (MakeHuman's shapes and the Face Units)",
    "terms": "CC0 1.0",
}


def make_head_model(heads: Sequence[np.ndarray], neutral: np.ndarray, triangles: np.ndarray) -> HeadModel:
    """Heads (V, 3) and a neutral one, in one order of vertices -> the model of what shows of them."""
    shown = triangles[visible(neutral, triangles)]
    kept, shown = np.unique(shown, return_inverse=True)
    shown = shown.reshape(-1, 3)
    shapes = np.stack([head[kept] for head in heads])
    mean, components = principal(shapes, COMPONENTS)
    some = shapes[:: max(1, len(shapes) // LOOKED_AT)]
    landmarks = find_landmarks(some, shown)
    return HeadModel(mean, components, shown.astype(np.int32), landmarks, find_offsets(some, shown, landmarks))


def visible(head: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(T,) bool: whether a triangle shows from one of the TURNS and lies within the picture."""
    seen = np.zeros(len(triangles), dtype=bool)
    for yaw, pitch in TURNS:
        turned = in_pixels(head @ rotation(yaw, pitch).T)
        depth = depth_map(turned, triangles, SIDE)
        middle = turned[triangles].mean(1)
        column, row = (np.clip(middle[:, axis], 0, SIDE - 1).astype(int) for axis in (0, 1))
        seen |= middle[:, 2] > np.nan_to_num(depth[row, column], nan=np.inf) - 0.05 * UNIT
    near = np.abs(head[triangles][..., :2]).max((1, 2)) < REACH
    return np.asarray(seen & near)


def principal(shapes: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """(N, V, 3) -> their mean, and `count` components as long as one standard deviation."""
    mean = shapes.mean(0)
    flat = (shapes - mean).reshape(len(shapes), -1)
    _, deviations, directions = np.linalg.svd(flat, full_matrices=False)
    scaled = directions[:count] * (deviations[:count, None] / np.sqrt(len(shapes) - 1))
    return mean, scaled.reshape(-1, *mean.shape).astype(np.float32)


def find_landmarks(shapes: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(N, V, 3) -> (68,) the vertices that lie nearest to dlib's landmarks over all renders.

    The renders are painted in two rounds: grey first, then with lips and eyes where the first round found them.
    """
    from training.curation.detector import LANDMARKS_68, dlib_model
    from training.networks.labeller import FACE_BOX, LOOK

    dlib: Any = importlib.import_module("dlib")
    predict = dlib.shape_predictor(str(dlib_model(LANDMARKS_68)))
    box = dlib.rectangle(*(round(edge * SIDE / LOOK) for edge in FACE_BOX))
    chosen: np.ndarray | None = None
    for _ in range(2):
        squares = np.zeros((68, shapes.shape[1]))
        for shape in shapes:
            head = in_pixels(shape)
            points = predict(render(head, triangles, chosen), box).parts()
            found = np.array([(point.x, point.y) for point in points])
            squares += ((found[:, None] - head[None, :, :2]) ** 2).sum(-1) + 1e6 * hidden(head, triangles)
        chosen = squares.argmin(1)
    assert chosen is not None
    return chosen.astype(np.int32)


def find_offsets(shapes: np.ndarray, triangles: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """(68, 2) eye distances: where dlib's detector sees the landmarks beside their vertices, the mean over renders."""
    from training.curation.detector import Detector

    detector, found = Detector(), []
    for shape in shapes:
        head = in_pixels(shape)
        picture = Image.fromarray(render(head, triangles, landmarks))
        face = detector(picture.resize((2 * SIDE, 2 * SIDE), Image.Resampling.BICUBIC))
        if face is not None:
            found.append(((face.points + 0.5) / 2 - head[landmarks, :2]) / UNIT)
    return np.asarray(np.mean(found, axis=0), dtype=np.float32)


def hidden(head: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(V,) bool: vertices that lie behind something."""
    depth = depth_map(head, triangles, SIDE)
    column, row = (np.clip(head[:, axis], 0, SIDE - 1).astype(int) for axis in (0, 1))
    return np.asarray(head[:, 2] < np.nan_to_num(depth[row, column], nan=-np.inf) - 0.1 * UNIT)


def render(head: np.ndarray, triangles: np.ndarray, landmarks: np.ndarray | None = None) -> np.ndarray:
    """(V, 3) in pixels -> (SIDE, SIDE, 3) uint8, lit from above on the left, before grey."""
    from PIL import ImageDraw

    depth = depth_map(head, triangles, SIDE)
    surface = np.nan_to_num(depth, nan=-150.0)
    slope_y, slope_x = np.gradient(surface)
    light = np.array([-0.25, -0.45, 0.85]) / np.linalg.norm([-0.25, -0.45, 0.85])
    shade = (-slope_x * light[0] - slope_y * light[1] + light[2]) / np.sqrt(slope_x**2 + slope_y**2 + 1)
    paint = Image.new("RGB", (SIDE, SIDE), SKIN)
    if landmarks is not None:
        draw, places = ImageDraw.Draw(paint), [tuple(head[vertex, :2]) for vertex in landmarks]
        draw.polygon(places[LIP_MARKS], fill=LIPS)
        for first in (36, 42):
            ring = places[first : first + 6]
            draw.polygon(ring, fill=EYE)
            x, y = np.mean(ring, 0)
            draw.ellipse((x - 9, y - 9, x + 9, y + 9), fill=PUPIL)
    lit = np.asarray(paint) * (0.35 + 0.65 * np.clip(shade, 0, 1))[..., None]
    return np.where(np.isfinite(depth)[..., None], lit, 190.0).astype(np.uint8)


def rotation(yaw: float, pitch: float) -> np.ndarray:
    """Degrees -> (3, 3)."""
    a, b = np.radians([yaw, pitch])
    around_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    around_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    return np.asarray(around_y @ around_x)


def in_pixels(head: np.ndarray) -> np.ndarray:
    """(V, 3) in eye distances -> in pixels of a render."""
    return np.asarray(head * UNIT + np.array([*CENTRE, 0]))


def main() -> None:
    from training.tasks.relief.head_sampling import Heads

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--heads", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    source = Heads()
    heads = list(source.sample(args.heads, args.seed))
    model = make_head_model(heads, source.neutral(), source.triangles)
    save_head_model(model, args.out, CARD | {"heads": str(args.heads), "seed": str(args.seed)})
    print(
        f"{args.out}: {len(model.mean)} vertices, {len(model.triangles)} triangles, {len(model.components)} components"
    )


if __name__ == "__main__":
    main()
