"""`invert`: the face of a photo as a face of the model, so that sliders work on it; and back into the photo.

Ctrl+C ends the refinement and keeps the best so far; a second one ends the program.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facedesigner.commands.common import (
    CommandError,
    add_engine_options,
    check_free,
    check_picture_name,
    draw,
    load_engine,
    progress,
    say,
)
from facedesigner.commands.edit import parse
from facedesigner.commands.signing import add_signing_options, sign_by, signer_of
from facedesigner.commands.source import interruptible, opener_of, photo_face_of, show

if TYPE_CHECKING:
    from facedesigner.contract.photos import Reached


def add(commands: Any) -> None:
    invert = commands.add_parser("invert", help="open a photo: find the model's face that comes closest to it")
    invert.set_defaults(command=invert_command)
    invert.add_argument("file", type=Path, help="a picture with a face; it is only read")
    invert.add_argument("--out", type=Path, required=True, help="the PNG file to write, with its recipe")
    invert.add_argument(
        "--seconds", type=float, default=20.0, help="how long to refine, Ctrl+C ends it sooner (default: 20)"
    )
    invert.add_argument("--face", type=int, default=1, help="which face, 1 for the largest (default: 1)")
    invert.add_argument(
        "--aligned", action="store_true", help="the picture is cut to a face like FFHQ's: take its middle square"
    )
    invert.add_argument("--encoder", type=Path, help="an encoder of the model (default: beside it, or ours)")
    invert.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a slider to move on the face, as in `edit`"
    )
    invert.add_argument(
        "--paste",
        type=Path,
        metavar="PNG",
        help="also write the photo at its full size: with --set, with what that changed; else with the model's face",
    )
    invert.add_argument("--overwrite", action="store_true", help="replace a file that exists")
    add_signing_options(invert)
    add_engine_options(invert)


def invert_command(args: argparse.Namespace) -> int:
    from facedesigner.commands.controls import offered

    check_picture_name(args.out)
    check_free(args.out, args.overwrite)
    if args.paste:
        if args.paste.suffix.lower() != ".png":
            raise CommandError(f"--paste is {args.paste}; only PNG is written, choose a name that ends in .png")
        check_free(args.paste, args.overwrite)
        if args.paste.resolve() in (args.out.resolve(), args.file.resolve()):
            raise CommandError(f"--paste is {args.paste}: choose a name that is neither the photo's nor that of --out")
    if not 0 <= args.seconds <= 3600:
        raise CommandError(f"--seconds is {args.seconds:g}; choose 0 to 3600")
    if args.aligned and args.face != 1:
        raise CommandError("--aligned takes the picture as one face: leave out --face")
    signer = signer_of(args)
    engine = load_engine(args)
    moved = [parse(setting, offered(engine)) for setting in args.set]
    opener, info = opener_of(args), engine.info
    photo_face = photo_face_of(args, opener, info)
    from facedesigner.export.png import save_png

    began = time.monotonic()
    estimates: list[tuple[float, Reached]] = []

    def take(now: Reached) -> None:
        if not estimates:
            estimates.append((time.monotonic() - began, now))
        show(now)

    with interruptible() as stop:
        found = opener.invert(photo_face, info, take, stop.is_set)
    seconds = time.monotonic() - began
    progress("")
    face = found.face
    before, _ = draw(engine, face)
    for key, value, control in moved:
        face = face.with_control(key, value, control.taught)
    image, _ = draw(engine, face)
    sign = sign_by(signer, looked_at=args.file)
    print(save_png(image, args.out, face, info.name, overwrite=args.overwrite, sign=sign), flush=True)
    at, estimate = estimates[0]
    print(f"estimate after {at:.2f} s: {opener.measure(photo_face, estimate.picture)}", file=sys.stderr)
    if found.steps:
        print(
            f"refined, {found.steps} steps in {seconds:.1f} s: {opener.measure(photo_face, before)}",
            file=sys.stderr,
        )
    if args.paste:
        progress("pasting")
        from facedesigner.export.photo import save_photo

        pasted = opener.paste(args.file, photo_face, image, before if moved else None)
        for note in pasted.info["notes"]:
            say(f"{args.paste.name}: {note}")
        progress("")
        sign = sign_by(signer, parent=args.file)
        print(save_photo(pasted, args.paste, overwrite=args.overwrite, sign=sign), flush=True)
    return 0
