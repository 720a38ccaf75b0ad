"""What `export` and `handover` do alike: the picture, its eyes, and the package."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from facedesigner.commands.common import CommandError, draw, load_engine, progress, say, weights_of
from facedesigner.commands.signing import required_signer

if TYPE_CHECKING:
    from facedesigner.contract.framed import Framed
    from facedesigner.contract.request import Image
    from facedesigner.engine.landmarks import Landmarks
    from facedesigner.export.fabrication import Fabrication, Find, Options
    from facedesigner.export.layout import Layout
    from facedesigner.export.package import Package
    from facedesigner.state.face import FaceState


@dataclass(frozen=True, eq=False)
class Source:
    """What is fabricated."""

    picture: Image  # (H, W, 3)
    face: FaceState | None  # its recipe, if it has one
    model: str  # its name
    part: Framed | None = None  # of what the recipe draws, if the picture is one that was exported so
    mark: str = ""  # of a picture without a recipe: how it was made, if the file says so


def add_picture_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--eyes", nargs=2, metavar="X,Y", help="the two pupils in pixels, where none are found")
    command.add_argument(
        "--no-recipe", action="store_true", help="leave out the recipe and the mark that it is generated"
    )


def add_icc_option(command: argparse.ArgumentParser) -> None:
    what = "also a TIFF in CMYK, in the colours of a press by its ICC profile"
    command.add_argument("--icc", type=Path, metavar="PROFILE", help=what)


def eyes(args: argparse.Namespace) -> tuple[Landmarks | None, Find | None]:
    """The places that were given, or what finds them."""
    from facedesigner.engine.landmarks import LandmarkFinder, pointed_at

    if args.eyes is not None:
        try:
            one, other = (tuple(map(float, word.split(","))) for word in args.eyes)
            return pointed_at((one[0], one[1]), (other[0], other[1])), None
        except (IndexError, TypeError, ValueError) as error:
            if "fall together" in str(error):
                raise
            raise CommandError(f"--eyes is {' '.join(args.eyes)}; give two places such as 210,240 305,238") from None
    try:
        return None, LandmarkFinder()
    except ImportError as error:
        raise CommandError(f"{error}; or point at the pupils with --eyes x,y x,y") from None


def picture_of(args: argparse.Namespace) -> Source:
    """Of `args.file`. A face of ours is drawn anew, so that nothing that another program did to the file is in it;
    where that is not the same picture, the file counts."""
    from facedesigner.engine.photo import opened
    from facedesigner.engine.truth import Kind, truth_of
    from facedesigner.export.credentials import mark_of
    from facedesigner.export.png import pixels_of, read_face
    from facedesigner.state.recipe import RecipeError

    picture = pixels_of(opened(args.file))
    try:
        face = read_face(args.file)
    except RecipeError:
        return Source(picture, None, "none", mark=mark_of(args.file.read_bytes()))
    engine = load_engine(args, args.file)
    name = args.file.name
    if face.model != engine.info.hash:
        say(f"{name} was made with another model ({face.model}): the picture is used as it is")
        return Source(picture, face, face.model)
    drawn = cache(lambda one: draw(engine, one)[0])  # what it has to tell of a face is said once
    true = truth_of(args.file, face, drawn)
    if true.kind is Kind.SHEET:
        say(f"{name}: {true.words} The face of the recipe itself is used.")
    elif true.kind not in (Kind.SAME, Kind.ROUNDED):
        say(f"{name}: {true.words} The picture is used as it is.")
        return Source(picture, face, engine.info.name, true.framed)
    return Source(drawn(face), face, engine.info.name)


def package_of(
    args: argparse.Namespace,
    main: Fabrication,
    source: Source,
    options: Options,
    layout: Layout,
    known: tuple[Landmarks | None, Find | None],
    stem: str,
    robot: str = "",
    solid: str = "plate",
    profile: Path | None = None,
) -> Package:
    """Everything of what was fabricated, `main`; `known` is what `eyes` gave."""
    from facedesigner.commands.certify import load_certifier, users_key
    from facedesigner.export.credentials import Ingredient
    from facedesigner.export.package import Contents, packed

    marks, find = known
    told = None if args.no_recipe else source.face
    signs, unknown = args.sign or args.sign_with is not None, told is None and source.face is None
    of = Contents(
        *(source.picture, options, find, marks, stem, layout, told, source.model),
        certifier=lambda: load_certifier(args, weights_of(args.file)),
        aligned=lambda: aligned(source.picture, source.face, args.file),
        key=users_key,
        part=source.part,
        mark="" if args.no_recipe else source.mark,
        signer=(lambda: required_signer(args)) if signs else None,
        parents=(Ingredient(args.file.name, args.file.read_bytes()),) if unknown else (),
        robot=robot,
        solid=solid,
        profile=profile,
    )
    return packed(main, of, shown)


def aligned(picture: Image, face: FaceState | None, path: Path) -> Image:
    """What a relief is taken from. Our own faces are aligned; in other pictures the face is looked for."""
    from PIL import Image as Pillow

    from facedesigner.engine.photo import faces_of
    from facedesigner.export.package import RELIEF_SIDE, square

    if face is not None:
        return square(picture)
    found: Image = faces_of(Pillow.fromarray(picture), path, RELIEF_SIDE)[0].picture
    return found


@contextmanager
def explaining(path: Path) -> Iterator[None]:
    """Says what to do where a picture has no eyes that can be found, or a package is not installed."""
    from facedesigner.engine.landmarks import EyesError

    try:
        yield
    except EyesError as error:
        raise CommandError(f"{path.name}: {error}, with --eyes x,y x,y") from None
    except ImportError as error:
        raise CommandError(str(error)) from None
    finally:
        progress("")


def say_size(main: Fabrication) -> None:
    height, width = main.pixels.shape[:2]
    across, down = main.millimetres
    say(f"{width} × {height} pixels, {across:.1f} × {down:.1f} mm at {main.dpi:g} dpi")
    say(", ".join(map(str, main.measures)))


def shown(share: float, what: str) -> None:
    progress(f"{what}, {share:.0%}")
