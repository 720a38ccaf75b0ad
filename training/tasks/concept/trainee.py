"""Teaches a generator a thing that it does not draw, such as glasses, as one more slider.

A direction is laid across the latents where none of its faces lie. The generator goes on learning: with the direction
added, a critic wants the thing as photos show it; without it, and outside the place where the thing is, the face must
stay what it was, and seem the same person to a face recognition network. So sliders, encoders and the age path of the
generator still fit, and the thing comes and goes on the same face. The critic is that of `training.critics`; it looks
at the place alone.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from training.augment import augment
from training.checkpoint import CheckpointError, load_checkpoint, save_checkpoint
from training.compute import autocast, pick_precision
from training.critics import FeatureCritic, paired_losses
from training.ema import update_average
from training.layers import ModulatedConv
from training.networks.identity import CHIP, network
from training.sampling import from_bytes
from training.style_mixing import truncated
from training.tasks.progress import Progress
from training.weights import Weights

BATCH = 8  # faces with the thing; half as many without
RATE, CRITIC_RATE = 6e-4, 4e-4
WARM_UP = 50  # steps
AVERAGED = 3_000  # half-life of the averaged weights, in pictures
WEIGHTS = {"critic": 2.5, "around": 50.0, "inside": 3.0, "without": 100.0, "person": 6.0}  # of the losses
SEEN = (2, 4, 8)  # reductions of the critic's features
SAME = 0.28  # distance of embeddings that costs nothing
CHIP_EDGES = (0.171, 0.269, 0.836, 0.933)  # left, top, right, bottom of the face recogniser's chip on aligned faces
QUIET = 32  # principal directions in which the latents vary least: the new one is laid there
LENGTH = 12.0  # of a row of it, about that of the latents' own rows
FAINT = 0.4  # least share of the whole direction that is taught to show the thing
PSI = (0.5, 1.0)
POLICY, PROBABILITY = ("color", "translation"), 0.3
SAVE_SECONDS = 60.0
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Place:
    """Where a thing is on an aligned face: edges in shares of the width."""

    left: float = 0.10
    top: float = 0.34
    right: float = 0.90
    bottom: float = 0.60

    def __post_init__(self) -> None:
        """ValueError for one that is none, or too small for a critic to see."""
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            raise ValueError("a place is left, top, right, bottom in shares of the width, as 0.1 0.28 0.9 0.66")

    def window(self, side: int) -> tuple[slice, ...]:
        """Of (N, C, side, side)."""
        left, top, right, bottom = (round(edge * side) for edge in (self.left, self.top, self.right, self.bottom))
        return slice(None), slice(None), slice(top, bottom), slice(left, right)

    def mask(self, side: int) -> Tensor:
        """(1, 1, side, side): 1 inside, 0 outside, softly."""
        inside = torch.zeros(1, 1, side, side)
        inside[self.window(side)] = 1
        width = side // 16 + 1 - side // 16 % 2
        return F.avg_pool2d(inside, width, 1, width // 2, count_include_pad=False)


def quiet_direction(weights: Weights, rows: tuple[int, int], seed: int) -> Tensor:
    """(L, D): the same in rows [first, last), zero in the others, across the latents of the generator's own faces."""
    generator = weights.generator
    rng = torch.Generator().manual_seed(seed)
    columns = generator.latent_shape[1] - generator.conditions.dim
    with torch.no_grad():
        latents = generator.map(torch.randn(8192, generator.z_dim, generator=rng))[:, 0, :columns]
    _, axes = torch.linalg.eigh(torch.cov(latents.T.double()))  # the quietest first
    mixed = axes[:, :QUIET] @ torch.randn(min(QUIET, columns), generator=rng).double()
    direction = torch.zeros(generator.latent_shape)
    direction[rows[0] : rows[1], :columns] = (LENGTH * mixed / mixed.norm()).float()
    return direction


