"""An encoder of a generator: the network that opens a photo or a drawing, a picture in, the latent of a face out. It
learns from the generator's own samples, and from aligned faces."""

from __future__ import annotations

from dataclasses import dataclass

from training.options import option


@dataclass(frozen=True)
class Options:
    weights: str = option("", "the .safetensors file of the generator; the encoder is of no use with another one")
    sketches: bool = option(False, "learn to open drawings instead of photos")
    start: str = option("", "an encoder to begin with, where its tensors fit")
