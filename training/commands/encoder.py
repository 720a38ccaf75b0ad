"""`encoder`: the network that finds the latent of a picture, for one generator."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    encoder = commands.add_parser(
        "encoder", help="train the network that opens a photo: a picture in, a generator's latent out"
    )
    encoder.set_defaults(command=encoder_command)
    encoder.add_argument("weights", type=Path, help="a .safetensors file of this program")
    encoder.add_argument("--data", type=Path, help="folder or zip of aligned faces; without it, samples alone teach")
    encoder.add_argument("--include", nargs="*", default=[], metavar="PATTERN", help='of the data, such as "a/*"')
    encoder.add_argument("--holdout", type=float, default=0.112, help="share of the data left out (default: 0.112)")
    encoder.add_argument("--cache", type=Path, help="folder for decoded pictures")
    encoder.add_argument("--out", type=Path, required=True, help="the .safetensors file to write; OUT.pt is resumed")
    encoder.add_argument("--images", type=int, default=60_000, help="how many to learn from (default: 60000)")
    encoder.add_argument("--sketches", action="store_true", help="learn to open drawings instead of photos")
    encoder.add_argument("--start", type=Path, help="an encoder to begin with, where its tensors fit")
    encoder.add_argument("--seed", type=int, default=0, help="of all that is drawn (default: 0)")


def encoder_command(args: argparse.Namespace) -> int:
    import torch

    from training.data import load_faces
    from training.networks.encoder import LARGEST
    from training.tasks.encode.trainee import train_encoder
    from training.weights import load_weights

    if args.images < 1:
        raise ValueError(f"--images is {args.images}; choose 1 or more")
    if not 0 <= args.holdout < 1:
        raise ValueError(f"--holdout is {args.holdout}; choose 0 to below 1")
    say = partial(print, flush=True)  # a window may be reading along
    weights = load_weights(args.weights)
    side = min(LARGEST, weights.generator.resolution)
    pictures, data = torch.empty(0, 3, side, side, dtype=torch.uint8), "its own samples"
    if args.data:
        faces, _ = load_faces(args.data, side, include=args.include, cache=args.cache).split(args.holdout)
        for note in faces.notes:
            say(note)
        pictures, data = faces.images, f"its own samples and {len(faces)} pictures"
    say(f"learning from {data}")
    look, channels = None, 3
    if args.sketches:
        from training.tasks.encode.sketcher import SEEN, Sketcher

        look, channels = Sketcher(), SEEN
    train_encoder(weights, pictures, args.out, args.images, args.seed, say, data, look, channels, args.start)
    say(f"{args.out}: an encoder of {weights.name} ({weights.hash})")
    return 0