class Trainer:
    """The networks of one training and one step of it."""

    def __init__(self, weights: Weights, direction: Tensor, place: Place) -> None:
        self.mean, self.direction, self.place = weights.latent_mean, direction, place
        self.before = weights.generator.to(memory_format=torch.channels_last)
        self.generator, self.average = (copy.deepcopy(self.before).requires_grad_(False) for _ in range(2))
        self.learning = [p for name, p in self.generator.named_parameters() if not name.startswith("mapping")]
        self.make_deaf(direction)
        for parameter in self.learning:
            parameter.requires_grad_(True)
        self.critic = FeatureCritic(SEEN)
        self.person = network()
        self.optimizers = [
            torch.optim.Adam(self.learning, RATE, (0.0, 0.99)),
            torch.optim.Adam(self.critic.learning(), CRITIC_RATE, (0.0, 0.99)),
        ]
        side = self.before.resolution
        self.inside, self.window = place.mask(side), place.window(side)

    def make_deaf(self, direction: Tensor) -> None:
        """Takes the direction out of all styles, so that it does nothing yet."""
        unit = F.normalize(direction.sum(0), dim=0)
        for module in self.generator.modules():
            if isinstance(module, ModulatedConv):
                weight = module.affine.weight
                weight.copy_(weight - torch.outer(weight @ unit, unit))

    def step(self, photos: Tensor, share: float, warmth: float) -> dict[str, float]:
        """One step at a `share` of the training, with photos (BATCH, 3, R, R) in [-1, 1] that show the thing; returns
        the parts of the loss."""
        for optimizer, rate in zip(self.optimizers, (RATE, CRITIC_RATE), strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate * warmth * (0.5 + 0.5 * math.cos(math.pi * share))
        few = BATCH // 2
        with torch.no_grad(), autocast(CPU, pick_precision("auto", CPU)):
            latents = self.latents(BATCH)
            noise = [torch.randn(BATCH, 1, *shape) for shape in self.before.noise_shapes]
            before = self.before.synthesize(latents, noise)
        strength = torch.empty(BATCH + few, 1, 1).uniform_(FAINT, 1)
        strength[BATCH:] = -torch.empty(few, 1, 1).uniform_(-1, 1).clamp_min(0)  # as it was, or less than nothing
        both = [torch.cat([x, x[:few]]) for x in (latents, *noise)]
        with autocast(CPU, pick_precision("auto", CPU)):
            made = self.generator.synthesize(both[0] + strength * self.direction, both[1:])
        shown, plain = made[:BATCH], made[BATCH:]
        difference = (shown - before).abs()
        losses = {
            "around": (difference * (1 - self.inside)).mean(),
            "inside": (difference * self.inside).mean(),
            "without": ((plain - before[:few]).abs() * (1 + 4 * self.inside)).mean(),
            "person": self.distance(shown, before),
        }
        views = torch.split(augment(torch.cat([photos, shown])[self.window], POLICY, PROBABILITY), BATCH)
        with torch.no_grad():
            real = self.critic.features(views[0])
        fake = self.critic.features(views[1])
        self.critic.requires_grad_(True)
        judged, _ = paired_losses(self.critic(real), self.critic([x.detach() for x in fake]))
        self.update(1, judged)
        self.critic.requires_grad_(False)
        losses["critic"] = paired_losses(self.critic(real), self.critic(fake))[1]
        self.update(0, torch.stack([WEIGHTS[name] * loss for name, loss in losses.items()]).sum())
        return {name: float(value.detach()) for name, value in (*losses.items(), ("critic's own", judged))}

    def distance(self, pictures: Tensor, others: Tensor) -> Tensor:
        """How much farther apart the people in aligned pictures (N, 3, R, R) seem than `SAME`, on average."""
        left, top, right, bottom = (edge + float(torch.empty(()).uniform_(-0.01, 0.01)) for edge in CHIP_EDGES)
        rows, columns = (
            torch.linspace(2 * top - 1, 2 * bottom - 1, CHIP),
            torch.linspace(2 * left - 1, 2 * right - 1, CHIP),
        )
        y, x = torch.meshgrid(rows, columns, indexing="ij")
        places = torch.stack([x, y], -1).expand(len(pictures), -1, -1, -1)
        chips = [F.grid_sample(some, places, align_corners=False) * 127.5 + 127.5 for some in (pictures, others)]
        with torch.no_grad():
            wanted = self.person(chips[1])
        farther: Tensor = ((self.person(chips[0]) - wanted).square().sum(1) + 1e-6).sqrt().sub(SAME).relu().mean()
        return farther

    def latents(self, count: int) -> Tensor:
        """(count, L, D) of faces as they are designed, a third of them mixed of two."""
        latents = self.before.map(torch.randn(count, self.before.z_dim))
        rows = latents.shape[1]
        cut = torch.where(torch.rand(count, 1) < 1 / 3, torch.randint(1, rows, (count, 1)), rows)
        latents = torch.where((torch.arange(rows)[None] < cut)[..., None], latents, latents.roll(1, 0))
        return truncated(self.before, self.mean, latents, torch.empty(count, 1, 1).uniform_(*PSI))

    def update(self, which: int, loss: Tensor) -> None:
        self.optimizers[which].zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizers[which].step()

    @property
    def parts(self) -> list[Any]:
        """Those whose state makes a checkpoint."""
        return [self.generator, self.average, self.critic.heads, *self.optimizers]


def teach(
    weights: Weights,
    photos: Tensor,
    direction: Tensor,
    place: Place,
    checkpoint: Path,
    images: int,
    seed: int,
    say: Callable[[str], None],
) -> Any:
    """Trains until so many faces were drawn with the thing; returns the generator, which draws it where `direction`
    (L, D) is added. `photos` (M, 3, R, R) uint8 show it.

    CHECKPOINT is saved every minute and continued from when it is there. Raises ImportError that says what to install,
    CheckpointError when it does not fit or is damaged.
    """
    torch.manual_seed(seed)
    trainer = Trainer(weights, direction, place)
    step, steps = resume(checkpoint, trainer), max(1, math.ceil(images / BATCH))
    saved, progress = time.monotonic(), Progress(say, "faces", step, steps, BATCH)
    while step < steps:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed * 1_000_003 + step)  # each step its own: a resumed run goes on as the same one
            chosen = from_bytes(photos[torch.randint(len(photos), (BATCH,))])
            chosen = torch.where(torch.rand(BATCH, 1, 1, 1) < 0.5, chosen.flip(3), chosen)
            parts = trainer.step(chosen, step / steps, min(1.0, (step + 1) / WARM_UP))
        step += 1
        update_average(trainer.average, trainer.generator, BATCH, AVERAGED, step * BATCH)
        progress.add(step, parts)
        now = time.monotonic()
        if now - saved >= SAVE_SECONDS or step == steps:
            states = [part.state_dict() for part in trainer.parts]
            save_checkpoint(checkpoint, {"parts": states, "direction": direction, "step": step})
            saved = now
    return trainer.average.eval()


def resume(path: Path, trainer: Trainer) -> int:
    """The step that the checkpoint was saved at, 0 without one."""
    if not path.exists():
        return 0
    state = load_checkpoint(path, CPU)
    try:
        if not torch.equal(state["direction"], trainer.direction):
            raise CheckpointError(f"{path} is of another generator or seed: delete it, or choose another --out")
        for part, saved in zip(trainer.parts, state["parts"], strict=True):
            part.load_state_dict(saved)
        return int(state["step"])
    except (KeyError, RuntimeError, ValueError) as error:
        raise CheckpointError(f"{path} does not fit this generator ({error}): delete it") from None
