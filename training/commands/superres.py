"""`superres`: the network that enlarges pictures four times."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    superres = commands.add_parser("superres", help="train the network that enlarges pictures: SRResNet or SRGAN")
    superres.set_defaults(command=superres_command)
    superres.add_argument("kind", choices=("resnet", "gan"), help="taught by pixels; by a critic and features as well")
    superres.add_argument(
        "--data", type=Path, nargs="+", required=True, help="folders or zips of sharp pictures, cut to 512 px squares"
    )
    superres.add_argument("--start", type=Path, help="the .safetensors file to go on from; a gan needs one")
    superres.add_argument("--width", type=int, default=48, help="channels, without --start (default: 48)")
    superres.add_argument("--blocks", type=int, default=8, help="residual blocks, without --start (default: 8)")
    superres.add_argument("--holdout", type=float, default=0.112, help="share of the data left out (default: 0.112)")
    superres.add_argument("--cache", type=Path, help="folder for decoded pictures")
    superres.add_argument("--out", type=Path, required=True, help="the .safetensors file to write; OUT.pt is resumed")
    superres.add_argument("--images", type=int, default=100_000, help="how many cuts to learn from (default: 100000)")
    superres.add_argument("--seed", type=int, default=0, help="of all that is drawn (default: 0)")


def superres_command(args: argparse.Namespace) -> int:
    import torch

    from training.data import load_faces
    from training.networks.superres import Shape, SuperResolver, load_superres
    from training.tasks.superres.trainee import SIDE, train_superres

    if args.images < 1:
        raise ValueError(f"--images is {args.images}; choose 1 or more")
    if not 0 <= args.holdout < 1:
        raise ValueError(f"--holdout is {args.holdout}; choose 0 to below 1")
    if args.width < 1 or args.blocks < 1:
        raise ValueError(f"--width {args.width} --blocks {args.blocks}: choose 1 or more of each")
    if args.kind == "gan" and args.start is None:
        raise ValueError("a gan goes on from a resnet: train one first and name it with --start")
    say = partial(print, flush=True)  # a window may be reading along
    torch.manual_seed(args.seed)
    network = (
        SuperResolver(Shape(args.width, args.blocks))
        if args.start is None
        else load_superres(args.start)[0].requires_grad_(True)
    )
    parts = [load_faces(source, SIDE, cache=args.cache).split(args.holdout)[0] for source in args.data]
    for note in (note for faces in parts for note in faces.notes):
        say(note)
    count = sum(len(faces) for faces in parts)
    say(f"learning from {count} pictures")
    card = {"data": f"{count} pictures of {', '.join(source.stem for source in args.data)}"}
    pictures = [faces.images for faces in parts if len(faces)]
    train_superres(network.train(), args.kind, pictures, args.out, args.images, args.seed, say, card)
    say(f"{args.out}: a super-resolver, {args.kind}")
    return 0
