"""What the sliders moved in a face: measured on the picture before them and after."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Label = Callable[[np.ndarray], dict[str, np.ndarray]]  # pictures (N, H, W, 3) uint8 -> measures (N,) by name


class Leakage:
    """Movements in standard deviations of each measure over the model's own faces."""

    def __init__(self, label: Label | None = None) -> None:
        """None takes the labellers of curation, a second to load. ImportError says what to install for them."""
        if label is None:
            from training.networks.labeller import Labeller  # dlib and its models: only where somebody wants the meter

            label = Labeller()
        self._label = label
        self._before: tuple[np.ndarray, dict[str, float]] | None = None

    def __call__(
        self, before: np.ndarray, after: np.ndarray, measures: dict[str, tuple[float, float]]
    ) -> dict[str, float]:
        """Pictures (H, W, 3) uint8 of one face; `measures` by name: mean and standard deviation. Names that cannot be
        measured are left out."""
        if self._before is None or self._before[0] is not before:
            self._before = (before, self._measured(before))
        start, end = self._before[1], self._measured(after)
        return {
            name: (end[name] - start[name]) / deviation
            for name, (_, deviation) in measures.items()
            if name in end and deviation > 0
        }

    def _measured(self, picture: np.ndarray) -> dict[str, float]:
        return {name: float(values[0]) for name, values in self._label(picture[None]).items()}
