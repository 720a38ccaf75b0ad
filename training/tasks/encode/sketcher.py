"""The encoder of sketches: a drawing with colour hints -> the latent of a generator's face that is about so.

It is the encoder of photos (`encoder.py`) with five channels, and learns as that does (`encoding.py`), from samples of
the generator and from photos; only it is shown sketches of them. What a sketch does not tell, such as colours without
hints, comes out as the mean of what it may be, so a bad drawing gives a plain face instead of a bad one.
"""

from __future__ import annotations

import torch
from torch import Tensor

from training.networks.landmarks import Landmarks
from training.networks.translator import CHANNELS
from training.sampling import to_bytes
from training.tasks.translate.hints import colour_hints
from training.tasks.translate.sketches import sketches

SEEN = 1 + CHANNELS  # ink and hints
HINTED = 0.5  # share of the sketches that come with colour hints


class Sketcher:
    """Pictures -> what the encoder sees of them."""

    def __init__(self) -> None:
        try:
            self.landmarks: Landmarks | None = Landmarks()
        except ImportError:  # without dlib there are fewer styles
            self.landmarks = None

    def __call__(self, pictures: Tensor) -> Tensor:
        """(N, 3, R, R) in [-1, 1] -> (N, SEEN, R, R)."""
        with torch.autocast(pictures.device.type, enabled=False):
            points = None
            if self.landmarks is not None:
                points = torch.stack([self.landmarks(picture) for picture in to_bytes(pictures)])
            given = torch.rand(len(pictures)) < HINTED
            return torch.cat([sketches(pictures, points), colour_hints(pictures, given)], 1)
