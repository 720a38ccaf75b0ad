"""Trains a super-resolver on cuts of pictures and what becomes of them when they are degraded.

`resnet` learns from pixels: the mean absolute difference, which leaves in doubt what is in doubt, hence smooth skin.
`gan` goes on from it as SRGAN does (Ledig et al. 2017): a critic that compares real and made pairwise (relativistic;
Jolicoeur-Martineau 2019, as in ESRGAN) and LPIPS draw texture where there should be some. LPIPS is that of VGG16 (the
paper has features of VGG19); results are measured with AlexNet's.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from training.checkpoint import CheckpointError, load_checkpoint, save_checkpoint
from training.compute import autocast, pick_precision
from training.critics import PatchCritic
from training.ema import update_average
from training.losses import relativistic_discriminator, relativistic_generator
from training.lpips import Lpips
from training.networks.superres import FACTOR, SuperResolver, save_superres
from training.sampling import from_bytes
from training.tasks.progress import Progress
from training.tasks.superres.degrade import degrade

SIDE = 512  # pixels of the pictures that cuts are taken from
BATCH = {"resnet": 16, "gan": 8}
CUT = 128  # pixels of the pictures compared
SPARE = 32  # pixels more are degraded, so that cuts lie anywhere in the blocks of JPEG
RATE = {"resnet": 1.5e-3, "gan": 4e-4}
CRITIC_RATE = 4e-4
WARM_UP = 50  # steps
AVERAGED = 8_000  # half-life of the averaged weights, in pictures
WEIGHTS = {"pixels": 0.5, "features": 0.5, "critic": 0.1}  # of the losses
CRITIC_WIDTH = 48
CRITIC_NOISE = 0.03  # deviation of what is added to all that the critic sees: 4 grey levels hide what nobody sees
SAVE_SECONDS = 60.0
CPU = torch.device("cpu")


class Trainer:
    """The networks of one training and one step of it."""

    def __init__(self, network: SuperResolver, kind: str) -> None:
        self.kind = kind
        self.network = network.to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.network).requires_grad_(False)
        self.optimizers = [torch.optim.Adam(self.network.parameters(), RATE[kind], (0.9, 0.99))]
        self.rates = [RATE[kind]]
        self.critic: PatchCritic | None = None
        if kind == "gan":
            self.critic = PatchCritic(CRITIC_WIDTH).to(memory_format=torch.channels_last)
            self.features = Lpips("vgg16").to(memory_format=torch.channels_last)
            self.optimizers.append(torch.optim.Adam(self.critic.parameters(), CRITIC_RATE, (0.5, 0.99)))
            self.rates.append(CRITIC_RATE)

    def step(self, small: Tensor, wanted: Tensor, share: float, warmth: float) -> dict[str, float]:
        """One step at a `share` of the training; returns the parts of the loss. `warmth` in (0, 1] of the rate."""
        for optimizer, rate in zip(self.optimizers, self.rates, strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate * warmth * (0.5 + 0.5 * math.cos(math.pi * share))
        small, wanted = (x.contiguous(memory_format=torch.channels_last) for x in (small, wanted))
        with autocast(CPU, pick_precision("auto", CPU)):
            made = self.network(small)
        losses = {"pixels": (made - wanted).abs().mean()}
        parts = dict[str, float]()
        if self.critic is not None:
            parts["critic's own"], real = self.teach(self.critic, made.detach(), wanted)
            few = slice(0, len(wanted) // 2)  # features take most of the time, so half of the cuts must do
            with autocast(CPU, pick_precision("auto", CPU)):
                with torch.no_grad():
                    goal = self.features.features(wanted[few])
                losses["features"] = self.features(made[few], goal)
                fake = self.critic.requires_grad_(False)(noisy(made))
            losses["critic"] = relativistic_generator(real, fake).total
        total = torch.stack([WEIGHTS[name] * loss for name, loss in losses.items()]).sum()
        self.optimizers[0].zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizers[0].step()
        return {name: float(value.detach()) for name, value in losses.items()} | parts

    def teach(self, critic: PatchCritic, made: Tensor, wanted: Tensor) -> tuple[float, Tensor]:
        """One step of the critic. Returns its loss, and what it made of the real pictures before."""
        critic.requires_grad_(True)
        with autocast(CPU, pick_precision("auto", CPU)):
            real = critic(noisy(wanted))
            loss = relativistic_discriminator(real, critic(noisy(made))).total
        self.optimizers[1].zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizers[1].step()
        return float(loss.detach()), real.detach()

    def state(self) -> dict[str, Any]:
        networks = [self.network, self.average, *([self.critic] if self.critic else [])]
        return {
            "kind": self.kind,
            "networks": [network.state_dict() for network in networks],
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
        }

    def load(self, state: dict[str, Any]) -> None:
        """KeyError, RuntimeError or ValueError when it does not fit."""
        parts: list[Any] = [self.network, self.average, *([self.critic] if self.critic else []), *self.optimizers]
        for part, saved in zip(parts, state["networks"] + state["optimizers"], strict=True):
            part.load_state_dict(saved)


def noisy(pictures: Tensor) -> Tensor:
    return pictures + CRITIC_NOISE * torch.randn_like(pictures)


def train_superres(
    network: SuperResolver,
    kind: str,
    pictures: Sequence[Tensor],
    out: Path,
    images: int,
    seed: int,
    say: Callable[[str], None],
    card: dict[str, str],
) -> SuperResolver:
    """Trains until so many cuts were seen and writes OUT. `pictures`: (M, 3, R, R) uint8 each, R at least 160.

    OUT.pt is saved every minute, and continued from when it is there; it goes when OUT is written. Raises ImportError
    that says what to install, CheckpointError when OUT.pt does not fit or is damaged.
    """
    torch.manual_seed(seed)
    trainer = Trainer(network, kind)
    checkpoint = out.with_name(out.name + ".pt")
    batch = BATCH[kind]
    step, steps = resume(checkpoint, trainer), max(1, math.ceil(images / batch))
    out.parent.mkdir(parents=True, exist_ok=True)
    saved, progress = time.monotonic(), Progress(say, "cuts", step, steps, batch)
    while step < steps:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed * 1_000_003 + step)  # each step its own: a resumed run goes on as the same one
            small, wanted = pairs(pictures, batch)
            parts = trainer.step(small, wanted, step / steps, min(1.0, (step + 1) / WARM_UP))
        step += 1
        update_average(trainer.average, trainer.network, batch, AVERAGED, step * batch)
        progress.add(step, parts)
        now = time.monotonic()
        if now - saved >= SAVE_SECONDS:
            save_checkpoint(checkpoint, {**trainer.state(), "step": step})
            saved = now
    save_superres(trainer.average, kind, out, {**card, "cuts": str(step * batch)})
    checkpoint.unlink(missing_ok=True)
    return trainer.average.eval()


def resume(path: Path, trainer: Trainer) -> int:
    """The step that the checkpoint was saved at, 0 without one."""
    if not path.exists():
        return 0
    state = load_checkpoint(path, CPU)
    if state.get("kind") != trainer.kind:
        raise CheckpointError(f"{path} is of another kind: delete it, or choose another --out")
    try:
        trainer.load(state)
        return int(state["step"])
    except (KeyError, RuntimeError, ValueError) as error:
        raise CheckpointError(f"{path} does not fit this network ({error}): delete it") from None


@torch.no_grad()
def pairs(pictures: Sequence[Tensor], count: int) -> tuple[Tensor, Tensor]:
    """A batch (N, 3, CUT / 4, CUT / 4), and (N, 3, CUT, CUT) what it was; mirrored half of the time."""
    sizes = torch.tensor([len(part) for part in pictures]).float()
    large = []
    for part in torch.multinomial(sizes, count, replacement=True).tolist():
        source = pictures[part]
        side = source.shape[-1] - CUT - SPARE
        top, left = torch.randint(side + 1, (2,)).tolist()
        cut = source[int(torch.randint(len(source), ())), :, top : top + CUT + SPARE, left : left + CUT + SPARE]
        large.append(cut.flip(2) if torch.rand(()) < 0.5 else cut)
    wanted = from_bytes(torch.stack(large))
    small = degrade(wanted)
    top, left = torch.randint(SPARE // FACTOR + 1, (2,)).tolist()
    return (
        small[:, :, top : top + CUT // FACTOR, left : left + CUT // FACTOR],
        wanted[:, :, FACTOR * top : FACTOR * top + CUT, FACTOR * left : FACTOR * left + CUT],
    )
