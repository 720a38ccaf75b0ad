"""How well drawings become photos, on pictures that no network has seen.

    uv run python -m benchmarks.sketch FOLDER [--count 200] [--faces 40] [--beside FORMER.safetensors] [--sheet S.jpg]

Three kinds of drawings of held-out photos: lines, damaged as in training; shaded in graphite as in training; and
portraits in pencil by another hand (`second_hand.py`), brought to the networks as the program does it. Fréchet distance
(EfficientNet-Lite0) and L1 (of [0, 1]) are those of pix2pix alone, beside other networks of its kind (`--beside`).
Whom the pictures show is told by `likeness.py`. Found as a face: by dlib's detector at its own threshold, style by
style, with all strokes and with 30% of them removed; at follow 1 (pix2pix) and at follow 0 (the generator's face).
Milliseconds are those of `SketchEngine.render`.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from benchmarks.likeness import GROUP, Judge
from benchmarks.machine import machine
from benchmarks.second_hand import pencilled
from facedesigner.contract.sketching import SketchRequest
from facedesigner.engine.paper import prepared
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
from training.tasks.translate.sketches import SHADED, STYLES, drawn, sketches

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


def kinds(photos: Tensor, points: Tensor) -> dict[str, Tensor]:
    """Drawings by their kind, ink (N, 1, 256, 256) each."""
    lines = [style for style in STYLES if style not in SHADED]
    batches = list(zip(torch.split(photos, BATCH), torch.split(points, BATCH), strict=True))
    made = {}
    for kind, styles in (("lines", lines), ("graphite", list(SHADED))):
        torch.manual_seed(1)
        made[kind] = torch.cat([sketches(some, where, styles) for some, where in batches])
    images = to_bytes(photos).permute(0, 2, 3, 1).numpy()
    drawings = [pencilled(image, where.numpy(), i) for i, (image, where) in enumerate(zip(images, points, strict=True))]
    made["another hand"] = torch.stack([torch.from_numpy(prepared(one, None, False).ink)[None] for one in drawings])
    return made


def compared(networks: dict[str, Path], photos: Tensor, points: Tensor, sheet: list[np.ndarray]) -> None:
    features, images = Features("efficientnet-lite0"), to_bytes(photos)
    judge, real = Judge(images, points), features(images)
    print(f"\n{len(images)} held-out drawings of each kind, without hints; true photos among {GROUP}:\n")
    print(
        "| drawings | | Fréchet distance | L1 | landmarks, of face width | rank of the true photo | first | distance |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for kind, ink in kinds(photos, points).items():
        sheet.append(row_of(ink[:SHOWN], list(images[:SHOWN].permute(0, 2, 3, 1).numpy())))
        paper = (255 - 255 * ink).round().byte().expand(-1, 3, -1, -1)
        print(f"| {kind} | the drawings themselves | | | {judge(paper)} |", flush=True)
        for name, path in networks.items():
            made = answers(ready(load_translator(path, "pix2pix")), ink)
            pictures = to_bytes(made)
            distance = frechet_distance(real, features(pictures))
            error = float((made - photos).abs().mean() / 2)
            print(f"| {kind} | {name} | {distance:.1f} | {error:.4f} | {judge(pictures)} |", flush=True)
            sheet.append(row_of(ink[:SHOWN], list(pictures[:SHOWN].permute(0, 2, 3, 1).numpy())))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--faces", type=int, default=40, help="pictures a style that a face is looked for in; 0: none")
    parser.add_argument("--weights", type=Path, help="folder of the networks (default: ours)")
    parser.add_argument("--beside", type=Path, action="append", default=[], help="another translator to measure")
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
    drawing = sketches(photos[:1], points[:1])[0]
    for follow in (1.0, 0.7, 0.4, 0.0):
        passed, worked = milliseconds(engine, grey_of(drawing), follow)
        print(f"follow {follow:g}: {passed:.0f} ms, {worked:.0f} ms of processor time, medians of 30")
    sheet: list[np.ndarray] = []
    networks = {"pix2pix": folder / PIX2PIX} | {path.stem: path for path in args.beside}
    compared(networks, photos[: args.count], points[: args.count], sheet)
    if args.faces:
        faces_by_style(engine, photos[: args.faces], points[: args.faces], sheet)
    if args.sheet:
        large = Image.fromarray(np.vstack(sheet))
        large.reduce(2).save(args.sheet, quality=88)
        print(args.sheet)
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
