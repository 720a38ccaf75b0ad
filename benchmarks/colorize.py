"""How well grey portraits get their colours back, on pictures that no network has seen, without hints.

    uv run python -m benchmarks.colorize FOLDER [--count 200] [--weights OTHER.safetensors] [--sheet S.jpg]

Error is the mean absolute difference of chroma (Cb and Cr, 0 to 1 as the network has them; grey: how much there is),
Fréchet distance (EfficientNet-Lite0) that to the true pictures.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from benchmarks.machine import machine
from facedesigner.engine.sketch import COLORIZE, ready
from facedesigner.resources import resource
from training.data import is_held_out, list_faces, load_faces
from training.features import Features
from training.filters import grey
from training.metrics import frechet_distance
from training.networks.chroma import chroma, coloured
from training.networks.translator import hinted, load_translator
from training.sampling import from_bytes, to_bytes

HELD_OUT = 0.112  # share that runs leave out
BATCH, SHOWN = 10, 8


@torch.inference_mode()
def recoloured(path: Path, light: Tensor) -> Tensor:
    """Lightness (N, 1, 256, 256) in [0, 1] -> pictures (N, 3, 256, 256) in [-1, 1]."""
    network = ready(load_translator(path, "colorize"))
    parts = torch.split(light, BATCH)
    return torch.cat([coloured(part, network(hinted(1 - part, None)).float()) for part in parts])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--weights", type=Path, nargs="*", default=[], help="other networks to measure beside ours")
    parser.add_argument("--sheet", type=Path, help="a picture to save: ours, the others, and the true colours")
    args = parser.parse_args()
    torch.set_num_threads(1)
    print(machine())
    names = [name for name in list_faces(args.folder) if is_held_out(name, HELD_OUT)]
    images = load_faces(args.folder, 256, only=names[:: max(1, len(names) // args.count)][: args.count]).images
    photos, features = from_bytes(images), Features("efficientnet-lite0")
    light, real, wanted = grey(photos), features(images), chroma(photos)
    made = {"grey": (2 * light - 1).expand(-1, 3, -1, -1)}
    made["ours"] = recoloured(resource("weights") / COLORIZE, light)
    made |= {str(path): recoloured(path, light) for path in args.weights}
    print(f"\n{len(images)} held-out pictures\n\n| | error | Fréchet distance |\n|---|---:|---:|")
    for name, pictures in made.items():
        distance = frechet_distance(real, features(to_bytes(pictures)))
        print(f"| {name} | {float((chroma(pictures) - wanted).abs().mean()):.4f} | {distance:.1f} |", flush=True)
    if args.sheet:
        rows = [to_bytes(x[:SHOWN]).permute(0, 2, 3, 1).numpy() for x in (*made.values(), photos)]
        Image.fromarray(np.vstack([np.hstack(list(row)) for row in rows])).save(args.sheet, quality=88)


if __name__ == "__main__":
    main()
