"""A drawing as plain data: the marks of a hand in their order, and the file that keeps them."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from facedesigner.state.files import write_atomically
from training.errors import UserError
from training.texts import quoted

SIDE = 1024  # pixels of the square sheet that places and sizes refer to
VERSION = 1
SKETCH, HINTS = "sketch", "hints"  # the layers: lines, and colours that hint at the photo's
PEN, PENCIL, ERASER, BRUSH = "pen", "pencil", "eraser", "brush"
SIZE_MIN, SIZE_MAX = 1.0, 200.0

Point: TypeAlias = tuple[float, float, float]  # x, y in pixels of the sheet, pressure 0 to 1


class DrawingError(UserError):
    """The drawing cannot be opened; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """One movement of a pen, pencil, eraser or colour brush. `mirrored` repeats it about the vertical middle."""

    tool: str
    points: tuple[Point, ...]
    size: float  # pixels at full pressure
    opacity: float = 1.0
    colour: str = "#000000"  # of the brush
    layer: str = SKETCH
    mirrored: bool = False

    def __post_init__(self) -> None:
        _check(self.tool in (PEN, PENCIL, ERASER, BRUSH), f"the tool {quoted(self.tool)} is unknown")
        _check(self.layer in (SKETCH, HINTS), f"the layer {quoted(self.layer)} is unknown")
        _check(SIZE_MIN <= self.size <= SIZE_MAX, f"a size of {self.size} is not {SIZE_MIN:g} to {SIZE_MAX:g}")
        _check_paint(self.opacity, self.colour)
        _check(bool(self.points), "a stroke has no points")
        _check(all(len(point) == 3 and all(map(math.isfinite, point)) for point in self.points), "a point is broken")

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of its points, with the mirrored ones."""
        xs, ys = [point[0] for point in self.points], [point[1] for point in self.points]
        left, right = min(xs), max(xs)
        if self.mirrored:
            left, right = min(left, SIDE - right), max(right, SIDE - left)
        return left, min(ys), right, max(ys)


@dataclass(frozen=True, slots=True)
class Fill:
    """Colour poured into the hints at a place, up to the lines of the sketch."""

    x: float
    y: float
    colour: str
    opacity: float = 1.0
    mirrored: bool = False

    def __post_init__(self) -> None:
        _check(math.isfinite(self.x) and math.isfinite(self.y), "a place is broken")
        _check_paint(self.opacity, self.colour)


@dataclass(frozen=True, slots=True)
class Scan:
    """An imported drawing, laid under the lines of the sketch: a grey PNG of SIDE x SIDE, 255 is paper."""

    png: bytes
    placed: bool = False  # the face lies where faces lie; in older drawings it lies anywhere


@dataclass(frozen=True, slots=True)
class Clear:
    """Everything before it is gone."""


Mark: TypeAlias = Stroke | Fill | Scan | Clear
KINDS: dict[str, type[Mark]] = {"stroke": Stroke, "fill": Fill, "scan": Scan, "clear": Clear}


def line_of(mark: Mark) -> str:
    """JSON of one mark. It takes a while for a long stroke, so whoever saves often keeps it."""
    return json.dumps(_to_dict(mark), separators=(",", ":"))


def joined(lines: Iterable[str]) -> str:
    """The text of a drawing whose marks are `lines`."""
    marks = ",\n".join(lines)
    return f'{{"version":{VERSION},"side":{SIDE},"marks":[\n{marks}\n]}}\n'


def from_text(text: str) -> tuple[Mark, ...]:
    """Raises DrawingError that says what is wrong."""
    try:
        values: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise DrawingError("it is not a drawing, or a damaged one: choose another file") from None
    version = values.get("version") if isinstance(values, dict) else None
    if version != VERSION:
        raise DrawingError(
            f"it is a drawing of version {quoted(version)}, this program reads version {VERSION}: "
            "open it with the FaceDesigner that made it, or a newer one"
        )
    try:
        return tuple(_from_dict(mark) for mark in values["marks"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise DrawingError(f"it is incomplete or damaged ({error}): choose another file") from None


def save(marks: Iterable[Mark], path: Path) -> None:
    """Writes atomically. OSError when it cannot be written, the old file then stays."""
    write_atomically(path, joined(map(line_of, marks)).encode())


def load(path: Path) -> tuple[Mark, ...]:
    """Raises DrawingError naming the file and what is wrong with it."""
    try:
        return from_text(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DrawingError(f"{path} cannot be opened: {error.strerror or error}") from None
    except ValueError as error:  # of DrawingError and of bytes that are no text
        reason = error if isinstance(error, DrawingError) else "it is not text: choose another file"
        raise DrawingError(f"{path.name} cannot be opened: {reason}") from None


def _to_dict(mark: Mark) -> dict[str, Any]:
    match mark:
        case Stroke():
            return {
                "kind": "stroke",
                "tool": mark.tool,
                "layer": mark.layer,
                "size": mark.size,
                "opacity": mark.opacity,
                "colour": mark.colour,
                "mirrored": mark.mirrored,
                "points": [value for point in mark.points for value in point],  # x, y, pressure, x, y, pressure, …
            }
        case Fill():
            values = {"x": mark.x, "y": mark.y, "colour": mark.colour, "opacity": mark.opacity}
            return {"kind": "fill", **values, "mirrored": mark.mirrored}
        case Scan():
            return {"kind": "scan", "placed": mark.placed, "png": base64.b64encode(mark.png).decode()}
        case Clear():
            return {"kind": "clear"}


def _from_dict(values: dict[str, Any]) -> Mark:
    values = dict(values)
    kind = KINDS[values.pop("kind")]
    if kind is Stroke:
        flat = [float(value) for value in values.pop("points")]
        _check(len(flat) % 3 == 0, "a point is broken")
        return Stroke(points=tuple(zip(flat[::3], flat[1::3], flat[2::3], strict=True)), **values)
    if kind is Scan:
        try:
            return Scan(base64.b64decode(values["png"], validate=True), bool(values.get("placed")))
        except binascii.Error:
            raise UserError("the scan in it is broken") from None
    return kind(**values)


def _check_paint(opacity: float, colour: str) -> None:
    _check(0 <= opacity <= 1, f"an opacity of {opacity} is not 0 to 1")
    _check(re.fullmatch(r"#[0-9a-f]{6}", colour) is not None, f"the colour {quoted(colour)} is not #rrggbb")


def _check(right: bool, otherwise: str) -> None:
    if not right:
        raise UserError(otherwise)
