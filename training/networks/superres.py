"""The super-resolver: a picture -> the same four times as large, with what bicubic enlarging leaves out.

SRResNet (Ledig et al., Photo-Realistic Single Image Super-Resolution Using a GAN, CVPR 2017), made small for a CPU: no
batch norm, which smears colours (Lim et al., EDSR, 2017); all convolutions at the small size, one pixel shuffle at the
end (Shi et al., ESPCN, 2016); what is learnt is added to the bicubic picture. SRGAN is the same network, taught
otherwise. The file describes itself: safetensors whose metadata hold kind, shape and card.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.errors import WeightsError
from training.weights import read, save_network

FORMAT = "facedesigner-superres-1"
FACTOR = 4  # how many times as large
KINDS = ("resnet", "gan")  # taught by pixels alone; by a critic and features as well


class SuperResError(WeightsError):
    """The super-resolver's file cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Shape:
    """Size of the network: 48 channels and 8 blocks have 376,000 numbers."""

    width: int = 48
    blocks: int = 8


class Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = (nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
        for parameter in self.second.parameters():  # an untrained block passes on what it is given
            nn.init.zeros_(parameter)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = x + self.second(F.leaky_relu(self.first(x), 0.2))
        return result


class SuperResolver(nn.Module):
    """Pictures (N, 3, H, W) in [-1, 1] -> (N, 3, 4 H, 4 W), which may leave that range a little."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.head = nn.Conv2d(3, shape.width, 3, padding=1)
        self.blocks = nn.Sequential(*(Residual(shape.width) for _ in range(shape.blocks)))
        self.tail = nn.Conv2d(shape.width, shape.width, 3, padding=1)
        self.last = nn.Conv2d(shape.width, 3 * FACTOR**2, 3, padding=1)
        for parameter in self.last.parameters():  # an untrained network enlarges like bicubic
            nn.init.zeros_(parameter)

    @property
    def reach(self) -> int:
        """From how many pixels around a pixel of the small picture its enlargement is made."""
        return 2 * self.shape.blocks + 3

    def forward(self, pictures: Tensor) -> Tensor:
        first = self.head(pictures)  # (N, width, H, W)
        detail = F.pixel_shuffle(self.last(F.leaky_relu(first + self.tail(self.blocks(first)), 0.2)), FACTOR)
        return bicubic(pictures, FACTOR) + detail  # (N, 3, 4 H, 4 W)


def bicubic(pictures: Tensor, factor: float) -> Tensor:
    """(N, 3, H, W) enlarged or shrunk as Pillow and MATLAB do it: cubic with a = -0.5, averaged when shrunk."""
    height, width = (max(1, round(side * factor)) for side in pictures.shape[2:])
    return F.interpolate(pictures.float(), (height, width), mode="bicubic", antialias=True, align_corners=False)


def save_superres(network: SuperResolver, kind: str, path: Path, card: dict[str, str]) -> None:
    """Writes float16 safetensors, atomically. OSError when the folder cannot be written."""
    metadata = {
        "format": FORMAT,
        "kind": kind,
        "shape": json.dumps(asdict(network.shape)),
        "card": json.dumps(card),
    }
    save_network(network, path, metadata)


def load_superres(path: Path) -> tuple[SuperResolver, str]:
    """The network in a file of `save_superres`, in evaluation mode on the CPU, and its kind.

    Raises SuperResError when the file is none or is damaged, WeightsError when it is no safetensors file.
    """
    metadata, tensors = read(path)
    if metadata.get("format") != FORMAT or metadata.get("kind") not in KINDS:
        raise SuperResError(f"{path.name} is no super-resolver: make one with `python -m training superres`")
    try:
        network = SuperResolver(Shape(**json.loads(metadata["shape"])))
        network.load_state_dict({key: value.float() for key, value in tensors.items()})
    except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
        raise SuperResError(f"{path.name} does not fit its own description: {error}") from None
    if not all(bool(torch.isfinite(value).all()) for value in tensors.values()):
        raise SuperResError(f"{path.name} holds numbers that are not finite: train it again")
    return network.eval().requires_grad_(False).to(memory_format=torch.channels_last), metadata["kind"]
