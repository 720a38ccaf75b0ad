"""Maker: models a face as a solid, and writes it; in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import facedesigner.export.solid as solids
    from facedesigner.contract.request import Image
    from facedesigner.engine.relief import Relief
    from facedesigner.engine.whole_head import Head
    from facedesigner.export.views import Mesh

WHOLE = "whole"  # the shape that is no relief
STILL = 512  # pixels of a head's picture where there is no OpenGL


@dataclass(frozen=True)
class Wish:
    """What the form says."""

    shape: str = "plate"
    scale: str = "pupil_mm"  # or size_mm of a relief, height_mm of a whole head: what `scale_mm` says
    scale_mm: float = 63.0
    depth: float = 1.0
    base_mm: float = 3.0
    wall_mm: float = 0.0  # 0 is solid
    detail: float = 0.5
    resolution: int = 256
    azimuth: float = 120.0  # degrees of the light: 0 from the right, 90 from above
    hair: str = "volume"
    eyes: str = "open"
    neck: str = "open"


@dataclass(frozen=True, eq=False)
class Made:
    """A wish come true."""

    wish: Wish
    picture: Image  # whose face it is
    solid: solids.Solid
    texture: Image  # the solid's places lie in it
    mesh: Mesh
    still: Image  # lit, from the front
    relief: Relief | None  # None of a whole head
    map: Image | None  # the height map of a relief
    notice: str  # what the user should know, if anything


class Maker:
    """Keeps what further wishes can share: landmarks, and the relief or the head while only the piece changes."""

    def __init__(self) -> None:
        self._picture: Image | None = None
        self._found: tuple[Any, str] = (None, "")  # landmarks, and a notice
        self._relief: tuple[tuple[float, int], Relief] | None = None
        self._head: tuple[tuple[str, str], Head] | None = None

    def __call__(self, wish: Wish, picture: Image) -> Made:
        """`picture`: an aligned face (H, H, 3)."""
        from facedesigner.engine.relief import aligned_marks

        if picture is not self._picture:
            self._relief = self._head = None
            self._found, self._picture = aligned_marks(picture), picture
        return self._whole(wish, picture) if wish.shape == WHOLE else self._flat(wish, picture)

    def _flat(self, wish: Wish, picture: Image) -> Made:
        from facedesigner.engine.relief import height_map
        from facedesigner.export.solid import Piece, build
        from facedesigner.export.views import for_display, grey_picture, hill_shade

        marks, notice = self._found
        key = (wish.detail, wish.resolution)
        if self._relief is None or self._relief[0] != key:
            self._relief = key, height_map(picture, marks, detail=wish.detail, resolution=wish.resolution)
        relief = self._relief[1]
        scale: dict[str, Any] = {wish.scale: wish.scale_mm}
        piece = Piece(wish.shape, depth=wish.depth, base_mm=wish.base_mm, thickness_mm=wish.wall_mm or None, **scale)
        solid = build(relief, piece)
        mesh = for_display(solid, picture, wish.azimuth)
        still = hill_shade(relief, wish.depth, wish.azimuth)
        return Made(wish, picture, solid, picture, mesh, still, relief, grey_picture(relief), notice)

    def _whole(self, wish: Wish, picture: Image) -> Made:
        from facedesigner.engine.drawing import drawn
        from facedesigner.engine.whole_head import whole_head
        from facedesigner.export.views import for_display
        from facedesigner.export.whole import WholePiece, build_whole

        marks, notice = self._found
        key = (wish.hair, wish.eyes)
        if self._head is None or self._head[0] != key:
            self._head = key, whole_head(picture, marks, hair=wish.hair, eyes=wish.eyes)
        head = self._head[1]
        scale: dict[str, Any] = {wish.scale: wish.scale_mm}
        solid = build_whole(head, WholePiece(thickness_mm=wish.wall_mm or None, neck=wish.neck, **scale))
        mesh = for_display(solid, head.texture, wish.azimuth)
        still = drawn(mesh.vertices, mesh.triangles, mesh.painted[:, :3], STILL)
        return Made(wish, picture, solid, head.texture, mesh, still, None, None, notice)

    def write_bytes(self, path: Path, content: bytes, asked: bool) -> Path:
        """`asked`: whether the user agreed to replace a file of that name. Raises ExportError."""
        from facedesigner.export.writing import write_file

        return write_file(path, content, overwrite=asked)

    def write(self, path: Path, made: Made) -> Path:
        """A solid, or by .png the height map. Replaces a file that is there: the file dialog has asked. ExportError
        says what to do."""
        from facedesigner.export.stl import save_height_map, save_solid

        if made.relief is not None and path.suffix.lower() == ".png":
            step = made.solid.pupil_mm / (made.relief.eye_distance * len(made.relief.height))
            save_height_map(made.relief.height, path, step, overwrite=True)
        else:
            save_solid(made.solid, path, made.texture, overwrite=True)
        return path
