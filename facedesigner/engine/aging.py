"""What networks see of a face whose age was changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facedesigner.contract.request import Image
from facedesigner.engine.likeness import SAME_PERSON, Identity

MISTAKEN = 8.0  # years by which the age network is wrong, about
SURE = 4.0  # of log-odds between two looks that mean more than the network's own wavering


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
        from training.networks.labeller import Labeller  # dlib and its models: only where somebody wants to know

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
        from training.networks.labeller import LOOK, enlarged

        ages, male = self._labeller.networks([self._labeller.chips(enlarged(picture, LOOK))])
        return float(ages[0]), float(male[0]), self._identity(picture)
