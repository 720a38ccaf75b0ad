"""`piece` and `join`: some minutes of a long training on another machine, and what came of them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from training.errors import UserError


def add(commands: Any) -> None:
    piece = commands.add_parser(
        "piece",
        help="train for some minutes from a companion or a run, and leave small files that travel",
        epilog="Then, wherever the files went: python -m training join OUT --out NAME.training.safetensors",
    )
    piece.set_defaults(command=piece_command)
    piece.add_argument("source", type=Path, help="a NAME.training.safetensors, or a run folder")
    piece.add_argument("--data", type=Path, required=True, help="folder or zip of pictures")
    piece.add_argument("--out", type=Path, required=True, help="the folder to write to")
    piece.add_argument("--minutes", type=float, default=8.5, help="of training, from the first step (default: 8.5)")
    piece.add_argument("--batch", type=int, default=128, help="pictures in a step (default: 128)")
    piece.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override a setting")

    join = commands.add_parser("join", help="make a companion of the parts that a piece left")
    join.set_defaults(command=join_command)
    join.add_argument("folder", type=Path, help="the piece's folder")
    join.add_argument("--out", type=Path, required=True, help="the .training.safetensors file to write")


def piece_command(args: argparse.Namespace) -> int:
    from training.commands.run import describe, stop_requests
    from training.events import Metrics
    from training.piece import begin, run_piece

    if not args.minutes > 0:
        raise UserError(f"--minutes is {args.minutes:g}; choose more than 0")
    config = begin(args.source, args.data, args.minutes, args.batch, tuple(args.set))

    def say(what: Metrics | str) -> None:
        print(what if isinstance(what, str) else describe(what), flush=True)

    with stop_requests(watch_stdin=False) as stop:
        found = run_piece(args.source, config, args.out, say, stop)
    new = found["images"] - found["before"]
    print(f"{args.out}: {new:,} pictures in {found['seconds']:.0f} s on {found['device']}, {found['images']:,} in all")
    return 0


def join_command(args: argparse.Namespace) -> int:
    from training.piece import join

    images = join(args.folder, args.out)
    print(f"{args.out}: generator and discriminator after {images:,} pictures; train.warm_start goes on from it")
    return 0
