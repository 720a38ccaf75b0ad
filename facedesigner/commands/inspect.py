"""`inspect`: the recipe of a PNG, and whether it is what the picture shows."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facedesigner.commands.common import add_engine_options, load_engine, say, truth
from facedesigner.commands.signing import say_credentials

if TYPE_CHECKING:
    from facedesigner.state.face import FaceState


def add(commands: Any) -> None:
    inspect = commands.add_parser(
        "inspect", help="print the recipe of a face's PNG as JSON, and its content credentials"
    )
    inspect.set_defaults(command=inspect_command)
    inspect.add_argument("file", type=Path, help="a PNG exported by FaceDesigner")
    add_engine_options(inspect)


def inspect_command(args: argparse.Namespace) -> int:
    from facedesigner.export.png import read_face
    from facedesigner.state.recipe import to_dict

    say_credentials(args.file)
    face = read_face(args.file)
    print(json.dumps(to_dict(face), indent=2), flush=True)
    compare(args, face)
    return 0


def compare(args: argparse.Namespace, face: FaceState) -> None:
    """Says whether the recipe draws the picture, where its model is at hand."""
    from training.errors import WeightsError

    try:
        engine = load_engine(args, args.file)
    except (WeightsError, FileNotFoundError) as error:
        if args.weights:
            raise
        say(f"whether the recipe draws the picture was not looked at: {error}")
        return
    if face.model != engine.info.hash:
        say(
            f"whether the recipe draws the picture was not looked at: it is of model {face.model}, the loaded one is "
            f"{engine.info.name} ({engine.info.hash}); name the weights that made it with --weights"
        )
        return
    say(truth(args.file, face, engine).words)
