"""The picture of docs/sketch.md that shows the styles of sketches: the model's own faces, whole and damaged.

uv run python -m benchmarks.sketch_styles [--out docs/pictures/sketch-styles.png]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from facedesigner.resources import default_weights
from training.networks.landmarks import Landmarks
from training.sampling import from_bytes
from training.style_mixing import pictures_of, plain_latents
from training.tasks.translate.damage import damaged
from training.tasks.translate.sketches import STYLES, drawn
from training.weights import load_weights

SIDE, CELL = 256, 144  # pixels of a sketch, and of the sheet's cells
SEEDS = (3, 8)


def cell(pixels: np.ndarray) -> np.ndarray:
    return np.array(Image.fromarray(pixels).convert("RGB").resize((CELL, CELL), Image.Resampling.LANCZOS))


def styles() -> np.ndarray:
    """A column for each style; the faces, their sketches, and the same damaged."""
    weights, find = load_weights(default_weights()), Landmarks()
    latents = torch.cat([plain_latents(weights.generator, weights.latent_mean, seed, 1) for seed in SEEDS])
    faces = pictures_of(weights.generator, latents)
    large = np.stack([np.array(Image.fromarray(f).resize((SIDE, SIDE), Image.Resampling.BICUBIC)) for f in faces])
    images = torch.from_numpy(large).permute(0, 3, 1, 2).contiguous()
    points = torch.stack([find(image) for image in images])
    torch.manual_seed(4)
    columns = [np.vstack([*map(cell, large), *map(cell, large)])]
    for style in STYLES:
        ink = drawn(style, from_bytes(images), points)
        both = torch.cat([ink, damaged(ink)])
        columns.append(np.vstack([cell((255 - one[0] * 255).byte().numpy()) for one in both]))
    return np.hstack(columns)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("docs/pictures/sketch-styles.png"))
    args = parser.parse_args()
    Image.fromarray(styles()).save(args.out, optimize=True)
    print(args.out)


if __name__ == "__main__":
    main()
