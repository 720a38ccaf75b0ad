"""The age slider: a face moves along a curve through the latents, from its own age to the one that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from facedesigner.engine.likeness import SAME_PERSON, Identity
from facedesigner.engine.request import Control, Image
from facedesigner.state.ages import AGE, OLDEST
from training.weights import AgePath, Weights

MISTAKEN = 8.0  # years by which the age network is wrong, about
SURE = 4.0  # of log-odds between two looks that mean more than the network's own wavering
SPREAD = 10.0  # years that faces as generated are younger or older than the mean face, about


class Aging:
    """Moves latents of one generator along its age path."""

    def __init__(self, path: AgePath, mean: Tensor) -> None:
        """`mean` (D,): of the latents, on the device that the movements are wanted on."""
        self.path, self.mean, self.device = path, mean.double().cpu(), mean.device

    def own(self, latent: Tensor) -> float:
        """How old a latent (L, D) seems, truncated and without sliders. In double precision, so that another machine
        rounds to the same picture."""
        years = self.path.level + float(((latent.double().cpu() - self.mean) * self.path.reader.double()).sum())
        return min(max(years, self.path.years[0]), self.path.years[-1])

    def movement(self, latent: Tensor, change: float) -> Tensor:
        """(L, D): what makes a latent (L, D) older by `change` years, or younger."""
        own = self.own(latent)
        return (self.at(own + change) - self.at(own)).to(self.device)

    def tangent(self) -> Tensor:
        """(L, D): the movement of a year about the mean face's age, for a lock on the slider."""
        level = self.path.level
        return ((self.at(level + 5) - self.at(level - 5)) / 10).to(self.device)

    def at(self, years: float) -> Tensor:
        """The curve at an age, (L, D); at its ends beyond them."""
        known = self.path.years
        years = min(max(years, known[0]), known[-1])
        index = max(i for i in range(len(known) - 1) if known[i] <= years)
        share = (years - known[index]) / (known[index + 1] - known[index])
        return torch.lerp(self.path.curve[index], self.path.curve[index + 1], share)


def with_age_control(weights: Weights, controls: Sequence[Control]) -> tuple[Control, ...]:
    """The sliders with the age slider where the straight one of that name was, else before the others of its group."""
    path = weights.age_path
    if path is None:
        return tuple(controls)
    control = Control(
        name=AGE,
        label="Age",
        group="Face",
        minimum=round((-path.level - SPREAD) / 10) * 10.0,
        maximum=round((OLDEST - path.level + SPREAD) / 10) * 10.0,
        unit="years",
        description=f"years older or younger than as generated; faces really reach {path.low:.0f} to {path.high:.0f}",
    )
    names = [c.name for c in controls]
    groups = [c.group for c in controls]
    place = names.index(AGE) if AGE in names else groups.index("Face") if "Face" in groups else 0
    return (*controls[:place], control, *controls[place + (AGE in names) :])


@dataclass(frozen=True, slots=True)
class Seen:
    """What networks see in two pictures of a face, before its age was changed and after."""

    years_before: float
    years: float
    distance: float  # of the embeddings, see `likeness.SAME_PERSON`
    male_before: float = 0.0  # log-odds of male over female
    male: float = 0.0

    @property
    def who(self) -> str:
        same = "seems the same person" if self.distance < SAME_PERSON else "seems another person"
        return f"{same} (distance {self.distance:.2f}, the limit is {SAME_PERSON})"

    def shortfall(self, asked: float, changed: float, others: bool) -> str:
        """What became of the wish for a face of `asked` years, `changed` of them by the slider: "" where networks agree
        with it to what they are good for. `others`: whether other sliders are set, which may hold the age back."""
        found = []
        missed = asked - self.years
        if abs(changed) > MISTAKEN and abs(missed) > MISTAKEN and missed * changed > 0:
            found.append(f"asked for {asked:.0f} years, the face looks {self.years:.0f}")
        if self.male_before * self.male < 0 and abs(self.male - self.male_before) > SURE:
            found.append(f"it turned {'male' if self.male > 0 else 'female'}")
        if not found:
            return ""
        advice = "; other sliders hold it back: set them after the age, or less of them" if others else ""
        return f"{' and '.join(found)}{advice}".capitalize() + "."


class AgeMeter:
    """Measures ages and identity. What was measured of the last picture before is kept."""

    def __init__(self) -> None:
        """Loads for a second. Raises ImportError that says what to install."""
        from training.tasks.labels import Labeller  # dlib and its models: only where somebody wants to know

        self._labeller, self._identity = Labeller(), Identity()
        self._before: tuple[Image, float, float, np.ndarray] | None = None

    def __call__(self, before: Image, after: Image) -> Seen:
        """Two aligned pictures (H, H, 3) uint8."""
        if self._before is None or self._before[0] is not before:
            self._before = (before, *self._measured(before))
        _, years_before, male_before, who_before = self._before
        years, male, who = self._measured(after)
        return Seen(years_before, years, float(np.linalg.norm(who - who_before)), male_before, male)

    def _measured(self, picture: Image) -> tuple[float, float, np.ndarray]:
        from training.tasks.labels import LOOK, enlarged

        ages, male = self._labeller.networks([self._labeller.chips(enlarged(picture, LOOK))])
        return float(ages[0]), float(male[0]), self._identity(picture)
