"""A picture -> a latent that draws about that picture: the encoder's estimate at once, then refined step by step.

The refinement moves the latent (W+: a style for each layer) with Adam, as Image2StyleGAN does (Abdal 2019), in
coordinates of the generator's own styles: principal components, one standard deviation long (Wulff, Torralba,
Improving Inversion and Generation Diversity in StyleGAN using a Gaussianized Latent Space, 2020). Latents far from them
styles draw nearly any picture, but sliders then do odd things to it. So the distance to the mean face, and that of the
layers to each other (Tov et al., Designing an Encoder for StyleGAN Image Manipulation, 2021) cost something.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from facedesigner.contract.request import Image
from facedesigner.engine.controls import noise_of
from facedesigner.engine.likeness import Perceptual
from facedesigner.engine.packing import pack, unpack
from facedesigner.state.face import FaceState, Latent
from training.errors import UserError, WeightsError
from training.gans.base import Generator
from training.networks.encoder import Encoder, components_of, difference, first_encoder, load_encoder, resized
from training.sampling import from_bytes, to_bytes
from training.weights import Weights, load_weights

STEPS = 400  # at most
RATE = 0.06  # standard deviations a step, falling to nothing at the end
REPORT_EVERY = 10  # steps
PERCEPTUAL_WEIGHT = 1.0  # beside the difference of pixels
SPREAD_WEIGHT = 0.03  # of the squared distance to the mean face, in standard deviations
APART_WEIGHT = 0.03  # of that of the layers to each other
AROUND = 0.35  # what hair, clothes and background count, beside 1 for the inner face
SMALLEST = 0.02  # of the strongest component: shorter ones are taken for that long, since noise would steer them


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a refinement has come. `latent` is the best so far: draw it to see it."""

    step: int
    share: float  # of the time or the steps, 0 to 1
    loss: float  # of `latent`
    latent: Latent


@dataclass(frozen=True, eq=False)
class Inversion:
    latent: Latent  # (L, D), to be drawn without truncation (psi 1)
    picture: Image  # (R, R, 3) what it draws
    estimate: Latent  # the encoder's
    estimated: Image  # what that draws
    loss: float
    steps: int
    seconds_to_estimate: float
    seconds: float  # altogether

    def face(self, model: str) -> FaceState:
        """The face that every slider works on; `model` is the hash of the generator."""
        return FaceState(model, latent=self.latent, psi=1.0)


def load_inverter(model: Path, folders: Sequence[Path], encoder: Path | None = None) -> tuple[Weights, Encoder]:
    """A copy of the model's weights for `invert` alone, and its encoder: the file `encoder`, or the first one named
    `encoder*.safetensors` in one of the folders that belongs to the model. WeightsError when there is none."""
    weights = load_weights(model)
    if encoder is not None:
        return weights, load_encoder(encoder, weights.hash)
    found, problem = first_encoder(folders, "encoder*.safetensors", weights.hash)
    if found is None:
        problem = problem or "there is none beside it: train one with `python -m training encoder`"
        raise WeightsError(f"opening a picture needs an encoder of {weights.name}; {problem}")
    return weights, found


