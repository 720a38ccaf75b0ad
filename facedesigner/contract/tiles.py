"""Which faces a sheet of several shows, and where: told in its PNG, so that each can be compared with its recipe."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from facedesigner.state.face import FaceState
from facedesigner.state.recipe import label, listed, number

TILES_KEY = "Faces"
FEWEST, MOST = 2, 100
LEAST_COVERED = 0.6  # of the sheet's area: with less it would show something else


@dataclass(frozen=True, slots=True)
class Tile:
    """A face of the recipe with other sliders, in a rectangle of the sheet: its left upper corner and its size, in
    widths and heights of the sheet."""

    x: float
    y: float
    width: float
    height: float
    controls: tuple[tuple[str, float], ...]

    def face(self, of: FaceState) -> FaceState:
        return of.with_controls(dict(self.controls))

    def box(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Left, top, right and bottom in a sheet of so many pixels."""
        left, top = round(self.x * width), round(self.y * height)
        return left, top, round((self.x + self.width) * width), round((self.y + self.height) * height)


def to_text(tiles: Iterable[Tile]) -> str:
    places = ("x", "y", "width", "height")
    return json.dumps(
        [{**{key: round(getattr(tile, key), 6) for key in places}, "controls": dict(tile.controls)} for tile in tiles]
    )


def of_text(text: str) -> tuple[Tile, ...]:
    """Empty when it is damaged, or tells of no sheet of several faces."""
    try:
        tiles = tuple(map(tile_of, listed(json.loads(text))))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return ()
    covered = sum(tile.width * tile.height for tile in tiles)
    return tiles if FEWEST <= len(tiles) <= MOST and covered >= LEAST_COVERED and not overlapping(tiles) else ()


def tile_of(values: Mapping[str, object]) -> Tile:
    """ValueError, KeyError or TypeError when it lies outside the sheet, or is damaged."""
    x, y, width, height = (number(values[key]) for key in ("x", "y", "width", "height"))
    if not (0 <= x < x + width <= 1.0001 and 0 <= y < y + height <= 1.0001):
        raise ValueError("it lies outside the sheet")
    controls = values["controls"]
    if not isinstance(controls, dict):
        raise TypeError("its sliders are no table")
    return Tile(x, y, width, height, tuple((label(name), number(value)) for name, value in controls.items()))


def overlapping(tiles: tuple[Tile, ...]) -> bool:
    return any(
        one.x < other.x + other.width - 1e-4
        and other.x < one.x + one.width - 1e-4
        and one.y < other.y + other.height - 1e-4
        and other.y < one.y + one.height - 1e-4
        for index, one in enumerate(tiles)
        for other in tiles[index + 1 :]
    )
