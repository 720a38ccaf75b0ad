"""Trains an encoder on a generator's own samples, whose latents are known, and on pictures of a folder, whose are not.

A sample's loss is that of its latent and that of the picture drawn again; a picture's only the latter. All are spoiled
a little before the encoder sees them (light, blur, noise, shift, another background), and compared with what they were.
No loss on features of a network was tried; the refinement has one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from training.checkpoint import CheckpointError, load_checkpoint, save_checkpoint
from training.compute import autocast, pick_precision
from training.gans.base import Generator
from training.networks.encoder import Encoder, difference, new_encoder, read_encoder, resized, save_encoder
from training.sampling import from_bytes
from training.style_mixing import sample_latents
from training.tasks.progress import Progress
from training.warm_start import copy_matching
from training.weights import Weights

BATCH = 32  # half of it samples, half pictures of the folder
RATE = 2e-3
WARM_UP = 100  # steps
COMPARED = 64  # side at which pictures are compared
PICTURE_WEIGHT = 4.0  # of the difference between pictures, beside that of latents
PRIOR_WEIGHT = 0.02  # on latents of pictures: their samples' spread (Mahalanobis), so that sliders work on them
SAVE_SECONDS = 60.0
Look = Callable[[Tensor], Tensor]  # pictures (N, 3, R, R) in [-1, 1] -> what the encoder sees of them, (N, C, R, R)


def train_encoder(
    weights: Weights,
    pictures: Tensor,
    out: Path,
    images: int,
    seed: int,
    say: Callable[[str], None],
    data: str = "",
    look: Look | None = None,
    channels: int = 3,
    start: Path | None = None,
) -> Encoder:
    """Trains until so many images were seen and writes OUT. `pictures` (M, 3, R, R) uint8, or none of them.
    `look` is `spoil`, unless the encoder is to see something else of them, with so many `channels`. `start`: another
    encoder, whose tensors that fit are what a new one begins with; its generator may be another one.

    OUT.pt is saved every minute, and continued from when it is there; it goes when OUT is written. Raises ValueError
    for a generator with labels, CheckpointError when OUT.pt belongs to another generator or is damaged.
    """
    torch.manual_seed(seed)
    generator = weights.generator.to(memory_format=torch.channels_last)
    encoder = new_encoder(weights, channels=channels).to(memory_format=torch.channels_last)
    if start is not None:
        theirs = {name: tensor for name, tensor in read_encoder(start)[1].items() if name not in ("mean", "basis")}
        copy_matching(theirs, encoder)
    optimizer = torch.optim.Adam(encoder.parameters(), lr=RATE, betas=(0.9, 0.99))
    checkpoint = out.with_name(out.name + ".pt")
    step, steps = resume(checkpoint, encoder, optimizer, weights.hash), max(1, math.ceil(images / BATCH))
    precision = pick_precision("auto", torch.device("cpu"))
    out.parent.mkdir(parents=True, exist_ok=True)
    saved, progress = time.monotonic(), Progress(say, "images", step, steps, BATCH, digits=3)
    encoder.train()
    while step < steps:
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * step / steps))
        with torch.random.fork_rng(devices=[]), autocast(torch.device("cpu"), precision):
            torch.manual_seed(seed * 1_000_003 + step)  # each step its own: a resumed run goes on as the same one
            drawn = seed * 1_000_003 + 2 * step
            losses = step_losses(encoder, generator, weights.latent_mean, pictures, drawn, look or spoil)
        optimizer.zero_grad(set_to_none=True)
        torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimizer.step()
        step += 1
        progress.add(step, {name: float(value.detach()) for name, value in losses.items()})
        now = time.monotonic()
        if now - saved >= SAVE_SECONDS:
            keep(checkpoint, encoder, optimizer, weights.hash, step)
            saved = now
    card = {"images": str(step * BATCH), "data": data, "generator": weights.name}
    save_encoder(encoder, out, weights.hash, card)
    checkpoint.unlink(missing_ok=True)
    return encoder.eval()


def keep(path: Path, encoder: Encoder, optimizer: torch.optim.Optimizer, generator: str, step: int) -> None:
    state = {"encoder": encoder.state_dict(), "optimizer": optimizer.state_dict(), "generator": generator, "step": step}
    save_checkpoint(path, state)


def resume(path: Path, encoder: Encoder, optimizer: torch.optim.Optimizer, generator: str) -> int:
    """The step that the checkpoint was saved at, 0 without one."""
    if not path.exists():
        return 0
    state = load_checkpoint(path, torch.device("cpu"))
    if state.get("generator") != generator:
        raise CheckpointError(f"{path} belongs to another generator: delete it, or choose another --out")
    try:
        encoder.load_state_dict(state["encoder"])
        optimizer.load_state_dict(state["optimizer"])
        return int(state["step"])
    except (KeyError, RuntimeError, ValueError) as error:
        raise CheckpointError(f"{path} does not fit this encoder ({error}): delete it") from None


def step_losses(
    encoder: Encoder, generator: Generator, mean: Tensor, pictures: Tensor, seed: int, look: Look
) -> dict[str, Tensor]:
    """The weighted parts of one step's loss."""
    count = BATCH // 2 if len(pictures) else BATCH
    latents = sample_latents(generator, mean, seed, count).clone()  # out of inference mode
    side = encoder.shape.resolution
    with torch.no_grad():
        targets = resized(generator.synthesize(latents).clamp(-1, 1), side)
        if len(pictures):
            chosen = from_bytes(pictures[torch.randint(len(pictures), (BATCH - count,))])
            mirrored = torch.where(torch.rand(len(chosen), 1, 1, 1) < 0.5, chosen.flip(3), chosen)
            targets = torch.cat([targets, resized(mirrored, side)])
        seen = look(targets).contiguous(memory_format=torch.channels_last)
    answered = encoder(seen)
    compared = min(COMPARED, generator.resolution)
    drawn = generator.synthesize(answered, None, compared)
    spread = encoder.basis.square().sum().div(encoder.shape.columns).sqrt()
    losses = {
        "latent": ((answered[:count] - latents) / spread).square().mean(),
        "picture": PICTURE_WEIGHT * difference(drawn, resized(targets, compared)),
    }
    if len(pictures):
        losses["prior"] = PRIOR_WEIGHT * ((answered[count:] - encoder.mean) / spread).square().mean()
    return losses


