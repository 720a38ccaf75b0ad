"""What the buttons of the design tab make of a face. Plain functions: no Qt, no engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Protocol

from facedesigner.state.face import SEED_MAX, FaceState, Taught

GALLERY_SIZE = 9
SEED_LOCK = "seed"
ALL_LAYERS = ""  # the layer range that is no range


class Control(Protocol):
    """What is asked of a slider or menu here: see `contract.request.Control`."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def minimum(self) -> float: ...
    @property
    def maximum(self) -> float: ...
    @property
    def default(self) -> float: ...
    @property
    def ranges(self) -> tuple[str, ...]: ...
    @property
    def choices(self) -> tuple[str, ...]: ...
    @property
    def taught(self) -> Taught | None: ...


def key_of(name: str, layers: str) -> str:
    """The key of a control in `FaceState.controls`: `pc01`, or `pc01@coarse` for some layers only."""
    return f"{name}@{layers}" if layers else name


def name_of(key: str) -> str:
    return key.partition("@")[0]


def edit_text(control: Control, layers: str, value: float) -> str:
    """The name of an undo step: `Smile +1.5`, `Smile (coarse) -0.2`, `Gender: female`."""
    if control.choices:
        return f"{control.label}: {control.choices[int(value) - 1] if value else 'as generated'}"
    where = f" ({layers})" if layers else ""
    number = f"{value:+.2f}".rstrip("0")
    return f"{control.label}{where} {number + '0' if number.endswith('.') else number}"


def random_seed(random: Random) -> int:
    return random.randint(0, SEED_MAX)


def reset(face: FaceState, controls: Sequence[Control], locks: frozenset[str]) -> FaceState:
    """All sliders at their defaults, on all layers and everywhere in the picture; locked ones stay."""
    kept = {key: value for key, value in face.controls if name_of(key) in locks}
    plain = {control.name: control.default for control in controls}
    return replace(face, patches=()).with_controls(plain | kept, taught_by(controls))


def randomised(
    face: FaceState, controls: Sequence[Control], locks: frozenset[str], layers: str, random: Random
) -> FaceState:
    """Unlocked sliders of one layer range drawn from a normal distribution within their limits."""
    values = dict(face.controls)
    for control in controls:
        if control.name not in locks and (not layers or layers in control.ranges):
            values[key_of(control.name, layers)] = _draw(control, random)
    return face.with_controls(values, taught_by(controls))


def held(face: FaceState, controls: Sequence[Control], locks: frozenset[str]) -> FaceState:
    """The face with its other sliders moving around those that are locked. Menus have no direction to move around."""
    names = (control.name for control in controls if control.name in locks and not control.choices)
    return face.with_locks(names, taught_by(controls))


def locks_with(face: FaceState, locks: frozenset[str], controls: Sequence[Control]) -> frozenset[str]:
    """The locks to show with a face from a file: those it was drawn with, and of `locks` those that no picture depends
    on, the seed's and the menus'."""
    harmless = {SEED_LOCK, *(control.name for control in controls if control.choices)}
    return frozenset(face.locks) | (locks & harmless)


def taught_by(controls: Sequence[Control]) -> list[Taught]:
    """The directions of the taught sliders among `controls`."""
    return [control.taught for control in controls if control.taught]


def new_faces(
    face: FaceState, controls: Sequence[Control], locks: frozenset[str], random: Random, count: int = GALLERY_SIZE
) -> list[FaceState]:
    """Candidates with new seeds and the sliders of `face` that are locked; the other sliders at their defaults.

    With the seed locked they are the same person with other sliders; empty if nothing is left that may change.
    """
    if SEED_LOCK not in locks:
        plain = reset(face, controls, locks)
        return [plain.with_seed(random_seed(random)) for _ in range(count)]
    if all(control.name in locks for control in controls):
        return []
    return [randomised(face, controls, locks, ALL_LAYERS, random) for _ in range(count)]


def same_person(one: FaceState, other: FaceState) -> bool:
    """Whether two faces come from the same draw, whatever their sliders say."""
    return (one.model, one.seed, one.latent) == (other.model, other.seed, other.latent)


def describe(face: FaceState) -> str:
    """`Seed 42`, or what else a face comes from, after its name if it has one."""
    origin = f"Seed {face.seed}" if face.seed is not None else f"Made of others: {face.origin}"
    return f"{face.name} ({origin[:1].lower()}{origin[1:]})" if face.name else origin


def _draw(control: Control, random: Random) -> float:
    """Three standard deviations reach the nearer limit of a slider; the classes of a menu are equally likely."""
    if control.choices:
        return float(random.randint(1, len(control.choices)))
    reach = min(control.maximum - control.default, control.default - control.minimum) or (
        control.maximum - control.minimum
    )
    value = random.gauss(control.default, reach / 3)
    return round(min(max(value, control.minimum), control.maximum), 2)
