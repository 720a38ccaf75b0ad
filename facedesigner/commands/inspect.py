"""`inspect`: the recipe of a PNG."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    inspect = commands.add_parser("inspect", help="print the recipe that a face's PNG carries, as JSON")
    inspect.set_defaults(command=inspect_command)
    inspect.add_argument("file", type=Path, help="a PNG exported by FaceDesigner")


def inspect_command(args: argparse.Namespace) -> int:
    from facedesigner.export.png import read_face
    from facedesigner.state.recipe import to_dict

    print(json.dumps(to_dict(read_face(args.file)), indent=2))
    return 0
