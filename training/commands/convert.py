"""`import` and `onnx`: weights of others in, our generators out to other programs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    bring = commands.add_parser("import", help="make a weights file of a StyleGAN2 or 3 that others trained")
    bring.set_defaults(command=import_command)
    bring.add_argument(
        "file", type=Path, help="a .pt of stylegan2-pytorch, a .pkl of stylegan2-ada-pytorch or stylegan3"
    )
    bring.add_argument("--out", type=Path, required=True, help="the .safetensors file to write")
    bring.add_argument(
        "--class",
        type=int,
        dest="chosen",
        metavar="N",
        help="take this one of the classes that it draws, from 0",
    )
    bring.add_argument("--name", default="", help="name of the model; empty takes the file's")
    bring.add_argument("--data", default="", help="what it was trained on, for the model card")
    bring.add_argument("--terms", default="", help="licence and terms it comes under, for the model card")

    onnx = commands.add_parser("onnx", help="write a generator as ONNX, and its mapping network beside it")
    onnx.set_defaults(command=onnx_command)
    onnx.add_argument("source", type=Path, help="a weights file or a run folder")
    onnx.add_argument("--out", type=Path, required=True, help="the .onnx file to write")
    onnx.add_argument("--noise-seed", type=int, default=0, help="of the noise that is part of it (default: 0)")


def import_command(args: argparse.Namespace) -> int:
    from training.foreign.importing import import_weights

    texts = {"name": args.name, "data": args.data, "terms": args.terms}
    weights = import_weights(args.file, args.out, **texts, chosen=args.chosen)
    side = weights.generator.resolution
    print(f"{args.out}: {weights.name}, {side} x {side} pixels, {len(weights.movements)} sliders")
    return 0


def onnx_command(args: argparse.Namespace) -> int:
    from training.foreign.to_onnx import export_onnx

    for path in export_onnx(args.source, args.out, args.noise_seed):
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
    return 0