def invert(
    weights: Weights,
    encoder: Encoder | None,
    picture: Image,
    *,
    seconds: float = 20.0,
    progress: Callable[[Progress], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
    perceptual: Perceptual | None = None,
    steps: int = STEPS,
    clock: Callable[[], float] = time.monotonic,
) -> Inversion:
    """The latent of an aligned picture (H, H, 3) uint8.

    `weights` are the caller's own, on the CPU: not those that another thread draws with. Without an encoder it starts
    from the mean face. It refines for so many `seconds` at most, 0 for the estimate alone; `stop` is asked at every
    step, and the best latent so far is the answer. `progress` is called before the first step, now and then, and at the
    end. Raises ValueError for a picture that is not square, a model with labels, or an encoder of another shape.
    """
    began = clock()
    generator = weights.generator
    check(generator, encoder, picture)
    wanted = resized(from_bytes(torch.from_numpy(picture.copy()).permute(2, 0, 1)[None]), generator.resolution)
    noise = noise_of(generator, 0, torch.device("cpu")) if generator.noise_shapes else None
    start = weights.latent_mean.expand(generator.latent_shape) if encoder is None else encoder.estimate(wanted[0])
    start = start.clone()  # out of inference mode
    estimated = drawn(generator, start, noise)
    estimate_seconds = clock() - began

    space, weight = StyleSpace(generator), face_weight(generator.resolution)
    parts = space.parts_of(start).requires_grad_(True)
    features = None if perceptual is None else perceptual.features(wanted)
    optimizer = Adam(parts)
    best, least, step = start, math.inf, 0
    refining = clock()

    def report(share: float) -> None:
        progress(Progress(step, share, least, pack(best)))

    with torch.enable_grad():
        while True:
            share = 1.0 if seconds <= 0 else min(1.0, max(step / max(steps, 1), (clock() - refining) / seconds))
            latent = space.latent_of(parts)
            seen = generator.synthesize(latent[None], noise)
            loss = difference(seen * weight, wanted * weight) + SPREAD_WEIGHT * parts.square().mean()
            loss = loss + APART_WEIGHT * (parts - parts.mean(0)).square().mean()
            if perceptual is not None and features is not None:
                loss = loss + PERCEPTUAL_WEIGHT * perceptual(seen, features, weight)
            value = float(loss.detach())
            if value < least:
                least, best = value, latent.detach().clone() if step else start
            if share >= 1 or stop():
                break
            if step % REPORT_EVERY == 0:
                report(share)
            step += 1
            (gradient,) = torch.autograd.grad(loss, parts)
            optimizer.step(gradient, RATE * min(1.0, step / 10) * math.cos(math.pi / 2 * share))
    report(1.0)
    image = drawn(generator, best, noise)
    return Inversion(pack(best), image, pack(start), estimated, least, step, estimate_seconds, clock() - began)


def face_weight(side: int) -> Tensor:
    """(1, 1, side, side): 1 where the inner face of an aligned picture lies, AROUND elsewhere. Who somebody is shows
    there, and what a generator cannot draw at all, such as a street, would else take the latent with it."""
    places = (torch.arange(side) + 0.5) / side
    radius = (((places[None, :] - 0.5) / 0.3).square() + ((places[:, None] - 0.58) / 0.36).square()).sqrt()
    return (AROUND + (1 - AROUND) * torch.sigmoid((1 - radius) * 12))[None, None]


class Adam:
    """Kingma and Ba 2015, for one tensor. PyTorch's own imports its compiler first, some seconds."""

    FIRST, SECOND = 0.9, 0.99

    def __init__(self, parameter: Tensor) -> None:
        self.parameter = parameter
        self.mean, self.square = torch.zeros_like(parameter), torch.zeros_like(parameter)
        self.steps = 0

    @torch.no_grad()
    def step(self, gradient: Tensor, rate: float) -> None:
        self.steps += 1
        self.mean.lerp_(gradient, 1 - self.FIRST)
        self.square.lerp_(gradient.square(), 1 - self.SECOND)
        deviation = (self.square / (1 - self.SECOND**self.steps)).sqrt_().add_(1e-8)
        self.parameter.sub_(rate / (1 - self.FIRST**self.steps) * self.mean / deviation)


class StyleSpace:
    """Latents in principal components of the generator's styles, one standard deviation long."""

    def __init__(self, generator: Generator) -> None:
        self.mean, components = components_of(generator)
        lengths = components.norm(dim=1, keepdim=True)
        self.axes = components / lengths.clamp_min(1e-12)
        self.lengths = lengths[:, 0].clamp_min(SMALLEST * float(lengths.max()))

    def parts_of(self, latent: Tensor) -> Tensor:
        """(L, D) -> (L, K)"""
        parts: Tensor = (latent - self.mean) @ self.axes.T / self.lengths
        return parts

    def latent_of(self, parts: Tensor) -> Tensor:
        latent: Tensor = self.mean + (parts * self.lengths) @ self.axes
        return latent


def check(generator: Generator, encoder: Encoder | None, picture: Image) -> None:
    if picture.ndim != 3 or picture.shape[0] != picture.shape[1] or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise ValueError(f"the picture must be square, (H, H, 3) uint8, not {picture.shape} {picture.dtype}")
    if generator.conditions.dim:
        raise UserError("this model has labels or codes, which a picture does not tell: load another model")
    if encoder is not None and (encoder.shape.rows, encoder.shape.columns) != generator.latent_shape:
        raise UserError(f"the encoder answers {encoder.shape}, the model takes {generator.latent_shape}")


@torch.inference_mode()
def drawn(generator: Generator, latent: Tensor, noise: Sequence[Tensor] | None) -> Image:
    picture: Image = to_bytes(generator.synthesize(latent[None], noise))[0].permute(1, 2, 0).contiguous().numpy()
    return picture


class Drawer:
    """Draws what a refinement has come to, in its own thread."""

    def __init__(self, weights: Weights) -> None:
        self.generator = weights.generator
        self.noise = noise_of(weights.generator, 0, torch.device("cpu")) if weights.generator.noise_shapes else None

    def __call__(self, latent: Latent) -> Image:
        """(R, R, 3) uint8"""
        return drawn(self.generator, unpack(latent), self.noise)
