"""`age`: a face older or younger; or seven ages of it on a sheet, or an animation from young to old and back."""

from __future__ import annotations

import argparse
import sys
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
)
from facedesigner.commands.masks import add_mask_option, check_mask, mask_from
from facedesigner.commands.signing import add_signing_options, sign_by, signer_of
from facedesigner.commands.source import add_source_options, face_from
from facedesigner.state.ages import AGE, OLDEST, SEVEN, age_of, aged, moved_besides, range_words, there_and_back

if TYPE_CHECKING:
    from facedesigner.contract.request import Image
    from facedesigner.engine.face_engine import FaceEngine
    from facedesigner.export.writing import Sign
    from facedesigner.state.face import FaceState

NO_PATH = "{name} has no age slider in years: make one with `python -m training aging {path}`, or use other weights"


def add(commands: Any) -> None:
    age = commands.add_parser(
        "age",
        help="make a face older or younger, in years; a sheet of ages; an animation",
        description="Makes a face older or younger, in years as an age network sees them. The model that comes along "
        "has seen few children and few people over 60: faces follow about as far as it says when more is asked for.",
    )
    age.set_defaults(command=age_command)
    add_source_options(age)
    what = age.add_mutually_exclusive_group(required=True)
    what.add_argument("--to", type=float, metavar="YEARS", help=f"the age to show, 0 to {OLDEST:g}")
    what.add_argument(
        "--strip", action="store_true", help=f"a sheet of seven ages: {', '.join(f'{age:g}' for age in SEVEN)}"
    )
    what.add_argument("--animate", action="store_true", help="a GIF or MP4, by --out, from young to old and back")
    add_mask_option(age)
    age.add_argument("--young", type=float, default=SEVEN[0], help=f"age that it begins with (default: {SEVEN[0]:g})")
    age.add_argument("--old", type=float, default=SEVEN[-1], help=f"age that it turns at (default: {SEVEN[-1]:g})")
    age.add_argument("--fps", type=int, default=25, help="pictures a second of the animation (default: 25)")
    age.add_argument("--length", type=float, default=6.0, help="seconds of the animation, there and back (default: 6)")
    age.add_argument("--out", type=Path, required=True, help="the file to write: .png, for --animate .gif or .mp4")
    age.add_argument("--overwrite", action="store_true", help="replace a file that exists")
    add_signing_options(age)
    add_engine_options(age)


def age_command(args: argparse.Namespace) -> int:
    check(args)
    if args.animate and (args.sign or args.sign_with):
        raise CommandError("animations carry no content credentials: leave out --sign")
    sign = sign_by(signer_of(args), looked_at=args.file)
    engine = load_engine(args, None if args.as_photo else args.file)
    info = engine.info
    if info.ages is None:
        raise CommandError(NO_PATH.format(name=info.name, path=info.path))
    face = face_from(args, engine)
    own = engine.age(face)
    assert own is not None
    if args.to is not None:
        show_one(args, engine, face, own, sign)
    else:
        show_series(args, engine, face, own, sign)
    asked = [args.to] if args.to is not None else SEVEN if args.strip else (args.young, args.old)
    if min(asked) < info.ages[0] or max(asked) > info.ages[1]:
        print(range_words(info.ages), file=sys.stderr)
    return 0


def check(args: argparse.Namespace) -> None:
    """CommandError or ExportError before anything heavy is loaded."""
    for name in ("to", "young", "old"):
        years = getattr(args, name)
        if years is not None and not 0 <= years <= OLDEST:
            raise CommandError(f"--{name} is {years:g}; choose an age from 0 to {OLDEST:g}")
    check_mask(args.mask)
    if args.mask is not None and args.to is None:
        raise CommandError("--mask goes with --to: strips and animations show the whole face")
    if args.animate:
        from facedesigner.export.animation import check_animation, check_speed

        check_animation(args.out)
        if args.young >= args.old:
            raise CommandError(f"--young is {args.young:g} and --old {args.old:g}: choose a lower and a higher age")
        check_speed(args.fps, args.length)
    else:
        check_picture_name(args.out)
    check_free(args.out, args.overwrite)


def show_one(args: argparse.Namespace, engine: FaceEngine, face: FaceState, own: float, sign: Sign | None) -> None:
    from facedesigner.export.png import save_png

    before, _ = draw(engine, face)
    if args.mask is not None:
        mask = mask_from(args.mask, engine, face)
        older = face.with_inside(mask, aged(face.inside(mask), own, args.to))
    else:
        older = aged(face, own, args.to)
    image, _ = draw(engine, older)
    print(save_png(image, args.out, older, engine.info.name, overwrite=args.overwrite, sign=sign), flush=True)
    print(f"seems {own:.0f} as generated, was {age_of(face, own):.0f}, asked for {args.to:g}", file=sys.stderr)
    if args.mask is None:  # of a region, networks would say little
        print(seen(before, image, args.to, older.control(AGE), moved_besides(older)), file=sys.stderr)


def seen(before: Image, after: Image, asked: float, changed: float, others: bool) -> str:
    """What the networks of the extra see, and how that falls short of what was asked, see `Seen.shortfall`."""
    from facedesigner.engine.aging import AgeMeter

    try:
        found = AgeMeter()(before, after)
    except ImportError:
        return "to measure the age and whether it is the same person: pip install 'facedesigner[faces]'"
    words = f"the age network sees {found.years:.0f} years, before {found.years_before:.0f}; {found.who}"
    shortfall = found.shortfall(asked, changed, others)
    return f"{words}\n{shortfall}" if shortfall else words


def show_series(args: argparse.Namespace, engine: FaceEngine, face: FaceState, own: float, sign: Sign | None) -> None:
    from facedesigner.export.animation import save_animation
    from facedesigner.export.strip import save_sheet

    ages = SEVEN if args.strip else there_and_back(args.young, args.old, round(args.fps * args.length))
    faces = [aged(face, own, years) for years in ages]
    pictures = []
    for number, one in enumerate(faces, 1):
        progress(f"drawing {number} of {len(ages)}")
        pictures.append(draw(engine, one)[0])
    progress("")
    if args.strip:
        name = engine.info.name
        print(save_sheet(pictures, faces, ages, args.out, face, name, overwrite=args.overwrite, sign=sign))
    else:
        print(save_animation(pictures, args.out, args.fps, overwrite=args.overwrite))
