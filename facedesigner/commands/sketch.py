"""`sketch`: a drawing becomes a photo."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from facedesigner.commands.common import (
    CommandError,
    add_weights_option,
    check_free,
    check_picture_name,
    progress,
    say,
    version_of,
)
from facedesigner.commands.signing import add_signing_options, sign_by, signer_of
from facedesigner.serving.shelf import kept

MOST_VARIANTS = 16


def add(commands: Any) -> None:
    sketch = commands.add_parser("sketch", help="make a photo of a drawing of a face")
    sketch.set_defaults(command=sketch_command)
    sketch.add_argument("file", type=Path, help="the drawing, from a camera, scanner or paint program; it is only read")
    sketch.add_argument(
        "--out",
        type=Path,
        required=True,
        help="the PNG file to write; with --follow 0 it carries a recipe, else it opens as a photo",
    )
    sketch.add_argument("--hints", type=Path, help="a picture as large as the drawing: strokes of colour, transparent")
    sketch.add_argument(
        "--follow", type=float, default=0.7, help="1: follow each line; 0: a believable face (default: 0.7)"
    )
    sketch.add_argument(
        "--variants", type=int, default=1, help="how many, in other colours: OUT-1.png and so on (default: 1)"
    )
    sketch.add_argument(
        "--in-place", action="store_true", help="the face lies where the canvas has it: leave the drawing where it is"
    )
    add_weights_option(sketch)
    sketch.add_argument("--overwrite", action="store_true", help="replace files that exist")
    add_signing_options(sketch)


def sketch_command(args: argparse.Namespace) -> int:
    check_picture_name(args.out)
    if not 0 <= args.follow <= 1:
        raise CommandError(f"--follow is {args.follow:g}; choose 0 to 1")
    if not 1 <= args.variants <= MOST_VARIANTS:
        raise CommandError(f"--variants is {args.variants}; choose 1 to {MOST_VARIANTS}")
    outs = names(args.out, args.variants)
    for out in outs:
        check_free(out, args.overwrite)
    from facedesigner.contract.sketching import SIDE, SketchRequest
    from facedesigner.engine.drawing_file import open_hints, open_page
    from facedesigner.engine.page.cleaning import DrawingError, cleaned
    from facedesigner.engine.page.heads import new_finder

    drawing = open_page(args.file)
    sign = sign_by(signer_of(args), looked_at=args.file)
    hints = None if args.hints is None else open_hints(args.hints)
    progress("looking at the drawing")
    try:
        page = cleaned(drawing, place=not args.in_place, finder=new_finder())
    except DrawingError as error:
        progress("")
        raise CommandError(f"{args.file.name}: {error}") from None
    sketch = page.on_square(2 * SIDE)
    hints = None if hints is None else page.hints_on_square(hints, 2 * SIDE)
    from facedesigner.engine.sketch import SketchEngine
    from facedesigner.export.sketched import save_sketched
    from facedesigner.resources import default_weights

    weights = args.weights or default_weights()

    def load() -> SketchEngine:
        progress("loading the model")
        return SketchEngine(weights)

    engine = kept(("sketch", *version_of(weights)), load)
    for variant, out in enumerate(outs):
        result = engine.render(SketchRequest(sketch, hints, args.follow, variant))
        progress("")
        if result.error:
            raise CommandError(f"{args.file.name}: {result.error}")
        for notice in () if variant else filter(None, (*page.notices, result.notice)):
            say(notice)
        print(save_sketched(result, out, overwrite=args.overwrite, sign=sign), flush=True)
    return 0


def names(out: Path, count: int) -> list[Path]:
    """`photo.png`, or `photo-1.png` to `photo-4.png`."""
    if count == 1:
        return [out]
    return [out.with_name(f"{out.stem}-{number}{out.suffix}") for number in range(1, count + 1)]
