"""Teaches a generator a thing that it does not draw, such as glasses, as one more slider.

A direction is laid across the latents where none of its faces lie. The generator goes on learning: with the direction
added, a critic wants the thing as photos show it; without it, and outside the place where the thing is, the face must
stay what it was, and seem the same person to a face recognition network. So sliders, encoders and the age path of the
generator still fit, and the thing comes and goes on the same face. The critic is that of `training.critics`; it looks
at the place alone.

In the run folder `reals.png` are photos of the thing, `before.png` faces of the generator as it was, `fakes000123.png`
the same with the direction added. A step learns from train.batch faces with the thing and half as many without.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from training.augment import augment
from training.checkpoint import CheckpointError, load_average
from training.config import RunConfig, run_config
from training.critics import FeatureCritic, paired_losses
from training.curation.detector import require_packages
from training.data import load_faces
from training.ema import update_average
from training.errors import UserError
from training.layers import ModulatedConv
from training.networks.identity import CHIP, network
from training.sampling import from_bytes, to_bytes
from training.style_mixing import truncated
from training.tasks.concept.options import Options
from training.tasks.concept.place import Place, quiet_direction
from training.tasks.concept.slider import stand_back, with_slider
from training.trainee import Annealed, Part
from training.weighting import matching
from training.weights import FOREIGN, Weights, load_weights, save_weights

RATES = 0.0, 0.99  # how fast Adam forgets, of the critic
CRITIC_RATE = 4e-4
WEIGHTS = {"critic": 2.5, "around": 50.0, "inside": 3.0, "without": 100.0, "person": 6.0}  # of the losses
SEEN = (2, 4, 8)  # reductions of the critic's features
SAME = 0.28  # distance of embeddings that costs nothing
CHIP_EDGES = (0.171, 0.269, 0.836, 0.933)  # left, top, right, bottom of the face recogniser's chip on aligned faces
FAINT = 0.4  # least share of the whole direction that is taught to show the thing
PSI = (0.5, 1.0)
POLICY, PROBABILITY = ("color", "translation"), 0.3
FEWEST = 50  # photos
CPU = torch.device("cpu")


def begin(config: RunConfig, device: torch.device, state: dict[str, Any] | None) -> Teaching:
    """The trainee of a run with its pictures. UserError when the generator cannot be taught or too few of them show
    the thing, ImportError that says what to install."""
    require_packages()
    made = Teaching(config, device)
    cache = Path(config.data.cache) if config.data.cache else None
    faces = load_faces(config.data.source, made.before.resolution, include=config.data.include, cache=cache)
    faces, _ = faces.split(config.data.holdout)
    fitting = torch.stack([matching(faces, rule, rule) for rule in made.chosen.where]).all(0)
    made.give(faces.images[fitting])
    made.notes = (*faces.notes, f"{made.pictures} of {len(faces)} pictures show {' and '.join(made.chosen.where)}")
    return made


def teachable(path: Path) -> Weights:
    """UserError for a generator without layers to steer, with labels, or that others trained."""
    weights = load_weights(path)
    if weights.variant in FOREIGN:
        raise UserError(f"{weights.name} was brought in and can only be drawn with: teach a style generator of ours")
    if not weights.generator.layer_ranges or weights.generator.conditions.dim:
        raise UserError(f"{weights.name} is no style generator without labels: only those can be taught a slider")
    return weights


class Teaching(Annealed):
    """Always on the CPU, and in one process."""

    warm_up = 50
    photos: Tensor  # (M, 3, R, R) uint8 that show the thing

    def __init__(self, config: RunConfig, device: torch.device) -> None:
        super().__init__(config, CPU)
        self.chosen = self.options(Options)
        place = Place(*self.chosen.place)
        weights = teachable(Path(self.chosen.weights))
        self.direction = quiet_direction(weights, (2, weights.generator.latent_shape[0]), config.train.seed)
        torch.manual_seed(config.train.seed)
        self.mean = weights.latent_mean
        self.before: Any = self.place(weights.generator)
        self.generator, self.average = (copy.deepcopy(self.before).requires_grad_(False) for _ in range(2))
        self.learning = [p for name, p in self.generator.named_parameters() if not name.startswith("mapping")]
        self.make_deaf(self.direction)
        for parameter in self.learning:
            parameter.requires_grad_(True)
        self.critic = FeatureCritic(SEEN)
        self.person = network()
        train = config.train
        self.optimizers = [
            torch.optim.Adam(self.learning, train.learning_rate, (train.beta1, train.beta2)),
            torch.optim.Adam(self.critic.learning(), CRITIC_RATE, RATES),
        ]
        side = self.before.resolution
        self.inside, self.window = place.mask(side), place.window(side)

    def give(self, photos: Tensor) -> None:
        """`photos` (M, 3, R, R) uint8 show the thing. UserError when they are too few."""
        if len(photos) < FEWEST:
            raise UserError(f"only {len(photos)} pictures show it: find {FEWEST} at least")
        self.photos, self.pictures = photos, len(photos)

    @property
    def parts(self) -> dict[str, Part]:
        return {
            "generator": self.generator,
            "average": self.average,
            "critic": self.critic.heads,
            "optimizers": [*self.optimizers],
        }

    def facts(self) -> dict[str, Any]:
        return {"direction": self.direction}

    def restore(self, state: dict[str, Any]) -> None:
        if not torch.equal(state.get("direction", torch.zeros(0)), self.direction):
            raise CheckpointError("this run is of another generator or seed: begin a new one")
        super().restore(state)

    def make_deaf(self, direction: Tensor) -> None:
        """Takes the direction out of all styles, so that it does nothing yet."""
        unit = F.normalize(direction.sum(0), dim=0)
        for module in self.generator.modules():
            if isinstance(module, ModulatedConv):
                weight = module.affine.weight
                weight.copy_(weight - torch.outer(weight @ unit, unit))

    def batch(self) -> Tensor:
        """Photos (N, 3, R, R) in [-1, 1] that show the thing."""
        count = self.config.train.batch
        chosen = from_bytes(self.photos[torch.randint(len(self.photos), (count,))])
        return torch.where(torch.rand(count, 1, 1, 1) < 0.5, chosen.flip(3), chosen)

    def learn(self, batch: Tensor) -> dict[str, Tensor]:
        photos, count, few = batch, len(batch), len(batch) // 2
        with torch.no_grad(), self.autocast():
            latents = self.latents(count)
            noise = [torch.randn(count, 1, *shape) for shape in self.before.noise_shapes]
            before = self.before.synthesize(latents, noise)
        strength = torch.empty(count + few, 1, 1).uniform_(FAINT, 1)
        strength[count:] = -torch.empty(few, 1, 1).uniform_(-1, 1).clamp_min(0)  # as it was, or less than nothing
        both = [torch.cat([x, x[:few]]) for x in (latents, *noise)]
        with self.autocast():
            made = self.generator.synthesize(both[0] + strength * self.direction, both[1:])
        shown, plain = made[:count], made[count:]
        difference = (shown - before).abs()
        losses = {
            "around": (difference * (1 - self.inside)).mean(),
            "inside": (difference * self.inside).mean(),
            "without": ((plain - before[:few]).abs() * (1 + 4 * self.inside)).mean(),
            "person": self.distance(shown, before),
        }
        views = torch.split(augment(torch.cat([photos, shown])[self.window], POLICY, PROBABILITY), count)
        with torch.no_grad():
            real = self.critic.features(views[0])
        fake = self.critic.features(views[1])
        self.critic.requires_grad_(True)
        judged, _ = paired_losses(self.critic(real), self.critic([x.detach() for x in fake]))
        self.update(self.critic, self.optimizers[1], judged)
        self.critic.requires_grad_(False)
        losses["critic"] = paired_losses(self.critic(real), self.critic(fake))[1]
        total = torch.stack([WEIGHTS[name] * loss for name, loss in losses.items()]).sum()
        self.update(self.generator, self.optimizers[0], total)
        update_average(self.average, self.generator, count, self.config.train.ema_half_life, self.images + count)
        return {name: value.detach() for name, value in (*losses.items(), ("critic's own", judged))}

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

    @torch.no_grad()
    def drawn(self, generator: Any, share: float) -> Tensor:
        """The faces of the sample grid, with a `share` of the direction added: (N, 3, R, R) uint8."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.config.train.seed)
            latents = self.latents(self.config.log.grid**2)
            noise = [torch.randn(1, 1, *shape) for shape in self.before.noise_shapes]
        return to_bytes(generator.synthesize(latents + share * self.direction, noise))

    def samples(self) -> Tensor:
        return self.drawn(self.average, 1.0)

    def sheets(self) -> dict[str, Tensor]:
        return {"reals": self.photos[: self.config.log.grid**2], "before": self.drawn(self.before, 0.0)}


def export(folder: Path, out: Path) -> Weights:
    """Writes the taught generator with one more slider and a hash of its own. CheckpointError when there is none."""
    config = run_config(folder)
    average, state = load_average(folder)
    weights = teachable(Path(config.options["weights"]))
    weights.generator.load_state_dict(average)
    stand_back(weights.generator, state["direction"])
    made = with_slider(weights, state["direction"], config.options.get("slider", Options.slider))
    save_weights(made, out)
    return made
