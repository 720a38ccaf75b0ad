"""The region of the face that a command changes: a part of it, or what a picture shows in white."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from facedesigner.commands.common import CommandError, draw, say
from facedesigner.contract.regions import REGIONS

if TYPE_CHECKING:
    from facedesigner.engine.face_engine import FaceEngine
    from facedesigner.state.face import FaceState
    from facedesigner.state.mask import Mask


def add_mask_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--mask",
        metavar="REGION|FILE",
        help=f"change only what lies inside: {', '.join(REGIONS)}, or a picture that is white there",
    )


def check_mask(mask: str | None) -> None:
    """CommandError for what is no mask, before anything heavy is loaded."""
    if mask is not None and mask not in REGIONS and not Path(mask).is_file():
        raise CommandError(f"--mask {mask} is neither a file nor a region; regions are {', '.join(REGIONS)}")


def mask_from(mask: str, engine: FaceEngine, face: FaceState) -> Mask:
    """A region of the face as it is drawn, or the mask of a file. MaskError or FileError."""
    if mask in REGIONS:
        from facedesigner.engine.regions import RegionFinder

        return RegionFinder()(draw(engine, face)[0], mask)
    from facedesigner.engine.mask_file import read_mask

    found, notes = read_mask(Path(mask), engine.info.resolution)
    for note in notes:
        say(note)
    return found
