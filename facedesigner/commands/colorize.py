"""`colorize`: a grey picture or a shaded pencil portrait gets colours."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from facedesigner.commands.common import CommandError, check_free, check_picture_name, progress, say
from facedesigner.commands.signing import add_signing_options, sign_by, signer_of


def add(commands: Any) -> None:
    colorize = commands.add_parser("colorize", help="colour a grey portrait or a shaded drawing")
    colorize.set_defaults(command=colorize_command)
    colorize.add_argument("file", type=Path, help="the picture; it is only read")
    colorize.add_argument("--out", type=Path, required=True, help="the PNG file to write")
    colorize.add_argument("--hints", type=Path, help="a picture as large: strokes of colour, transparent elsewhere")
    colorize.add_argument("--overwrite", action="store_true", help="replace a file that exists")
    add_signing_options(colorize)


def colorize_command(args: argparse.Namespace) -> int:
    check_picture_name(args.out)
    check_free(args.out, args.overwrite)
    from facedesigner.contract.sketching import ColorizeRequest
    from facedesigner.engine.drawing_file import open_drawing, open_hints

    grey = open_drawing(args.file)
    sign = sign_by(signer_of(args), parent=args.file)
    hints = None if args.hints is None else open_hints(args.hints)
    progress("loading the network")
    from facedesigner.engine.sketch import SketchEngine
    from facedesigner.export.sketched import save_sketched
    from facedesigner.resources import default_weights

    result = SketchEngine(default_weights()).colorize(ColorizeRequest(grey, hints))
    progress("")
    if result.image is None:
        raise CommandError(f"{args.file.name}: {result.error}")
    if result.notice:
        say(result.notice)
    print(save_sketched(result, args.out, overwrite=args.overwrite, sign=sign))
    return 0
