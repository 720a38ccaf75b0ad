"""`superres`: the network that enlarges pictures four times."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from training.commands.making import add_run_options, check_amounts, make, of_args, placed
from training.errors import UserError


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
    add_run_options(superres, "cuts", 100_000)


GAN = {"batch": 8, "learning_rate": 4e-4}  # what differs from training/configs/superres.toml


def superres_command(args: argparse.Namespace) -> int:
    check_amounts(args)
    if args.width < 1 or args.blocks < 1:
        raise UserError(f"--width {args.width} --blocks {args.blocks}: choose 1 or more of each")
    if args.kind == "gan" and args.start is None:
        raise UserError("a gan goes on from a resnet: train one first and name it with --start")
    first, *others = map(placed, args.data)
    options = {
        "kind": args.kind,
        "start": placed(args.start),
        "also": others,
        "width": args.width,
        "blocks": args.blocks,
    }
    config = of_args("superres", args, options, first, **(GAN if args.kind == "gan" else {}))
    return make(config, args, f"a super-resolver, {args.kind}")