def spoil(pictures: Tensor) -> Tensor:
    """(N, 3, R, R) in [-1, 1] -> the same, as photographs may be: each change hits a third or half of them."""
    count = len(pictures)

    def some(share: float) -> Tensor:
        return torch.rand(count, 1, 1, 1) < share

    def uniform(low: float, high: float, channels: int = 1) -> Tensor:
        return torch.empty(count, channels, 1, 1).uniform_(low, high)

    x = torch.where(some(0.3), another_background(pictures), pictures)
    zoom, across, down = uniform(0.95, 1.05).flatten(), uniform(-0.06, 0.06).flatten(), uniform(-0.06, 0.06).flatten()
    zero = torch.zeros(count)
    placed = torch.stack([torch.stack([zoom, zero, across], 1), torch.stack([zero, zoom, down], 1)], 1)
    where = F.affine_grid(placed, list(x.shape), align_corners=False)
    moved = F.grid_sample(x, where, mode="bilinear", padding_mode="reflection", align_corners=False)
    x = torch.where(some(0.5), moved, x)
    x = torch.where(some(0.5), x * uniform(0.8, 1.2) + uniform(-0.15, 0.15) + uniform(-0.05, 0.05, 3), x)
    small = F.interpolate(x, scale_factor=0.5, mode="area")
    x = torch.where(some(0.3), F.interpolate(small, x.shape[2:], mode="bilinear", align_corners=False), x)
    x = torch.where(some(0.3), x + torch.randn_like(x) * uniform(0, 0.1), x)
    return x.clamp(-1, 1)


def another_background(pictures: Tensor) -> Tensor:
    """Outside an ellipse where aligned heads lie: a plain colour, or the blurred surroundings of another picture."""
    count, _, side, _ = pictures.shape
    places = (torch.arange(side) + 0.5) / side
    radius = (((places[None, :] - 0.5) / 0.44).square() + ((places[:, None] - 0.56) / 0.54).square()).sqrt()
    mask = torch.sigmoid((radius - 1) * 25)
    blurred = F.interpolate(F.interpolate(pictures.roll(1, 0), (8, 8), mode="area"), side, mode="bilinear")
    colour = torch.empty(count, 3, 1, 1).uniform_(-1, 1)
    ground = torch.where(torch.rand(count, 1, 1, 1) < 0.5, blurred, colour.expand_as(pictures))
    return pictures + mask * (ground - pictures)
