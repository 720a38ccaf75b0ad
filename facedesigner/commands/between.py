"""`between`: the way from face to face, as a strip of pictures or an animation."""

from __future__ import annotations

import argparse
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
)

COUNTS = (3, 24)  # pictures of a strip


def add(commands: Any) -> None:
    between = commands.add_parser("between", help="the way from face to face: a strip of pictures, or an animation")
    between.set_defaults(command=between_command)
    between.add_argument("files", type=Path, nargs="+", metavar="FILE", help="two PNGs or more that FaceDesigner made")
    between.add_argument("--count", type=int, default=7, help="pictures of a strip, ends among them (default: 7)")
    between.add_argument(
        "--straight", action="store_true", help="go straight in w also where two faces come from seeds"
    )
    between.add_argument("--loop", action="store_true", help="go on to the first face again")
    between.add_argument("--fps", type=int, default=25, help="pictures a second of an animation (default: 25)")
    between.add_argument("--length", type=float, default=6.0, help="seconds of an animation (default: 6)")
    between.add_argument("--out", type=Path, required=True, help="the file to write: .png for a strip, .gif or .mp4")
    between.add_argument("--overwrite", action="store_true", help="replace a file that exists")
    add_engine_options(between)


def between_command(args: argparse.Namespace) -> int:
    animated = check(args)
    from facedesigner.commands.source import face_of_ours
    from facedesigner.export.animation import save_animation
    from facedesigner.export.table import save_strip
    from facedesigner.state.series import places

    engine = load_engine(args, args.files[0])
    faces = [face_of_ours(path, engine) for path in args.files]
    count = round(args.fps * args.length) if animated else args.count
    steps = engine.between(faces, places(len(faces), count, args.loop), not args.straight)
    pictures = []
    for number, face in enumerate(steps, 1):
        progress(f"drawing {number} of {count}")
        pictures.append(draw(engine, face)[0])
    progress("")
    if animated:
        print(save_animation(pictures, args.out, args.fps, overwrite=args.overwrite))
    else:
        words = [face.title if face.seed is not None or face in faces else "" for face in steps]
        print(save_strip(pictures, words, args.out, overwrite=args.overwrite))
    return 0


def check(args: argparse.Namespace) -> bool:
    """Whether an animation is asked for. CommandError or ExportError before anything heavy is loaded."""
    if len(args.files) < 2:
        raise CommandError("a way leads through two faces or more: name another file")
    animated = args.out.suffix.lower() in (".gif", ".mp4")
    if animated:
        from facedesigner.export.animation import check_animation, check_speed

        check_animation(args.out)
        check_speed(args.fps, args.length)
    else:
        check_picture_name(args.out)
        if not COUNTS[0] <= args.count <= COUNTS[1]:
            raise CommandError(f"--count is {args.count}; choose {COUNTS[0]} to {COUNTS[1]}")
    check_free(args.out, args.overwrite)
    return animated
