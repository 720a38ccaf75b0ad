"""Ages of a face: as generated, as asked for, and the series of them that strips and animations show.

`FaceState.controls` holds under AGE how many years older or younger the face is to be than as generated, as all
sliders do; what it seems as generated (`own`) is the engine's to tell. Years are kept as they are shown, to a tenth.
"""

from __future__ import annotations

import math

from facedesigner.state.face import FaceState

AGE = "age"  # the slider
OLDEST = 90.0  # years that can be asked for, from 0
SEVEN = (5.0, 15.0, 25.0, 40.0, 55.0, 70.0, 85.0)


def age_of(face: FaceState, own: float) -> float:
    """The age that is asked of a face, to a tenth."""
    return round(min(max(round(own, 1) + face.control(AGE), 0.0), OLDEST), 1)


def moved_besides(face: FaceState) -> bool:
    """Whether other sliders are set, which may hold the age back."""
    return any(name != AGE for name, _ in face.controls)


def aged(face: FaceState, own: float, years: float) -> FaceState:
    """The face asked to be `years` old, to a tenth; other sliders stay."""
    return face.with_control(AGE, round(years - round(own, 1), 1))


def there_and_back(young: float, old: float, frames: int) -> tuple[float, ...]:
    """Ages of an animation from young to old and back that repeats without a jump, slower at both ends."""
    middle, reach = (young + old) / 2, (old - young) / 2
    return tuple(middle - reach * math.cos(2 * math.pi * index / frames) for index in range(frames))


def range_words(ages: tuple[float, float]) -> str:
    """How far a model's faces can really be followed."""
    low, high = ages
    return (
        f"This model's faces really reach {low:.0f} to {high:.0f} years, as an age network sees them: "
        "asking for more moves them little."
    )
