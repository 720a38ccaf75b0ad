"""What the faces of a batch are asked to be: `age=60..80`, `glasses=no`, `smile=1..`."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from facedesigner.state.face import PSI_DEFAULT, PSI_MAX, PSI_MIN, check_seed
from training.errors import UserError
from training.texts import quoted

WORDS = {  # words in place of numbers: lower and upper bound of the measure, which is the log-odds of the latter
    "glasses": {"no": (-math.inf, 0.0), "yes": (0.0, math.inf)},
    "gender": {"female": (-math.inf, 0.0), "male": (0.0, math.inf)},
}
PLAIN = {"age": "years"}  # measures that are given in units of their own
MOST = 10_000  # faces of a batch
DISTANCE = 0.35  # no copy: faces of a model are nearer to each other than photos of people, which lie 0.6 apart


class ConstraintError(UserError):
    """The constraint cannot be understood or met; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A measure that has to lie between `low` and `high`. In years for the age, else, unless it was given by a word, in
    standard deviations from the mean of the model's faces."""

    name: str
    low: float
    high: float
    word: str = ""

    @property
    def plain(self) -> bool:
        """Whether the bounds are values of the measure itself."""
        return bool(self.word) or self.name in PLAIN

    def bounds(self, mean: float, deviation: float) -> tuple[float, float]:
        """In units of the measure, whose mean and deviation over the model's faces are given."""
        if self.plain:
            return self.low, self.high
        return mean + self.low * deviation, mean + self.high * deviation

    def __str__(self) -> str:
        if self.word:
            return f"{self.name}={self.word}"
        low, high = (f"{value:g}" if math.isfinite(value) else "" for value in (self.low, self.high))
        return f"{self.name}={low}..{high}"


def parse(text: str) -> Constraint:
    """`name=low..high`, either bound may be left out, or `name=word`."""
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not name or not value:
        raise ConstraintError(f"the constraint {quoted(text)} cannot be read: write it as age=60..80 or glasses=no")
    words = WORDS.get(name, {})
    if value in words:
        return Constraint(name, *words[value], word=value)
    low, dots, high = value.partition("..")
    try:
        bounds = float(low or -math.inf), float(high or math.inf)
    except ValueError:
        bounds = (math.nan, math.nan)
    if not dots or any(map(math.isnan, bounds)):
        choice = f", or {' or '.join(words)}" if words else ""
        raise ConstraintError(f"{quoted(text)} has no range: write two numbers such as {name}=0..1{choice}")
    if bounds[0] >= bounds[1]:
        raise ConstraintError(f"{quoted(text)} leaves nothing: the first number must be the smaller one")
    return Constraint(name, *bounds)


def check_known(constraints: Collection[Constraint], known: Collection[str]) -> None:
    """ConstraintError names what is not measured, or asked twice."""
    seen: set[str] = set()
    for constraint in constraints:
        if constraint.name not in known:
            raise ConstraintError(
                f"{quoted(constraint.name)} is not measured on this model; choose {', '.join(sorted(known))}"
            )
        if constraint.name in seen:
            raise ConstraintError(f"{constraint.name} is asked for twice: give one range")
        seen.add(constraint.name)


@dataclass(frozen=True, slots=True)
class Wish:
    """A batch as it is asked for. Raises ConstraintError or UserError for what is out of range."""

    count: int
    constraints: tuple[Constraint, ...] = ()
    min_distance: float = DISTANCE  # of embeddings, to every other face of the batch and of the training data
    seed: int = 0
    psi: float = PSI_DEFAULT
    patience: int = 300  # faces in a row that may be refused

    def __post_init__(self) -> None:
        check_seed(self.seed)
        for value, low, high, what in (
            (self.count, 1, MOST, "number of faces"),
            (self.min_distance, 0, 1.5, "distance"),
            (self.psi, PSI_MIN, PSI_MAX, "truncation psi"),
            (self.patience, 1, 1_000_000, "patience"),
        ):
            if not low <= value <= high:
                raise ConstraintError(f"the {what} is {value:g}; choose {low:g} to {high:g}")

    def same_search(self) -> dict[str, object]:
        """What may not change when a batch goes on: all but the number of faces and the patience."""
        return {
            "constraints": sorted(map(str, self.constraints)),
            "min_distance": self.min_distance,
            "seed": self.seed,
            "psi": self.psi,
        }
