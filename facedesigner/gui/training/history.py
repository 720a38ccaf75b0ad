"""History: the curves of a run, thinned out so that a long run needs no more memory than a short one."""

from __future__ import annotations

import math

from training.events import Measured, Metrics

CURVES = ("d_loss", "g_loss", "d_real", "d_fake")
FRECHET = "frechet"  # the curve of the distances in features of photographs
WHO = "dlib-face"  # the features of who is shown, whose curve is drawn a thousand times as high
MOST = 2_000  # points; then every other one goes


class History:
    """`images` and, of the same length, `values[name]`; NaN where a step did not log the name. Distances are measured
    at moments of their own."""

    def __init__(self) -> None:
        self.images: list[float] = []
        self.values: dict[str, list[float]] = {name: [] for name in CURVES}
        self.distances: list[Measured] = []
        self._every = 1  # metrics to a point
        self._skipped = 0

    def add(self, metrics: Metrics) -> None:
        self._skipped += 1
        if self._skipped < self._every:
            return
        self._skipped = 0
        self.images.append(metrics.images)
        for name in metrics.values:
            self.values.setdefault(name, [math.nan] * (len(self.images) - 1))
        for name, values in self.values.items():
            values.append(metrics.values.get(name, math.nan))
        if len(self.images) >= MOST:
            self._every *= 2
            self.images = self.images[1::2]
            self.values = {name: values[1::2] for name, values in self.values.items()}

    @property
    def own(self) -> tuple[str, ...]:
        """The curves of a run that has no discriminator's: what else it logs, in its order. Empty for a generator."""
        if any(not math.isnan(value) for value in self.values["d_loss"]):
            return ()
        return tuple(name for name in self.values if name not in CURVES)

    def measure(self, measured: Measured) -> None:
        self.distances.append(measured)

    def points(self, name: str) -> tuple[list[float], list[float]]:
        """The pictures shown and the values of a curve."""
        if name in (FRECHET, WHO):
            found = [d for d in self.distances if (d.features == WHO) == (name == WHO)]
            scale = 1000 if name == WHO else 1
            return [float(d.images) for d in found], [scale * d.frechet for d in found]
        return self.images, self.values.get(name, [math.nan] * len(self.images))

    def trim(self, images: int) -> None:
        """Forgets what came after so many pictures: a resumed run does those steps again."""
        count = sum(seen <= images for seen in self.images)
        self.images = self.images[:count]
        self.values = {name: values[:count] for name, values in self.values.items()}
        self.distances = [measured for measured in self.distances if measured.images <= images]
