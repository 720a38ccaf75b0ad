"""`upscale`: a picture twice or four times as large."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from facedesigner.commands.common import check_free, check_picture_name, progress, say

METHODS = ("bicubic", "resnet", "gan", "realesrgan")


def add(commands: Any) -> None:
    upscale = commands.add_parser("upscale", help="enlarge a picture two or four times; a face's PNG keeps its recipe")
    upscale.set_defaults(command=upscale_command)
    upscale.add_argument("file", type=Path, help="a picture; it is only read")
    upscale.add_argument(
        "--method",
        choices=METHODS,
        default="resnet",
        help="bicubic: smooth, adds nothing; resnet: faithful, sharper edges; gan: crisp, invents detail that may "
        "not be true; realesrgan: another program's, if it is installed (default: resnet)",
    )
    upscale.add_argument("--scale", type=int, default=4, metavar="2|4", help="how many times as large (default: 4)")
    upscale.add_argument("--out", type=Path, required=True, help="the PNG file to write")
    upscale.add_argument("--overwrite", action="store_true", help="replace a file that exists")


def upscale_command(args: argparse.Namespace) -> int:
    check_picture_name(args.out)
    check_free(args.out, args.overwrite)
    from facedesigner.contract.methods import METHODS, check

    check(1, 1, args.method, args.scale)  # before a large picture is decoded
    from facedesigner.engine.enhance import upscale
    from facedesigner.engine.opening import open_picture
    from facedesigner.export.enlarged import save_enlarged

    opened = open_picture(args.file)
    for notice in opened.notices:
        say(notice)
    label = METHODS[args.method].label
    large = upscale(opened.pixels, args.method, args.scale, lambda share: progress(f"{label}, {share:.0%}"))
    progress("")
    how = f"{label}, {args.scale} times"
    print(save_enlarged(large, args.out, opened.texts, how, overwrite=args.overwrite))
    return 0
