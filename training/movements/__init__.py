"""Kinds of sliders, one file each. A new one is a `Movement` and a place in `KINDS`: weights files, the engine, the
window and the command line need to know nothing else of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from torch import Tensor

from training.errors import UserError
from training.gans.base import Generator
from training.movements.age_path import AgePath
from training.movements.base import Edit, Movement
from training.movements.choice import Choice
from training.movements.direction import Direction
from training.texts import MESSAGE, one_line, quoted

__all__ = ["AgePath", "Choice", "Direction", "Edit", "Movement", "offered", "pack", "unpack"]

MOST = 1000  # sliders and menus of a model
KINDS: tuple[type[Movement], ...] = (Choice, Direction, AgePath)


def pack(movements: Sequence[Movement]) -> tuple[dict[str, str], dict[str, Tensor]]:
    """What the metadata of a weights file say of the movements, and their tensors, float32 on the CPU."""
    metadata: dict[str, str] = {}
    tensors: dict[str, Tensor] = {}
    for kind in KINDS:
        those = [movement for movement in movements if isinstance(movement, kind)]
        if those or kind is Direction:  # an older program wants to read of directions, if only of none
            metadata[kind.kind], found = kind.pack(those)
            tensors |= {name: tensor.float().contiguous().cpu() for name, tensor in found.items()}
    return metadata, tensors


def unpack(metadata: dict[str, str], tensors: dict[str, Tensor], generator: Generator) -> tuple[Movement, ...]:
    """Those of `pack`. KeyError, TypeError or UserError when they are damaged or do not fit the generator."""
    found = tuple(
        checked(movement)
        for kind in KINDS
        if kind.kind in metadata or kind is Direction
        for movement in kind.unpack(metadata[kind.kind], tensors, generator)
    )
    if len(found) > MOST:
        raise UserError(f"it offers {len(found)} sliders; {MOST} are the most")
    return found


def checked(movement: Movement) -> Movement:
    """The same, if what a window shows of it can be shown. TypeError or UserError names the slider."""
    texts = (movement.name, movement.label, movement.group, movement.unit, *movement.classes, movement.description)
    if not all(isinstance(text, str) for text in texts):
        raise TypeError(f"a text of the slider {quoted(movement.name)} is none")
    shown = all(one_line(text) == text for text in texts[:-1]) and len(texts[-1]) <= MESSAGE
    if not movement.name or "@" in movement.name or not shown:
        raise UserError(f"the slider {quoted(movement.name)} has a name or a text that cannot be shown")
    ends = (movement.minimum, movement.maximum)
    if not all(isinstance(end, int | float) and math.isfinite(end) for end in ends) or not ends[0] < ends[1]:
        raise UserError(f"the slider {movement.name} goes from {quoted(ends[0])} to {quoted(ends[1])}")
    return movement


def offered(movements: Sequence[Movement]) -> tuple[Movement, ...]:
    """What a user is shown, in this order: an age path stands where the straight slider of its name was, else before
    the others of its group."""
    path = next((movement for movement in movements if isinstance(movement, AgePath)), None)
    others = [movement for movement in movements if movement is not path]
    if path is None:
        return tuple(others)
    place = next((i for i, movement in enumerate(others) if movement.name == path.name), None)
    if place is not None:
        straight = others[place]
        assert isinstance(straight, Direction)
        return (*others[:place], replace(path, straight=straight), *others[place + 1 :])
    menus = sum(bool(movement.classes) for movement in others)
    place = next((i for i, m in enumerate(others) if m.group == path.group and not m.classes), menus)
    return (*others[:place], path, *others[place:])
