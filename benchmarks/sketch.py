"""How well drawings become photos, on pictures that no network has seen.

    uv run python -m benchmarks.sketch FOLDER [--count 200] [--faces 40] [--baseline L1.safetensors] [--sheet S.jpg]

Sketches of held-out photos, in all styles and damaged as in training. Fréchet distance (EfficientNet-Lite0) and L1 (of
[0, 1]) are those of pix2pix alone, beside the same network trained with L1 alone (`--baseline`). Found as a face: by
dlib's detector at its own threshold, style by style, with all strokes and with 30% of them removed; at follow 1
(pix2pix) and at follow 0 (the generator's face). Milliseconds are those of `SketchEngine.render`.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from benchmarks.machine import machine
from facedesigner.contract.sketching import SketchRequest
from facedesigner.engine.sketch import PIX2PIX, SketchEngine, ready
from facedesigner.resources import default_weights, resource
from training.curation.detector import Detector
from training.data import is_held_out, list_faces, load_faces
from training.features import Features
from training.metrics import frechet_distance
from training.networks.landmarks import Landmarks
from training.networks.translator import hinted, load_translator
from training.sampling import from_bytes, to_bytes
from training.tasks.translate.damage import without_strokes
from training.tasks.translate.sketches import STYLES, drawn, sketches

HELD_OUT = 0.112  # share that runs leave out
REMOVED = 0.3
BATCH = 10
SHOWN = 8  # pairs in a row of the sheet


def held_out(folder: Path, count: int) -> tuple[Tensor, Tensor]:
    """Photos (N, 3, 256, 256) uint8, evenly spread over those held out, and their landmarks."""
    names = [name for name in list_faces(folder) if is_held_out(name, HELD_OUT)]
    names = names[:: max(1, len(names) // count)][:count]
    images = load_faces(folder, 256, only=names).images
    find = Landmarks()
    return images, torch.stack([find(image) for image in images])


@torch.inference_mode()
def answers(network: nn.Module, ink: Tensor) -> Tensor:
    return torch.cat([network(hinted(part, None)).float().clamp(-1, 1) for part in torch.split(ink, BATCH)])


def milliseconds(engine: SketchEngine, sketch: np.ndarray, follow: float, times: int = 30) -> tuple[float, float]:
    """Medians of the time that passed and of the processor's, which a busy machine does not stretch."""
    request = SketchRequest(sketch, follow=follow)
    engine.render(request)
    passed, worked = [], []
    for _ in range(times):
        began = time.process_time()
        passed.append(engine.render(request).milliseconds)
        worked.append((time.process_time() - began) * 1000)
    return float(np.median(passed)), float(np.median(worked))


def grey_of(ink: Tensor) -> np.ndarray:
    """(1, H, W) -> the drawing as the engine takes it."""
    return np.asarray((255 - ink[0] * 255).round().byte().numpy())


def found(detector: Detector, pictures: list[np.ndarray]) -> float:
    return float(np.mean([len(detector.find.run(picture, 0, 0.0)[0]) > 0 for picture in pictures]))


def faces_by_style(engine: SketchEngine, photos: Tensor, points: Tensor, sheet: list[np.ndarray]) -> None:
    detector = Detector()
    print(f"\nfound as a face, {len(photos)} pictures a style:\n")
    print("| style | follow 1 | 30% removed | follow 0 | 30% removed |")
    print("|---|---|---|---|---|")
    for style in STYLES:
        torch.manual_seed(0)
        whole = torch.cat([drawn(style, photos[i : i + 1], points[i : i + 1]) for i in range(len(photos))])
        thinned = without_strokes(whole, torch.full((len(whole),), REMOVED))
        cells = []
        for follow in (1.0, 0.0):
            for ink in (whole, thinned):
                results = [engine.render(SketchRequest(grey_of(one), follow=follow)) for one in ink]
                pictures = [r.image if r.image is not None else np.zeros((256, 256, 3), np.uint8) for r in results]
                cells.append(found(detector, pictures))
                sheet.append(row_of(ink[:SHOWN], pictures[:SHOWN]))
        print(f"| {style} | {' | '.join(f'{cell:.0%}' for cell in cells)} |", flush=True)


def row_of(ink: Tensor, pictures: list[np.ndarray]) -> np.ndarray:
    """Drawings and their pictures, in pairs, side by side."""
    pairs = [np.hstack([np.repeat(grey_of(a)[..., None], 3, 2), b]) for a, b in zip(ink, pictures, strict=False)]
    pairs += [np.full_like(pairs[0], 255)] * (SHOWN - len(pairs))
    return np.hstack(pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--faces", type=int, default=40, help="pictures a style that a face is looked for in")
    parser.add_argument("--weights", type=Path, help="folder of the networks (default: ours)")
    parser.add_argument("--baseline", type=Path, help="weights of the same network trained with L1 alone")
    parser.add_argument("--sheet", type=Path, help="a picture of what is drawn")
    args = parser.parse_args()
    torch.set_num_threads(1)  # as the engine
    folder = args.weights or resource("weights")
    print(machine())
    began = time.monotonic()
    images, points = held_out(args.folder, max(args.count, args.faces))
    photos = from_bytes(images)
    engine = SketchEngine(default_weights(), folder)
    torch.manual_seed(1)
    batches = zip(torch.split(photos, BATCH), torch.split(points, BATCH), strict=True)
    ink = torch.cat([sketches(some, where) for some, where in batches])
    for follow in (1.0, 0.7, 0.4, 0.0):
        passed, worked = milliseconds(engine, grey_of(ink[0]), follow)
        print(f"follow {follow:g}: {passed:.0f} ms, {worked:.0f} ms of processor time, medians of 30")

    features = Features("efficientnet-lite0")
    real = features(images[: args.count])
    print(f"\n{args.count} held-out sketches of all styles, damaged, without hints:\n")
    print("| | Fréchet distance | L1 |\n|---|---|---|")
    named = [("pix2pix", folder / PIX2PIX), ("L1 alone", args.baseline)]
    sheet: list[np.ndarray] = []
    for name, path in named:
        if path is None:
            continue
        drawn_ = answers(ready(load_translator(path, "pix2pix")), ink[: args.count])
        distance = frechet_distance(real, features(to_bytes(drawn_)))
        error = float((drawn_ - photos[: args.count]).abs().mean() / 2)
        print(f"| {name} | {distance:.1f} | {error:.4f} |", flush=True)
        sheet.append(row_of(ink[:SHOWN], list(to_bytes(drawn_[:SHOWN]).permute(0, 2, 3, 1).numpy())))
    if args.faces:
        faces_by_style(engine, photos[: args.faces], points[: args.faces], sheet)
    if args.sheet:
        large = Image.fromarray(np.vstack(sheet))
        large.reduce(2).save(args.sheet, quality=88)
        print(args.sheet)
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
