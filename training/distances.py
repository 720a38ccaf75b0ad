"""Distances, precision and recall now and then while a generator trains: quick ones, to see where a run is going."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from training.data import Faces
from training.events import Measured
from training.features import Features
from training.metrics import chosen, frechet_distance, kernel_distance, precision_recall

COUNT = 500  # pictures on each side: enough to compare moments of a run, not to compare with other programs
BATCH = 32  # pictures between two looks at `stop`
FEWEST = 64  # below, a distance says nothing
Imitate = Callable[[Faces], Tensor | None]  # as `training.trainee.Trainee.imitations`


class Distances:
    """Measures against held-out pictures where there are enough, else against those trained on, at the generator's own
    resolution. `notes` says why nothing can be measured here."""

    def __init__(self, faces: Faces, held: Faces, device: torch.device) -> None:
        self._device = device
        self._features: list[Features] = []
        self._real: list[Tensor] = []  # features of the real ones, made at the first measurement
        self.faces = pick(held if len(held) >= FEWEST else faces, COUNT)
        self.notes: tuple[str, ...] = ()
        if not Features.available():
            self.notes = ("distances are not measured: `pip install 'facedesigner[metrics]'` brings what they need",)
        elif len(self.faces) < FEWEST:
            self.notes = (f"distances are not measured: {len(self.faces)} pictures are too few",)

    def measure(
        self,
        imitate: Imitate,
        step: int,
        images: int,
        stop: Callable[[], bool] = lambda: False,
    ) -> list[Measured]:
        """One for each kind of features; empty where nothing can be measured, or when `stop()` became true. `imitate`
        answers one picture (3, R, R) uint8 for each of the real ones that it is given."""
        if self.notes:
            return []
        if not self._features:
            self._features = [Features(name, self._device) for name in Features.available()]
        fake = imitate(self.faces)
        if fake is None:
            return []
        found = []
        for place, features in enumerate(self._features):
            if place == len(self._real):
                rows = look(features, self.faces.images, stop)
                if rows is None:
                    return []
                self._real.append(rows)
            rows = look(features, fake, stop)
            if rows is None:
                return []
            found.append(measured(features.name, self._real[place], rows, step, images))
        return found


def pick(faces: Faces, count: int) -> Faces:
    """At most so many of them, as `training.metrics.pick` chooses."""
    return faces if len(faces) <= count else faces.subset(chosen(len(faces), count, 0).tolist())


def measured(features: str, real: Tensor, fake: Tensor, step: int, images: int) -> Measured:
    values = (
        frechet_distance(real, fake),
        kernel_distance(real, fake)[0],
        *precision_recall(real, fake),
    )
    return Measured(step, images, features, len(fake), *(round(value, 6) for value in values))


def look(features: Features, pictures: Tensor, stop: Callable[[], bool]) -> Tensor | None:
    """The features of pictures (N, 3, R, R); None if `stop()` became true on the way."""
    rows = []
    for part in torch.split(pictures, BATCH):
        if stop():
            return None
        rows.append(features(part))
    return torch.cat(rows)
