"""The face that a command starts from: a PNG of ours, or any photo, for which the model's nearest face is found."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from facedesigner.commands.common import CommandError, progress, say, truth

if TYPE_CHECKING:
    from facedesigner.contract.photos import Reached
    from facedesigner.contract.request import ModelInfo
    from facedesigner.engine.face_engine import FaceEngine
    from facedesigner.engine.photo import PhotoFace
    from facedesigner.engine.photo_opener import PhotoOpener
    from facedesigner.state.face import FaceState


def add_source_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, help="a PNG exported by FaceDesigner, or a photo; it is only read")
    command.add_argument("--seconds", type=float, default=20.0, help="how long to refine a photo's face (default: 20)")
    command.add_argument("--face", type=int, default=1, help="which face of a photo, 1 for the largest (default: 1)")
    command.add_argument(
        "--aligned", action="store_true", help="the photo is cut to a face like FFHQ's: take its middle square"
    )
    command.add_argument(
        "--as-photo", action="store_true", help="take what a PNG shows, not the face of the recipe that it carries"
    )
    command.add_argument(
        "--encoder", type=Path, help="an encoder of the model, for photos (default: beside it, or ours)"
    )


def face_from(args: argparse.Namespace, engine: FaceEngine) -> FaceState:
    """The face of a recipe, or the one found for a photo. CommandError when the recipe is of another model."""
    if not 0 <= args.seconds <= 3600:
        raise CommandError(f"--seconds is {args.seconds:g}; choose 0 to 3600")
    from facedesigner.state.recognise import carries_recipe

    if args.as_photo or not carries_recipe(args.file):
        return face_of_photo(args, engine)
    return face_of_ours(args.file, engine, "; the recipe is used, add --as-photo to take what the picture shows")


def face_of_ours(path: Path, engine: FaceEngine, advice: str = "; the recipe is used") -> FaceState:
    """The face of a recipe. RecipeError when there is none, CommandError when it is of another model."""
    from facedesigner.export.png import read_face

    face, info = read_face(path), engine.info
    if face.model != info.hash:
        raise CommandError(
            f"{path} was made with model {face.model}, the loaded one is {info.name} ({info.hash}): "
            "name the weights that made it with --weights"
        )
    say_if_untrue(path, face, engine, advice)
    return face


def say_if_untrue(path: Path, face: FaceState, engine: FaceEngine, advice: str = "") -> None:
    """Says so when a picture is not what its recipe draws."""
    true = truth(path, face, engine)
    if not true.holds:
        say(f"{path.name}: {true.words.rstrip('.')}{advice}")


def face_of_photo(args: argparse.Namespace, engine: FaceEngine) -> FaceState:
    opener = opener_of(args)
    face = photo_face_of(args, opener, engine.info)
    with interruptible() as stop:
        found = opener.invert(face, engine.info, show, stop.is_set)
    progress("")
    print(f"{args.file.name} is a photo: the model's nearest face is used, {found.steps} steps", file=sys.stderr)
    return found.face


def opener_of(args: argparse.Namespace) -> PhotoOpener:
    from facedesigner.engine.photo_opener import PhotoOpener

    return PhotoOpener(seconds=args.seconds, every=0.1, encoder=args.encoder)


def show(now: Reached) -> None:
    progress(f"step {now.steps}, {now.share:.0%}")


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """Ctrl+C sets the event instead of ending the program, the first time."""
    event, former = threading.Event(), signal.getsignal(signal.SIGINT)

    def interrupt(*_: object) -> None:
        event.set()
        signal.signal(signal.SIGINT, former)

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, former)


def photo_face_of(args: argparse.Namespace, opener: PhotoOpener, model: ModelInfo) -> PhotoFace:
    """The face that is asked for. PhotoError, or CommandError when there are fewer."""
    progress("looking for faces")
    faces = opener.find(args.file, model, args.aligned).faces
    progress("")
    if not faces:
        raise CommandError(f"{args.file.name} looks like a drawing: make a photo of it with `facedesigner sketch`")
    for note in faces[0].notes:
        say(f"{args.file.name}: {note}")
    if not 1 <= args.face <= len(faces):
        raise CommandError(f"--face is {args.face}; {args.file.name} has {len(faces)}: choose 1 to {len(faces)}")
    if len(faces) > 1:
        print(f"face {args.face} of {len(faces)}, the largest first", file=sys.stderr)
    chosen: PhotoFace = faces[args.face - 1]
    return chosen
