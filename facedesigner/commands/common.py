"""What several commands do: speak, load the model, draw, and see that no file is lost."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from facedesigner.resources import default_weights, named_weights, shipped_weights
from facedesigner.serving.shelf import kept
from training.errors import UserError
from training.texts import one_line, printable

if TYPE_CHECKING:
    from facedesigner.contract.request import Image
    from facedesigner.engine.face_engine import FaceEngine
    from facedesigner.engine.truth import Truth
    from facedesigner.state.face import FaceState


class CommandError(UserError):
    """A command cannot be done as given; the message says why and what to do."""


def say(message: str) -> None:
    progress("")
    print(f"facedesigner: {printable(message)}", file=sys.stderr)


def progress(text: str) -> None:
    """Replaces the terminal's last line; nothing where standard error is not a terminal."""
    if sys.stderr.isatty():
        text = one_line(text)
        print(f"\r{text:<40}\r{text}", end="", file=sys.stderr, flush=True)


def add_engine_options(command: argparse.ArgumentParser) -> None:
    add_weights_option(command)
    command.add_argument("--device", default="auto", help="auto, cpu, cuda or mps (default: auto)")


def add_weights_option(command: argparse.ArgumentParser) -> None:
    what = "a weights file, or the name of a model that comes along (default: the first of those)"
    command.add_argument("--weights", type=named_weights, metavar="FILE|NAME", help=what)


def check_picture_name(path: Path) -> None:
    """CommandError unless it may become a PNG."""
    if path.suffix.lower() != ".png":
        raise CommandError(f"--out is {path}; only PNG is written, choose a name that ends in .png")


def check_free(path: Path, overwrite: bool) -> None:
    if path.exists() and not overwrite:
        raise CommandError(f"{path} exists already: choose another name, or add --overwrite")


def load_engine(args: argparse.Namespace, picture: Path | None = None) -> FaceEngine:
    """`picture`: whose recipe chooses between the models that come along."""
    from facedesigner.engine.face_engine import FaceEngine
    from facedesigner.gui.places import Places

    weights = args.weights or weights_of(picture)

    def load() -> FaceEngine:
        progress("loading the model")
        engine = FaceEngine(args.device, Places.of_user().known_models)
        engine.load(weights)
        progress("")
        return engine

    return kept(("engine", args.device, *version_of(weights)), load)


def version_of(path: Path) -> tuple[Path, int]:
    """A file as it is now."""
    return path.resolve(), path.stat().st_mtime_ns if path.is_file() else 0


def weights_of(picture: Path | None) -> Path:
    """The model that made a picture, where it comes along; otherwise the one that is used when none is named."""
    from facedesigner.export.png import read_face
    from facedesigner.state.recognise import carries_recipe

    try:
        made_it = picture and carries_recipe(picture) and shipped_weights(read_face(picture).model)
    except (UserError, OSError):  # it is told where the recipe itself is read
        made_it = None
    return made_it or default_weights()


def truth(path: Path, face: FaceState, engine: FaceEngine) -> Truth:
    """Whether a picture file is what its recipe, `face`, draws."""
    from facedesigner.engine.truth import truth_of

    return truth_of(path, face, lambda one: draw(engine, one)[0])


def draw(engine: FaceEngine, face: FaceState, resolution: int | None = None) -> tuple[Image, float]:
    """A picture (H, W, 3) uint8 and the milliseconds it took. CommandError when it cannot be drawn."""
    from facedesigner.contract.request import RenderRequest

    result = engine.render(RenderRequest(face, resolution))
    if result.notice:
        say(result.notice)
    if result.image is None:
        raise CommandError(result.error)
    return result.image, result.milliseconds
