"""What a comparison of a face with other faces found: neighbours, and what their distances mean. Plain Python."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from facedesigner.state.face import FaceState
from training.errors import UserError

PAPER_THRESHOLD = 0.6  # dlib's, for photos of real people: it tells 99.38% of the pairs of LFW right
Z = 1.96  # of a 95% interval


class CalibrationError(UserError):
    """A calibration that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share, counted, with its 95% interval (E. B. Wilson, 1927), which holds at 0 and at all too."""

    count: int
    total: int

    @property
    def share(self) -> float:
        return self.count / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        if not self.total:
            return (0.0, 1.0)
        centre = (self.share + Z**2 / (2 * self.total)) / (1 + Z**2 / self.total)
        spread = math.sqrt(self.share * (1 - self.share) / self.total + Z**2 / (4 * self.total**2))
        half = Z * spread / (1 + Z**2 / self.total)
        low, high = max(0.0, centre - half), min(1.0, centre + half)
        return (0.0 if self.count == 0 else low, 1.0 if self.count == self.total else high)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{percent(self.share)} ({self.count} of {self.total:,}; 95% interval {percent(low)} to {percent(high)})"


def percent(share: float) -> str:
    """`0.53%`, `12.5%`; never 0% or 100% for more or less than that."""
    value = 100 * share
    if 0 < value < 0.01:
        return "under 0.01%"
    if 99.95 <= value < 100:
        return "over 99.9%"
    return f"{value:.2g}%" if value < 10 else f"{value:.3g}%"


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of so many distances lie under each limit of a calibration."""

    total: int
    under: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a distance means, measured on copies of training faces and on faces that were not trained on; see
    `training.tasks.uniqueness.calibration`."""

    slope: float
    intercept: float
    threshold: float  # suggested
    limits: tuple[float, ...]
    copies: Counted  # copies of training faces: distances to their originals
    searches: Counted  # faces that were not trained on: distances to their nearest training faces
    pairs: Counted  # pairs of different faces drawn at random
    kinds: Mapping[str, tuple[int, float]] = field(default_factory=dict)  # of copies: how many, the farthest

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Calibration:
        """Reads what `training.tasks.uniqueness.calibration.calibrate` answers. CalibrationError when it is damaged."""
        try:
            limits = tuple(map(float, values["limits"]))
            counts = {}
            for name in ("copies", "searches", "pairs"):
                under = tuple(map(int, values[name]["under"]))
                counts[name] = Counted(int(values[name]["total"]), under)
                if len(under) != len(limits):
                    raise UserError(f"{name} has {len(under)} counts for {len(limits)} limits")
            slope, intercept, threshold = (float(values[name]) for name in ("slope", "intercept", "threshold"))
            kinds = {str(name): (int(n), float(far)) for name, (n, far) in values["kinds"].items()}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CalibrationError(f"the calibration is damaged ({error})") from None
        if not limits or not all(map(math.isfinite, (slope, intercept, threshold, *limits))):
            raise CalibrationError("the calibration is damaged (numbers are missing)")
        copies, searches, pairs = (counts[name] for name in ("copies", "searches", "pairs"))
        return cls(slope, intercept, threshold, limits, copies, searches, pairs, kinds)

    def probability(self, distance: float) -> float:
        """That two faces so far apart are one and the same, if copies and others were equally many, 0 to 1."""
        return 1 / (1 + math.exp(min(60.0, max(-60.0, -(self.slope * distance + self.intercept)))))

    def flagged(self, threshold: float) -> Rate:
        """Searches of faces that were never trained on which the threshold flags: its false matches."""
        return self._rate(self.searches, threshold)

    def found(self, threshold: float) -> Rate:
        """Copies that the threshold finds."""
        return self._rate(self.copies, threshold)

    def paired(self, threshold: float) -> Rate:
        """Pairs of different faces, drawn at random, that the threshold takes for one."""
        return self._rate(self.pairs, threshold)

    def _rate(self, counted: Counted, threshold: float) -> Rate:
        place = bisect_right(self.limits, threshold + 1e-9) - 1  # a threshold between two limits counts as the lower
        return Rate(counted.under[place] if place >= 0 else 0, counted.total)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A face that lies near."""

    group: str  # what it is one of, such as "training data"
    name: str
    distance: float  # Euclidean, of the embeddings
    probability: float  # that it is the same face, see `Calibration.probability`
    mirrored: bool = False  # the mirror image lies nearer

    @property
    def similarity(self) -> float:
        """0 to 1, 1 for the same picture."""
        return max(0.0, 1.0 - self.distance)


@dataclass(frozen=True, slots=True)
class Compared:
    """A set of faces that was searched."""

    group: str
    count: int
    digest: str  # of its embeddings and names


@dataclass(frozen=True, slots=True)
class Finding:
    """The nearest faces, the nearest first, and how to read them."""

    neighbours: tuple[Neighbour, ...]
    compared: tuple[Compared, ...]
    calibration: Calibration

    def is_unique(self, threshold: float) -> bool:
        return not self.neighbours or self.neighbours[0].distance >= threshold

    def headline(self, threshold: float) -> str:
        return "No copy found" if self.is_unique(threshold) else "Too close"

    def verdict(self, threshold: float) -> str:
        """One or two sentences."""
        searched = " and ".join(f"{one.count:,} faces ({one.group})" for one in self.compared)
        if not self.neighbours:
            return "There was nothing to compare with."
        first = self.neighbours[0]
        way = ", mirrored," if first.mirrored else ""
        where = f"{first.name} ({first.group}){way} at a distance of {first.distance:.2f}"
        if self.is_unique(threshold):
            return f"None of {searched} is nearer than the threshold of {threshold:.2f}. The nearest is {where}."
        return (
            f"{where} is nearer than the threshold of {threshold:.2f}. If copies and other faces "
            f"are equally many, the probability that it is the same face is {percent(first.probability)}."
        )


@dataclass(frozen=True, slots=True)
class Pushed:
    """A face that was moved, and the distances of its nearest face before and after."""

    face: FaceState
    before: float
    after: float
    moved: float  # standard deviations of the model's latents
    seconds: float

    @property
    def words(self) -> str:
        if self.after <= self.before:
            return "No way was found to move this face away: try another face, or more truncation."
        return (
            f"The nearest face was {self.before:.2f} away and is {self.after:.2f} away now; the face moved by "
            f"{self.moved:.2f} σ, its named attributes held."
        )


def nearest(neighbours: Sequence[Neighbour], count: int) -> tuple[Neighbour, ...]:
    return tuple(sorted(neighbours, key=lambda one: (one.distance, one.group, one.name))[:count])
