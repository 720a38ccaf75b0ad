"""Options of `relief --whole`: the whole head in place of a relief."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from facedesigner.commands.common import CommandError

if TYPE_CHECKING:
    from facedesigner.export.whole import WholePiece

FLAT: dict[str, Any] = {
    "shape": "plate",
    "depth": 1.0,
    "base_mm": 3.0,
    "detail": 0.5,
    "resolution": 256,
    "size_mm": None,
}
WHOLE: dict[str, Any] = {"hair": "volume", "eyes": "open", "neck": "open", "head_height_mm": None, "cutouts": None}
WHOLE |= {"mould": False, "draft_deg": 3.0}  # options and their defaults


def add_whole_options(command: Any) -> None:
    whole = command.add_argument_group("the whole head")
    whole.add_argument("--whole", action="store_true", help="the whole head with ears, back and neck, on its neck")
    whole.add_argument("--hair", default=WHOLE["hair"], help="volume or bald (default: volume)")
    whole.add_argument("--eyes", default=WHOLE["eyes"], help="open, with the balls in them, or closed (default: open)")
    what = "holes: eyes, mouth, camera, screws with commas between, or a .toml file with their sizes"
    whole.add_argument("--cutouts", metavar="NAMES|FILE", help=what)
    whole.add_argument("--mould", action="store_true", help="a mould of two halves in place of the head")
    whole.add_argument("--draft-deg", type=float, default=WHOLE["draft_deg"], help="of the mould's walls (default: 3)")
    whole.add_argument("--neck", default=WHOLE["neck"], help="of a wall: open or closed (default: open)")


def check_whole(args: argparse.Namespace) -> None:
    """CommandError for options that do not go together."""
    if args.whole and args.height_map:
        raise CommandError("a whole head has no height map: leave out --whole or --height-map")
    if args.mould and (args.thickness_mm is not None or args.cutouts):
        raise CommandError("a mould is of a solid head: leave out --thickness-mm and --cutouts")
    others = FLAT if args.whole else WHOLE
    for name, default in others.items():
        if getattr(args, name) != default:
            option = f"--{name.replace('_', '-')}"
            why = "is for reliefs: leave it out" if args.whole else "is for whole heads: add --whole"
            raise CommandError(f"{option} {why}")


def whole_piece(args: argparse.Namespace) -> WholePiece:
    from facedesigner.export.whole import WholePiece

    scale = {} if args.pupil_mm is None else {"pupil_mm": args.pupil_mm}
    return WholePiece(height_mm=args.head_height_mm, thickness_mm=args.thickness_mm, neck=args.neck, **scale)
