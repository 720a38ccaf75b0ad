"""TensorBoard event files beside `metrics.jsonl`, where the `tensorboard` package is installed."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from training.events import Event, Measured, Metrics, Samples, Started

GROUPS = {"d_loss": "loss/D", "g_loss": "loss/G", "d_real": "probability/real", "d_fake": "probability/fake"}


class TensorBoard:
    """Takes the events of a run; the axis counts pictures. Does nothing without the package."""

    def __init__(self, folder: Path, writer: Callable[..., Any] | None = None) -> None:
        """`writer` makes the SummaryWriter; None takes torch's if it can be imported."""
        self._folder, self._make = folder, writer or summary_writer()
        self._writer: Any = None  # made when the run has started

    def take(self, event: Event) -> None:
        if self._make is None:
            return
        if isinstance(event, Started):  # what a killed run logged after its checkpoint is hidden
            self._writer = self._make(log_dir=str(self._folder), purge_step=event.images + 1 if event.images else None)
        if self._writer is None:
            return
        if isinstance(event, Metrics):
            for name, value in event.values.items():
                self._writer.add_scalar(GROUPS.get(name, f"other/{name}"), value, event.images)
            self._writer.add_scalar("pictures a second", event.images_per_second, event.images)
        elif isinstance(event, Measured):
            self._writer.add_scalar("distance/Fréchet", event.frechet, event.images)
            self._writer.add_scalar("distance/kernel", event.kernel, event.images)
        elif isinstance(event, Samples):
            with Image.open(event.path) as picture:
                self._writer.add_image("samples", np.asarray(picture), event.images, dataformats="HWC")

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def summary_writer() -> Callable[..., Any] | None:
    if find_spec("tensorboard") is None:
        return None
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter
