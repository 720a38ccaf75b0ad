"""Faces of a generator that directions are learnt from: latents, and their pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from training.gans.base import Generator
from training.sampling import latents_of, to_bytes

PSI = 0.7  # at which faces are designed, and which the standard deviations of measures are stated for
MIXED_PSI = (0.7, 1.1)  # of the mixed faces: wider, so that what is rare is seen
MOST_PARTS = 4  # faces that one mixed face is put together from
BATCH = 16  # pictures drawn at once
PLAIN_SHARE = 0.25  # of the samples that are faces as the window shows them


def stages(generator: Generator) -> tuple[tuple[int, int], ...]:
    """Rows [first, last) of a latent that belong to one resolution: pairs, as in every style generator here."""
    rows = generator.latent_shape[0]
    return tuple((first, min(first + 2, rows)) for first in range(0, rows, 2))


def truncated(generator: Generator, mean: Tensor, latents: Tensor, psi: Tensor | float) -> Tensor:
    """Latents (..., D) pulled to the mean (D,); labels and codes stay."""
    kept = latents.shape[-1] - generator.conditions.dim
    pulled = mean + psi * (latents - mean)
    return torch.cat([pulled[..., :kept], latents[..., kept:]], -1)


@torch.inference_mode()
def plain_latents(generator: Generator, mean: Tensor, seed: int, count: int, psi: float = PSI) -> Tensor:
    """(count, L, D) as the window draws them: one style for all rows."""
    latents = generator.map(latents_of(seed, count, generator.z_dim))
    return truncated(generator, mean, latents, psi)


@torch.inference_mode()
def sample_latents(generator: Generator, mean: Tensor, seed: int, count: int) -> Tensor:
    """(count, L, D): the first quarter plain, the others mixed of up to four faces, each taking some stages (style
    mixing, Karras 2019), at a psi of their own.

    Mixing tells apart what each stage does, and undoes what only hangs together in the data: in a plain face
    the rows that make hair dark also make eyes brown.
    """
    rng = torch.Generator().manual_seed(seed)
    plain = round(count * PLAIN_SHARE)
    mixed = count - plain
    parts = generator.map(latents_of(seed + 1, mixed * MOST_PARTS, generator.z_dim))
    parts = parts.reshape(mixed, MOST_PARTS, *parts.shape[1:])  # (M, 4, L, D)
    spans = stages(generator)
    use = torch.randint(1, MOST_PARTS + 1, (mixed, 1), generator=rng)
    chosen = torch.randint(0, MOST_PARTS, (mixed, len(spans)), generator=rng) % use  # part of each stage
    rows = torch.zeros(generator.latent_shape[0], dtype=torch.long)
    for index, (first, last) in enumerate(spans):
        rows[first:last] = index
    source = chosen[:, rows]  # (M, L)
    latents = torch.gather(parts, 1, source[:, None, :, None].expand(-1, 1, -1, parts.shape[-1]))[:, 0]
    psi = torch.empty(mixed, 1, 1).uniform_(*MIXED_PSI, generator=rng)
    return torch.cat([plain_latents(generator, mean, seed, plain), truncated(generator, mean, latents, psi)])


@torch.inference_mode()
def pictures_of(generator: Generator, latents: Tensor, noise: Sequence[Tensor] | int = 0) -> np.ndarray:
    """latents (N, L, D) -> (N, R, R, 3) uint8. `noise`: tensors of `noise_shapes`, or the seed to draw them anew by."""
    pictures = []
    with torch.random.fork_rng(devices=[]):
        if isinstance(noise, int):
            torch.manual_seed(noise)
        for part in torch.split(latents, BATCH):
            drawn = generator.synthesize(part, None if isinstance(noise, int) else noise)
            pictures.append(to_bytes(drawn).permute(0, 2, 3, 1).contiguous().numpy())
    return np.concatenate(pictures)


def noise_of(generator: Generator, seed: int = 0) -> list[Tensor]:
    """The noise of the window's faces, each (1, 1, H, W)."""
    rng = torch.Generator().manual_seed(seed)
    return [torch.randn(1, 1, height, width, generator=rng) for height, width in generator.noise_shapes]
