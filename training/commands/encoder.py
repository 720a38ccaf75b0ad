"""`encoder`: the network that finds the latent of a picture, for one generator."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from training.commands.making import add_run_options, check_amounts, make, of_args, placed


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
    encoder.add_argument("--sketches", action="store_true", help="learn to open drawings instead of photos")
    encoder.add_argument("--start", type=Path, help="an encoder to begin with, where its tensors fit")
    add_run_options(encoder, "images", 60_000)


def encoder_command(args: argparse.Namespace) -> int:
    check_amounts(args)
    options = {"weights": placed(args.weights), "sketches": args.sketches, "start": placed(args.start)}
    config = of_args("encoder", args, options, placed(args.data))
    config = dataclasses.replace(config, data=dataclasses.replace(config.data, include=tuple(args.include)))
    return make(config, args, f"an encoder of {args.weights.stem}")
