"""Maker: models a face as a solid, and writes it; in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import facedesigner.export.solid as solids
    from facedesigner.contract.request import Image
    from facedesigner.engine.relief import Relief
    from facedesigner.export.views import Mesh


@dataclass(frozen=True)
class Wish:
    """What the form says."""

    shape: str = "plate"
    by_width: bool = False  # whether `scale_mm` is the width of the piece; else the distance of the pupils
    scale_mm: float = 63.0
    depth: float = 1.0
    base_mm: float = 3.0
    wall_mm: float = 0.0  # 0 is solid
    detail: float = 0.5
    resolution: int = 256
    azimuth: float = 120.0  # degrees of the light: 0 from the right, 90 from above


@dataclass(frozen=True, eq=False)
class Made:
    """A wish come true."""

    wish: Wish
    relief: Relief
    solid: solids.Solid
    mesh: Mesh
    still: Image  # lit from the front
    map: Image  # the height map
    notice: str  # what the user should know, if anything


class Maker:
    """Keeps what further wishes can share: landmarks, and the relief while only the piece changes."""

    def __init__(self, picture: Image) -> None:
        from facedesigner.engine.relief import aligned_marks

        self._picture = picture
        self._found = aligned_marks(picture)
        self._kept: tuple[tuple[float, int], Relief] | None = None

    def __call__(self, wish: Wish) -> Made:
        from facedesigner.engine.relief import height_map
        from facedesigner.export.solid import Piece, build
        from facedesigner.export.views import for_display, grey_picture, hill_shade

        marks, notice = self._found
        key = (wish.detail, wish.resolution)
        if self._kept is None or self._kept[0] != key:
            self._kept = key, height_map(self._picture, marks, detail=wish.detail, resolution=wish.resolution)
        relief = self._kept[1]
        scale = {"size_mm" if wish.by_width else "pupil_mm": wish.scale_mm}
        piece = Piece(wish.shape, depth=wish.depth, base_mm=wish.base_mm, thickness_mm=wish.wall_mm or None, **scale)
        solid = build(relief, piece)
        mesh = for_display(solid, self._picture, wish.azimuth)
        still = hill_shade(relief, wish.depth, wish.azimuth)
        return Made(wish, relief, solid, mesh, still, grey_picture(relief), notice)

    def write(self, path: Path, made: Made) -> Path:
        """STL or OBJ, or by .png the height map. Replaces a file that is there: the file dialog has asked. ExportError
        says what to do."""
        from facedesigner.export.stl import save_height_map, save_solid

        if path.suffix.lower() == ".png":
            step = made.solid.pupil_mm / (made.relief.eye_distance * len(made.relief.height))
            save_height_map(made.relief.height, path, step, overwrite=True)
        else:
            save_solid(made.solid, path, self._picture, overwrite=True)
        return path
