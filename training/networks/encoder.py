"""The encoder: a picture -> the latent of a generator that draws about that picture, at once.

Like pSp (Richardson et al., Encoding in Style, CVPR 2021) it answers one style a layer (W+) as an offset from the mean
face. Unlike it, the offset is given in principal components of the generator's own styles: what a generator never uses
cannot be answered, which leaves a network of 1.8 million parameters for 128 px.

The file belongs to one generator and says so: safetensors whose metadata hold that generator's hash.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.errors import UserError, WeightsError
from training.gans.base import Generator
from training.sampling import latents_of
from training.weights import Weights, read, save_network

FORMAT = "facedesigner-encoder-1"
LARGEST = 128  # side of the pictures that encoders look at, at most
WIDTHS = {64: 32, 32: 64, 16: 96, 8: 128, 4: 192}  # channels at each side
DEEPENED = (16, 8)  # sides with a residual block: where a face's parts are told apart
STYLES = 5000  # styles that the principal components are taken from


class EncoderError(WeightsError):
    """The encoder's file cannot be used, with this generator or at all; the message says why and what to do."""


@dataclass(frozen=True)
class Shape:
    """What an encoder takes and answers."""

    resolution: int  # side of its pictures, a power of two from 8
    rows: int  # of the latent
    columns: int
    components: int  # of the styles that a row is put together from
    hidden: int = 192
    channels: int = 3  # of its pictures; a sketch with colour hints has 5


class Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = block(width, width, 1), block(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = x + self.second(self.first(x))
        return result


def block(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.LeakyReLU(0.2))


class Encoder(nn.Module):
    """Pictures (N, channels, R, R) in [-1, 1] -> latents (N, L, D)."""

    mean: Tensor  # (D,) the mean face
    basis: Tensor  # (K, D) principal components of the styles, one standard deviation long each

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        side, width = shape.resolution // 2, shape.channels
        layers: list[nn.Module] = []
        while side >= 4:
            layers.append(block(width, WIDTHS[side], 2))
            width = WIDTHS[side]
            if side in DEEPENED:
                layers.append(Residual(width))
            side //= 2
        self.body = nn.Sequential(*layers)
        self.hidden = nn.Linear(width * 16, shape.hidden)
        self.head = nn.Linear(shape.hidden, shape.rows * shape.components)
        nn.init.zeros_(self.head.weight)  # an untrained encoder answers the mean face
        nn.init.zeros_(self.head.bias)
        self.register_buffer("mean", torch.zeros(shape.columns))
        self.register_buffer("basis", torch.zeros(shape.components, shape.columns))

    def forward(self, pictures: Tensor) -> Tensor:
        features = F.leaky_relu(self.hidden(self.body(pictures).flatten(1)), 0.2)  # (N, hidden)
        parts = self.head(features).float().unflatten(1, (self.shape.rows, self.shape.components))  # (N, L, K)
        latents: Tensor = self.mean + parts @ self.basis  # (N, L, D)
        return latents

    @torch.inference_mode()
    def estimate(self, picture: Tensor) -> Tensor:
        """One picture (channels, H, H) in [-1, 1] of any side -> its latent (L, D)."""
        side = self.shape.resolution
        latents: Tensor = self(resized(picture[None], side).contiguous(memory_format=torch.channels_last))
        return latents[0]


def resized(pictures: Tensor, side: int) -> Tensor:
    """(N, 3, H, H) -> (N, 3, side, side); smaller ones are averaged, so that nothing flickers."""
    if pictures.shape[-1] == side:
        return pictures
    return F.interpolate(pictures, (side, side), mode="bilinear", antialias=True, align_corners=False)


def difference(drawn: Tensor, wanted: Tensor) -> Tensor:
    """Mean absolute difference of pictures and of their gradients, at full and at a quarter of the side."""
    total = (drawn - wanted).abs().mean()
    for across in (2, 3):
        total = total + (drawn.diff(dim=across) - wanted.diff(dim=across)).abs().mean()
    return total + (F.avg_pool2d(drawn, 4) - F.avg_pool2d(wanted, 4)).abs().mean()


def new_encoder(weights: Weights, components: int = 128, channels: int = 3) -> Encoder:
    """An untrained encoder of a generator. UserError for one with labels or codes, which no picture tells."""
    generator = weights.generator
    if generator.conditions.dim:
        raise UserError(
            f"{weights.name} has labels or codes, which an encoder cannot tell from a picture: train an unconditional "
            "variant, such as style"
        )
    mean, axes = components_of(generator)
    rows, columns = generator.latent_shape
    components = min(components, columns)
    encoder = Encoder(Shape(min(LARGEST, generator.resolution), rows, columns, components, channels=channels))
    encoder.mean.copy_(mean)
    encoder.basis.copy_(axes[:components])
    return encoder


@torch.no_grad()
def components_of(generator: Generator) -> tuple[Tensor, Tensor]:
    """Mean (D,) and principal components (D, D) of a generator's styles, strongest first, each one standard deviation
    long (GANSpace, Härkönen 2020)."""
    styles = generator.map(latents_of(0, STYLES, generator.z_dim))[:, 0]
    mean = styles.mean(0)
    _, deviations, axes = torch.linalg.svd((styles - mean).double(), full_matrices=False)
    return mean, (axes * (deviations / math.sqrt(STYLES - 1))[:, None]).float()


def save_encoder(encoder: Encoder, path: Path, generator_hash: str, card: dict[str, str]) -> None:
    """Writes float16 safetensors, atomically. OSError when the folder cannot be written."""
    metadata = {
        "format": FORMAT,
        "generator": generator_hash,
        "shape": json.dumps(asdict(encoder.shape)),
        "card": json.dumps(card),
    }
    save_network(encoder, path, metadata)


def read_encoder(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Metadata and state, float32, of an encoder of any generator; EncoderError when the file is none."""
    metadata, tensors = read(path)
    if metadata.get("format") != FORMAT:
        raise EncoderError(f"{path.name} is no encoder: make one with `python -m training encoder`")
    return metadata, {key: v.float() if v.is_floating_point() else v for key, v in tensors.items()}


def load_encoder(path: Path, generator_hash: str, channels: int = 3) -> Encoder:
    """The encoder in a file of `save_encoder`, in evaluation mode on the CPU.

    Raises EncoderError when the file is none, is damaged, takes pictures of other `channels`, or belongs to another
    generator than that of the hash.
    """
    metadata, tensors = read_encoder(path)
    if metadata.get("generator") != generator_hash:
        raise EncoderError(
            f"{path.name} belongs to the generator {metadata.get('generator')}, the loaded one is {generator_hash}: "
            "train an encoder for it with `python -m training encoder`"
        )
    try:
        encoder = Encoder(Shape(**json.loads(metadata["shape"])))
        encoder.load_state_dict(tensors)
    except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
        raise EncoderError(f"{path.name} does not fit its own description: {error}") from None
    if encoder.shape.channels != channels:
        what = "sketches" if channels == 3 else "photos"
        raise EncoderError(f"{path.name} is an encoder of {what}: choose another file")
    if not all(bool(torch.isfinite(value).all()) for value in tensors.values()):
        raise EncoderError(f"{path.name} holds numbers that are not finite: train it again")
    return encoder.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def first_encoder(
    folders: Sequence[Path], pattern: str, generator_hash: str, channels: int = 3
) -> tuple[Encoder | None, str]:
    """The first file of the pattern in these folders that is an encoder of the generator and takes such pictures; else
    None, and why the last one that was looked at is none ("" where there was not one)."""
    problem = ""
    for path in [path for folder in folders for path in sorted(folder.glob(pattern))]:
        try:
            return load_encoder(path, generator_hash, channels), ""
        except WeightsError as error:
            problem = str(error)
    return None, problem
