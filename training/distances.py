"""Fréchet and kernel distance now and then while a generator trains: quick ones, to see where a run is going."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from training.data import Faces
from training.events import Measured
from training.features import Features
from training.gans.base import Generator
from training.metrics import frechet_distance, kernel_distance, pick
from training.sampling import draw, latents_of

COUNT = 500  # pictures on each side: enough to compare moments of a run, not to compare with other programs
BATCH = 32  # pictures between two looks at `stop`
FEWEST = 64  # below, a distance says nothing
SEED = 1  # of the measured faces, the same at each moment


class Distances:
    """Measures against held-out pictures where there are enough, else against those trained on, at the generator's own
    resolution. `notes` says why nothing can be measured here."""

    def __init__(self, faces: Faces, held: Faces, device: torch.device) -> None:
        self._device = device
        self._features: Features | None = None
        self._real: Tensor | None = None  # features of the real ones, made at the first measurement
        real = held if len(held) >= FEWEST else faces
        self._images = pick(real.images, min(COUNT, len(real)), 0)
        self.notes: tuple[str, ...] = ()
        if not Features.available():
            self.notes = ("distances are not measured: `pip install 'facedesigner[metrics]'` brings what they need",)
        elif len(self._images) < FEWEST:
            self.notes = (f"distances are not measured: {len(self._images)} pictures are too few",)

    def measure(
        self, generator: Generator, step: int, images: int, stop: Callable[[], bool] = lambda: False
    ) -> Measured | None:
        """None where nothing can be measured, or when `stop()` became true. The random state is left as it was."""
        if self.notes:
            return None
        if self._features is None:
            self._features = Features(Features.available()[0], self._device)
        if self._real is None:
            self._real = self._look_at(self._images, stop)
        fake = draw(generator, latents_of(SEED, len(self._images), generator.z_dim))
        rows = None if self._real is None else self._look_at(fake, stop)
        if self._real is None or rows is None:
            return None
        frechet, kernel = frechet_distance(self._real, rows), kernel_distance(self._real, rows)[0]
        return Measured(step, images, self._features.name, len(rows), round(frechet, 3), round(kernel, 6))

    def _look_at(self, pictures: Tensor, stop: Callable[[], bool]) -> Tensor | None:
        """The features of pictures (N, 3, R, R); None if `stop()` became true on the way."""
        assert self._features is not None
        rows = []
        for part in torch.split(pictures, BATCH):
            if stop():
                return None
            rows.append(self._features(part))
        return torch.cat(rows)
