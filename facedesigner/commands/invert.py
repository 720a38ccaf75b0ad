"""`invert`: the face of a photo as a face of the model, so that sliders work on it; and back into the photo.

Ctrl+C ends the refinement and keeps the best so far; a second one ends the program.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

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
from facedesigner.commands.source import interruptible, photo_face_of


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
    photo_face = photo_face_of(args)
    picture = photo_face.picture
    engine = load_engine(args)
    moved = [parse(setting, offered(engine)) for setting in args.set]
    from facedesigner.engine.inversion import Progress, invert, load_inverter
    from facedesigner.engine.likeness import Meter, Perceptual, made, resized_to
    from facedesigner.export.png import save_png
    from facedesigner.resources import resource

    def show(now: Progress) -> None:
        progress(f"step {now.step}, {now.share:.0%}, loss {now.loss:.3f}")

    info = engine.info
    weights, encoder = load_inverter(info.path, (info.path.parent, resource("weights")), args.encoder)
    perceptual = made(Perceptual)
    with interruptible() as stop:
        found = invert(
            weights, encoder, picture, seconds=args.seconds, progress=show, stop=stop.is_set, perceptual=perceptual
        )
    progress("")
    unedited = face = found.face(info.hash)
    before, _ = draw(engine, unedited)
    for key, value, control in moved:
        face = face.with_control(key, value, control.taught)
    image, _ = draw(engine, face)
    print(save_png(image, args.out, face, info.name, overwrite=args.overwrite), flush=True)
    meter = Meter(perceptual)
    target = resized_to(picture, image.shape[0])
    print(f"estimate after {found.seconds_to_estimate:.2f} s: {meter(found.estimated, target)}", file=sys.stderr)
    if found.steps:
        print(f"refined, {found.steps} steps in {found.seconds:.1f} s: {meter(before, target)}", file=sys.stderr)
    if args.paste:
        progress("pasting")
        from facedesigner.engine.paste import paste, whole_photo
        from facedesigner.export.photo import save_photo

        whole = whole_photo(args.file)
        for note in whole.info["notes"]:
            say(f"{args.paste.name}: {note}")
        pasted = paste(whole, photo_face, image, before if moved else None)
        progress("")
        print(save_photo(pasted, args.paste, overwrite=args.overwrite), flush=True)
    return 0
