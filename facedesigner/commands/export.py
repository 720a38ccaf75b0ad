"""`export`: a face in its real size, to print or to make: so many millimetres between the pupils."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facedesigner.commands.common import (
    CommandError,
    add_engine_options,
    check_free,
    check_picture_name,
    say,
)
from facedesigner.commands.fabricating import (
    add_icc_option,
    add_picture_options,
    explaining,
    eyes,
    package_of,
    picture_of,
    say_size,
    shown,
)
from facedesigner.commands.signing import add_signing_options, signing

if TYPE_CHECKING:
    from facedesigner.export.fabrication import Options
    from facedesigner.export.layout import Layout
    from facedesigner.export.package import Package
    from facedesigner.state.face import FaceState


def add(commands: Any) -> None:
    export = commands.add_parser("export", help="a face in its real size: PNG, cut-out, sheet to print")
    export.set_defaults(command=export_command)
    export.add_argument("file", type=Path, help="a PNG of ours, or any picture with a face; it is only read")
    export.add_argument(
        "--out", type=Path, help="the PNG to write; its name may have fields such as {name}_{seed}_{pupil}mm.png"
    )
    size = export.add_mutually_exclusive_group()
    size.add_argument("--pupil-mm", type=float, help="between the pupils (default: 63)")
    size.add_argument("--head-mm", type=float, help="from the chin to the crown, estimated, instead")
    export.add_argument("--dpi", type=float, default=300.0, help="dots an inch (default: 300)")
    behind = export.add_mutually_exclusive_group()
    behind.add_argument("--cutout", action="store_true", help="take the background away")
    behind.add_argument("--background", metavar="COLOUR", help="put a colour behind the face: white, #20a040")
    export.add_argument("--sheet", metavar="PAGE", help="also a PDF to print: A4, A3 or Letter")
    export.add_argument("--overlap-mm", type=float, default=10.0, help="that pages of the sheet share (default: 10)")
    export.add_argument(
        "--cylinder-mm", type=float, metavar="RADIUS", help="unwrap sheet and TIFF for a shell of this radius"
    )
    add_icc_option(export)
    export.add_argument(
        "--set",
        type=Path,
        metavar="PLACE",
        help="the whole package, in a folder or a zip: PNG, cut-out, sheet, recipe, certificate and relief",
    )
    export.add_argument("--bits", type=int, default=8, help="8 or 16 a channel (default: 8)")
    export.add_argument("--mirror", action="store_true", help="mirror the face, as for a transfer")
    export.add_argument("--no-straighten", action="store_true", help="keep the picture's frame and its tilt")
    export.add_argument("--method", help="how it is enlarged: bicubic, resnet or gan (default: the best that is here)")
    add_picture_options(export)
    export.add_argument("--overwrite", action="store_true", help="replace files that exist")
    add_signing_options(export)
    add_engine_options(export)


def export_command(args: argparse.Namespace) -> int:
    options, layout = asked(args)
    from facedesigner.export.fabrication import fabricate
    from facedesigner.export.parts import png_of, sheet_of, stem_of, tiff_of, write_set
    from facedesigner.export.press import read_profile
    from facedesigner.export.writing import write_files
    from facedesigner.state.filenames import check_pattern

    pattern = check_pattern(args.out.stem if args.out else args.file.stem.replace("{", "{{").replace("}", "}}"))
    check_early(args, pattern, options)
    if args.set and args.set.is_file():
        check_free(args.set, args.overwrite)
    profile = read_profile(args.icc) if args.icc else b""
    sign = signing(args) if args.out else None
    source = picture_of(args)
    check_early(args, pattern, options, source.face, source.model)
    told = None if args.no_recipe else source.face
    marks, find = eyes(args)
    package: Package | None = None

    with explaining(args.file):
        main = fabricate(source.picture, options, find, marks, shown, part=source.part)
        height, width = main.pixels.shape[:2]
        name = stem_of(pattern, args.file.stem, source.face, source.model, options, main.measures, (width, height))
        if args.set:
            package = package_of(args, main, source, options, layout, (marks, find), name, profile=args.icc)
    written = []
    if package is not None:
        written += write_set(args.set, package.parts, args.overwrite)
    if args.out:
        mark = "" if args.no_recipe else source.mark
        png = png_of(main, told, source.model, mark)
        contents = {".png": sign(png, f"{name}.png") if sign else png}
        if args.sheet:
            contents[".pdf"] = sheet_of(main, layout, name, told, source.model)
        if args.icc:
            contents[".tif"] = tiff_of(main, layout, profile, told, source.model, mark)
        files = {args.out.with_name(f"{name}{ending}"): content for ending, content in contents.items()}
        written += write_files(files, args.overwrite)
    for path in written:
        print(path, flush=True)
    for note in (*main.notes, *main.warnings) if package is None else (*package.left_out, *package.notes):
        say(note)
    say_size(main)
    return 0


def check_early(
    args: argparse.Namespace,
    pattern: str,
    options: Options,
    face: FaceState | None = None,
    model: str | None = None,
) -> None:
    """Whether the files may be written, before the work, where their name hangs on nothing that the work finds out.
    CommandError."""
    from facedesigner.state.filenames import FilenameError, file_stem

    size, seed = options.size, face.origin.removeprefix("seed") if face else None
    known = {"name": args.file.stem, "dpi": size.dpi, "pupil": size.pupil_mm, "head": size.head_mm}
    try:
        stem = file_stem(pattern, {**known, "seed": seed, "model": model})
    except FilenameError:  # something is not known yet
        return
    wanted = {".png": args.out, ".pdf": args.sheet, ".tif": args.icc}
    for ending in [ending for ending, is_wanted in wanted.items() if is_wanted] if args.out else ():
        check_free(args.out.with_name(stem + ending), args.overwrite)


def asked(args: argparse.Namespace) -> tuple[Options, Layout]:
    """What is asked for, and how it is printed. CommandError, SizeError or SheetError when that makes no sense."""
    from facedesigner.export.fabrication import CUT, KEEP, Options
    from facedesigner.export.layout import PAGES, Layout
    from facedesigner.export.measure import PUPIL_MM, Size

    if args.out is None and args.set is None:
        raise CommandError("say where to write: --out a PNG, or --set a folder or zip for all files of the face")
    if args.out is not None:
        check_picture_name(args.out)
    if args.method not in (None, "bicubic", "resnet", "gan"):
        raise CommandError(f"--method is {args.method}; choose bicubic, resnet or gan")
    page = next((name for name in PAGES if args.sheet and name.lower() == args.sheet.lower()), None)
    if args.sheet and page is None:
        raise CommandError(f"--sheet is {args.sheet}; choose {', '.join(PAGES)}")
    pupil = None if args.head_mm is not None else PUPIL_MM if args.pupil_mm is None else args.pupil_mm
    background = CUT if args.cutout else args.background or KEEP
    size = Size(pupil, args.head_mm, args.dpi)
    layout = Layout(page or Layout().page, overlap_mm=args.overlap_mm, cylinder_mm=args.cylinder_mm)
    return Options(size, background, not args.no_straighten, args.mirror, args.bits, args.method), layout
