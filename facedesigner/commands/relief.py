"""`relief`: a face as a solid for a 3D printer or a mill, and its height map; or its whole head."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facedesigner.commands.common import CommandError, check_free, progress, say
from facedesigner.commands.whole import add_whole_options, check_whole, whole_piece

if TYPE_CHECKING:
    from facedesigner.contract.request import Image
    from facedesigner.export.solid import Solid

ENDINGS = (".stl", ".obj", ".ply", ".glb", ".3mf")
PICTURE = 512  # side of the aligned picture that relief and texture are taken from


def add(commands: Any) -> None:
    what = "a face or its whole head as a solid: STL, OBJ, PLY, GLB or 3MF; and a height map"
    relief = commands.add_parser("relief", help=what)
    relief.set_defaults(command=relief_command)
    relief.add_argument("file", type=Path, help="a picture with a face seen from the front; it is only read")
    relief.add_argument("--out", type=Path, help="the file to write: .stl, or with colours .obj, .ply, .glb, .3mf")
    relief.add_argument("--height-map", type=Path, metavar="PNG", help="a 16-bit grey picture, white nearest")
    size = relief.add_mutually_exclusive_group()
    size.add_argument("--pupil-mm", type=float, help="between the pupils (default: 63, as of grown people)")
    size.add_argument("--size-mm", type=float, help="width of the piece instead")
    size.add_argument("--head-height-mm", type=float, help="with --whole, from the chin to the crown, instead")
    relief.add_argument("--shape", default="plate", help="plate, oval or head (default: plate)")
    relief.add_argument("--depth", type=float, default=1.0, help="1 is true, 0.3 a flat relief (default: 1)")
    relief.add_argument("--base-mm", type=float, default=3.0, help="plate behind the relief (default: 3)")
    relief.add_argument("--thickness-mm", type=float, help="of a wall, open at the back (default: solid)")
    relief.add_argument("--detail", type=float, default=0.5, help="0 to 1, from light and dark (default: 0.5)")
    relief.add_argument("--resolution", type=int, default=256, help="points a side (default: 256)")
    relief.add_argument(
        "--aligned", action="store_true", help="the picture is cut to a face like FFHQ's: take its middle square"
    )
    add_whole_options(relief)
    relief.add_argument("--overwrite", action="store_true", help="replace files that exist")


def relief_command(args: argparse.Namespace) -> int:
    check(args)
    if args.whole:
        return whole_command(args)
    from facedesigner.engine.relief import height_map
    from facedesigner.export.solid import Piece, build
    from facedesigner.export.stl import save_height_map, save_solid

    scale = {} if args.pupil_mm is None else {"pupil_mm": args.pupil_mm}
    piece = Piece(
        args.shape,
        size_mm=args.size_mm,
        depth=args.depth,
        base_mm=args.base_mm,
        thickness_mm=args.thickness_mm,
        **scale,
    )
    picture, marks = face_of(args)
    relief = height_map(picture, marks, detail=args.detail, resolution=args.resolution)
    solid = build(relief, piece)
    progress("")
    if args.height_map:
        step = solid.pupil_mm / (relief.eye_distance * args.resolution)
        print(save_height_map(relief.height, args.height_map, step, overwrite=args.overwrite), flush=True)
    if args.out:
        print(save_solid(solid, args.out, picture, overwrite=args.overwrite), flush=True)
    tell(solid)
    return 0


def whole_command(args: argparse.Namespace) -> int:
    from facedesigner.engine.whole_head import check_choices, whole_head
    from facedesigner.export.cutouts import cut_out, read_template
    from facedesigner.export.mould import Mould, build_mould
    from facedesigner.export.stl import save_solid
    from facedesigner.export.whole import build_whole

    check_choices(args.hair, args.eyes)
    piece, mould = whole_piece(args), Mould(args.draft_deg)
    template = read_template(args.cutouts) if args.cutouts else None
    picture, marks = face_of(args)
    head = whole_head(picture, marks, hair=args.hair, eyes=args.eyes)
    solid = build_whole(head, piece)
    if template:
        solid = cut_out(solid, head, template)
    if args.mould:
        solid = build_mould(solid, mould)
    progress("")
    texture = None if args.mould else head.texture
    print(save_solid(solid, args.out, texture, overwrite=args.overwrite), flush=True)
    tell(solid)
    return 0


def face_of(args: argparse.Namespace) -> tuple[Image, Any]:
    """The aligned face and its landmarks, if they were found."""
    from facedesigner.engine.relief import aligned_marks

    progress("looking for the face")
    picture = picture_of(args.file, args.aligned)
    marks, notice = aligned_marks(picture)
    if notice:
        say(notice)
    progress("modelling")
    return picture, marks


def tell(solid: Solid) -> None:
    size = " × ".join(f"{length:.1f}" for length in solid.size)
    print(f"{size} mm, pupils {solid.pupil_mm:.1f} mm apart, {len(solid.triangles):,} triangles", file=sys.stderr)


def check(args: argparse.Namespace) -> None:
    """CommandError for what can be told without work."""
    if not args.out and not args.height_map:
        raise CommandError("nothing to write: name a file with --out face.stl or --height-map face.png")
    if args.out and args.out.suffix.lower() not in ENDINGS:
        raise CommandError(
            f"--out is {args.out}; choose a name that ends in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}"
        )
    if args.height_map and args.height_map.suffix.lower() != ".png":
        raise CommandError(f"--height-map is {args.height_map}; choose a name that ends in .png")
    check_whole(args)
    if not 0 <= args.detail <= 1:
        raise CommandError(f"--detail is {args.detail:g}; choose 0 to 1")
    for path in (args.out, args.height_map):
        if path:
            check_free(path, args.overwrite)


def picture_of(path: Path, aligned: bool) -> Image:
    """The face, aligned. Our own faces are; in other pictures it is looked for. PhotoError says what to do."""
    from facedesigner.engine.photo import open_aligned, open_photo
    from facedesigner.export.png import read_face
    from facedesigner.state.recipe import RecipeError

    if not aligned:
        try:
            read_face(path)
            aligned = True
        except RecipeError:
            aligned = False
    picture: Image = (open_aligned(path, PICTURE) if aligned else open_photo(path, PICTURE)[0]).picture
    return picture
