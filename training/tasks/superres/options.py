"""Super-resolution: pictures four times as large, learnt from sharp ones (SRResNet; SRGAN goes on from it). They are
cut to squares of 512 px, and a step learns from small cuts of these."""

from __future__ import annotations

from dataclasses import dataclass

from training.networks.superres import KINDS
from training.options import option


@dataclass(frozen=True)
class Options:
    kind: str = option("resnet", "resnet is taught by pixels, gan by a critic and features as well", choices=KINDS)
    start: str = option("", "the .safetensors file to go on from; a gan needs one")
    also: tuple[str, ...] = option((), "further folders or zips of sharp pictures")
    width: int = option(48, "channels, without a start", low=1)
    blocks: int = option(8, "residual blocks, without a start", low=1)
