"""Series of faces: the way through several of them, and two sliders against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from facedesigner.state.face import FaceState, Taught
from training.errors import UserError

STEPS_MIN, STEPS_MAX = 2, 9  # of an axis


def places(stops: int, count: int, closed: bool = False) -> list[float]:
    """`count` places on the way from face 0 to the last of `stops`, evenly spread: 1.5 is half way between the second
    and the third. `closed`: the way leads on to the first face again, and ends right before it."""
    if stops < 2:
        raise UserError("a way leads through two faces or more: add another one")
    if closed:
        return [index * stops / count for index in range(count)]
    return [index * (stops - 1) / (count - 1) for index in range(count)]


@dataclass(frozen=True, slots=True)
class Axis:
    """A slider that moves from `first` to `last` in so many steps, both ends among them."""

    key: str  # of `FaceState.controls`
    label: str
    first: float
    last: float
    steps: int = 5
    taught: Taught | None = None

    def __post_init__(self) -> None:
        if not STEPS_MIN <= self.steps <= STEPS_MAX:
            raise UserError(f"{self.label} has {self.steps} steps: choose {STEPS_MIN} to {STEPS_MAX}")

    @property
    def values(self) -> list[float]:
        way = (self.last - self.first) / (self.steps - 1)
        return [round(self.first + index * way, 2) for index in range(self.steps)]

    @property
    def words(self) -> list[str]:
        """`Smile +0.5`, or `Smile 0`, for each step."""
        return [f"{self.label} {signed(value)}" for value in self.values]


def signed(value: float) -> str:
    return f"{value:+g}" if value else "0"


def grid(face: FaceState, across: Axis, down: Axis) -> list[list[FaceState]]:
    """Rows of faces with the values of two sliders. UserError when they are one and the same."""
    if across.key == down.key:
        raise UserError(f"both axes move {across.label}: choose another slider for one of them")
    return [
        [face.with_control(across.key, x, across.taught).with_control(down.key, y, down.taught) for x in across.values]
        for y in down.values
    ]


def flat(rows: Sequence[Sequence[FaceState]]) -> list[FaceState]:
    return [face for row in rows for face in row]
