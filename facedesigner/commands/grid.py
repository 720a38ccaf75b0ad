"""`grid`: a face with the values of two sliders against each other, on one sheet."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
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
from facedesigner.commands.edit import find
from facedesigner.commands.source import add_source_options, face_from

if TYPE_CHECKING:
    from facedesigner.contract.request import Control
    from facedesigner.state.series import Axis


def add(commands: Any) -> None:
    grid = commands.add_parser("grid", help="a sheet of a face with the values of two sliders against each other")
    grid.set_defaults(command=grid_command)
    add_source_options(grid)
    for name, way in (("x", "across"), ("y", "down")):
        grid.add_argument(
            f"--{name}",
            required=True,
            metavar="NAME[=FROM..TO]",
            help=f"the slider that moves {way}, by name or label (default: as far as it goes)",
        )
    grid.add_argument("--steps", type=int, default=5, help="pictures each way, 2 to 9 (default: 5)")
    grid.add_argument("--out", type=Path, required=True, help="the PNG file to write")
    grid.add_argument("--overwrite", action="store_true", help="replace a file that exists")
    add_engine_options(grid)


def grid_command(args: argparse.Namespace) -> int:
    check_picture_name(args.out)
    check_free(args.out, args.overwrite)
    from facedesigner.commands.controls import offered
    from facedesigner.export.table import save_grid
    from facedesigner.state.series import flat, grid

    engine = load_engine(args, None if args.as_photo else args.file)
    controls = offered(engine)
    across, down = (axis(words, controls, args.steps) for words in (args.x, args.y))
    face = face_from(args, engine)
    rows = grid(face, across, down)
    pictures = {}
    for number, one in enumerate(flat(rows), 1):
        progress(f"drawing {number} of {across.steps * down.steps}")
        pictures[one] = draw(engine, one)[0]
    progress("")
    drawn = [[pictures[one] for one in row] for row in rows]
    words = (across.words, down.words)
    print(save_grid(drawn, rows, words, args.out, face, engine.info.name, overwrite=args.overwrite))
    return 0


def axis(words: str, controls: Sequence[Control], steps: int) -> Axis:
    """`smile=-1..1`, or `smile` for all of its range. CommandError or UserError says what is wrong."""
    from facedesigner.state.series import Axis

    name, equals, span = words.partition("=")
    control = find(name.strip(), controls)
    if control.choices:
        raise CommandError(f"{name} is a menu: choose a slider")
    first, last = control.minimum, control.maximum
    if equals:
        try:
            first, last = (float(end) for end in span.split(".."))
        except ValueError:
            raise CommandError(f"{words} has no range: write {name}=-1..1") from None
        if not all(control.minimum <= end <= control.maximum for end in (first, last)):
            raise CommandError(
                f"{name} goes from {control.minimum:g} to {control.maximum:g}, not {first:g} to {last:g}"
            )
    return Axis(control.name, control.label, first, last, steps, control.taught)
