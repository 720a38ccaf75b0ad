"""What a package has of the head: a relief of the face with its height map, or the whole head, in the size of the
picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from facedesigner.contract.request import Image
from facedesigner.export.fabrication import Progress
from facedesigner.export.solid import SHAPES

if TYPE_CHECKING:
    from facedesigner.export.package import Contents

WHOLE = "whole"
SOLIDS = (*SHAPES, WHOLE)  # what a preset may ask for
LOOK = 512  # pixels of a picture of a head


Parts = tuple[dict[str, bytes], dict[str, Image]]  # files by name, and what they look like


class Modelled(NamedTuple):
    files: dict[str, bytes]  # by name
    notice: str  # what the user should know of them, "" for nothing
    pictures: dict[str, Image]  # what they look like


def head_parts(of: Contents, pupils: float, say: Progress) -> Modelled:
    """`pupils`: millimetres between them. UserError says why there is none."""
    from facedesigner.engine.relief import aligned_marks

    picture = of.aligned()
    if of.options.mirror:
        picture = np.ascontiguousarray(picture[:, ::-1])
    marks, notice = aligned_marks(picture, of.find)
    files, pictures = (whole_parts if of.solid == WHOLE else relief_parts)(of, picture, marks, pupils, say)
    return Modelled(files, notice, pictures)


def relief_parts(of: Contents, picture: Image, marks: np.ndarray | None, pupils: float, say: Progress) -> Parts:
    """STL and height map."""
    from facedesigner.engine.relief import height_map
    from facedesigner.export.solid import Piece, build
    from facedesigner.export.stl import height_map_png, stl_of
    from facedesigner.export.views import grey_picture, hill_shade

    say(0.75, "Modelling the relief")
    relief = height_map(picture, marks)
    say(0.85, "Modelling the relief")
    solid = build(relief, Piece(of.solid, pupil_mm=pupils))
    step = solid.pupil_mm / (relief.eye_distance * len(relief.height))
    say(0.95, "Modelling the relief")
    stl, heights = f"{of.stem}-relief.stl", f"{of.stem}-height.png"
    files = {stl: stl_of(solid), heights: height_map_png(relief.height, step)}
    return files, {stl: hill_shade(relief), heights: grey_picture(relief)}


def whole_parts(of: Contents, picture: Image, marks: np.ndarray | None, pupils: float, say: Progress) -> Parts:
    """A solid head as STL, and as GLB with its colours and expressions."""
    from facedesigner.engine.drawing import drawn
    from facedesigner.engine.whole_head import whole_head
    from facedesigner.export.glb import glb_of
    from facedesigner.export.stl import stl_of
    from facedesigner.export.views import for_display
    from facedesigner.export.whole import WholePiece, build_whole

    say(0.75, "Modelling the head")
    head = whole_head(picture, marks)
    say(0.9, "Modelling the head")
    solid = build_whole(head, WholePiece(pupil_mm=pupils))
    mesh = for_display(solid, head.texture)
    look = {
        ".stl": drawn(mesh.vertices, mesh.triangles, mesh.clay[:, :3], LOOK),
        ".glb": drawn(mesh.vertices, mesh.triangles, mesh.painted[:, :3], LOOK),
    }
    say(0.97, "Modelling the head")
    files = {".stl": stl_of(solid), ".glb": glb_of(solid, head.texture)}
    name = f"{of.stem}-head"
    return (
        {name + ending: content for ending, content in files.items()},
        {name + ending: picture for ending, picture in look.items()},
    )
