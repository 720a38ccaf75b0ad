"""Holes in a head for what a robot needs: eyes, a mouth, a camera, screws; their sizes come from a template.

A template is a TOML file with a table for each kind of hole that is wanted, and those of its sizes that are not usual:

    [eyes]
    diameter_mm = 22.0
    [screws]
    count = 6
"""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from facedesigner.engine.whole_head import Head
from facedesigner.export.booleans import body, solid_of
from facedesigner.export.solid import Solid, SolidError
from training.texts import quoted

USUAL: Final[Mapping[str, Mapping[str, float]]] = {  # in mm and pieces
    "eyes": {"diameter_mm": 24.0, "depth_mm": 20.0},
    "mouth": {"width_mm": 44.0, "height_mm": 10.0, "depth_mm": 20.0},
    "camera": {"diameter_mm": 8.0, "above_mm": 35.0, "depth_mm": 20.0},  # above the line between the pupils
    "screws": {"diameter_mm": 3.4, "count": 4.0, "above_mm": 10.0, "depth_mm": 15.0},  # above the neck's edge
}
LARGEST = 500.0  # mm or pieces
ROUND = 64  # sides of a hole
MOUTH = slice(60, 68)  # of dlib's landmarks: the inner lips
Template = Mapping[str, Mapping[str, float]]


def read_template(wish: str) -> Template:
    """`eyes,camera`, or the name of a TOML file -> the sizes of each kind of hole. Raises SolidError."""
    if not wish.lower().endswith(".toml"):
        return checked({name.strip(): {} for name in wish.split(",")}, "--cutouts")
    try:
        return checked(tomllib.loads(Path(wish).read_text(encoding="utf-8")), wish)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SolidError(f"{wish} is no template of cut-outs: {error}") from error


def checked(template: Mapping[str, Any], where: str) -> Template:
    for name, sizes in template.items():
        if name not in USUAL or not isinstance(sizes, Mapping):
            raise SolidError(f"{where} asks for {quoted(name)}; choose of {', '.join(USUAL)}")
        for key, value in sizes.items():
            if key not in USUAL[name]:
                raise SolidError(f"{where}: {name} has no {quoted(key)}; choose of {', '.join(USUAL[name])}")
            if not isinstance(value, int | float) or not 0 < value <= LARGEST:
                raise SolidError(f"{where}: {key} of {name} is {value}; choose more than 0, up to {LARGEST:g}")
    return {name: {**USUAL[name], **sizes} for name, sizes in template.items()}


def cut_out(solid: Solid, head: Head, template: Template) -> Solid:
    """The built head with holes `depth_mm` deep, counted from the surface. Raises SolidError."""
    scale = solid.pupil_mm / float(np.linalg.norm(head.pupils[1] - head.pupils[0]))
    floor = np.array([0, head.vertices[:, 1].min(), 0])
    surface = (head.vertices - floor) * scale
    eyes, marks = (head.pupils - floor) * scale, (head.marks - floor) * scale
    result = body(solid)
    for name, size in template.items():
        for turn, middle, (width, height) in holes(name, size, surface, eyes, marks):
            result = result - bore(surface, head.triangles, turn, middle, width, height, size["depth_mm"])
    return solid_of(result, solid)


def holes(
    name: str, size: Mapping[str, float], surface: np.ndarray, eyes: np.ndarray, marks: np.ndarray
) -> list[tuple[float, np.ndarray, tuple[float, float]]]:
    """Degrees by which each is turned from the front, a point of its axis (3,), width and height."""
    if name == "mouth":
        return [(0.0, marks[MOUTH].mean(0), (size["width_mm"], size["height_mm"]))]
    round_hole = (size["diameter_mm"], size["diameter_mm"])
    if name == "eyes":
        return [(0.0, eye, round_hole) for eye in eyes]
    above = np.array([0, size["above_mm"], 0])
    if name == "camera":
        return [(0.0, eyes.mean(0) + above, round_hole)]
    rim = surface[surface[:, 1] < 1e-6]
    middle = (rim.min(0) + rim.max(0)) / 2 + above
    count = round(size["count"])
    return [(360 * (number + 0.5) / count, middle, round_hole) for number in range(count)]


def bore(
    surface: np.ndarray,
    triangles: np.ndarray,
    turn: float,
    middle: np.ndarray,
    width: float,
    height: float,
    depth: float,
) -> Any:
    """A hole from outside to `depth` mm behind the surface: through `middle`, turned to the head's left."""
    manifold: Any = importlib.import_module("manifold3d")
    a = np.radians(turn)
    front = (surface - middle) @ np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    end = foremost(front, triangles) - depth
    tool = manifold.Manifold.cylinder(float(front[:, 2].max()) + 5 - end, 0.5, 0.5, ROUND).scale((width, height, 1.0))
    return tool.translate((0, 0, end)).rotate((0, turn, 0)).translate(middle.tolist())


def foremost(surface: np.ndarray, triangles: np.ndarray) -> float:
    """The largest z of a surface over the origin."""
    a, b, c = (surface[triangles[:, corner]] for corner in range(3))
    (ax, ay), (bx, by), (cx, cy) = a[:, :2].T, b[:, :2].T, c[:, :2].T
    first, second, third = bx * cy - by * cx, cx * ay - cy * ax, ax * by - ay * bx
    total = first + second + third
    shares = np.stack([first, second, third]) * np.sign(total)
    over = (np.abs(total) > 1e-12) & (shares >= 0).all(0)
    if not over.any():
        raise SolidError("a cut-out lies beside the head: choose smaller distances")
    z = (first * a[:, 2] + second * b[:, 2] + third * c[:, 2]) / np.where(over, total, 1)
    return float(z[over].max())
