"""SuperResolving: a super-resolver learns from cuts of pictures and what becomes of them when they are degraded.

`resnet` learns from pixels: the mean absolute difference, which leaves in doubt what is in doubt, hence smooth skin.
`gan` goes on from it as SRGAN does (Ledig et al. 2017): a critic that compares real and made pairwise (relativistic;
Jolicoeur-Martineau 2019, as in ESRGAN) and LPIPS draw texture where there should be some. LPIPS is that of VGG16 (the
paper has features of VGG19); results are measured with AlexNet's.

In the run folder `reals.png` are sharp cuts, `small.png` what is seen of them, `fakes000123.png` what is made of that.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from training.checkpoint import load_average
from training.config import RunConfig, run_config
from training.critics import PatchCritic
from training.data import Faces, load_faces
from training.ema import update_average
from training.errors import UserError
from training.losses import relativistic_discriminator, relativistic_generator
from training.lpips import Lpips
from training.networks.superres import FACTOR, Shape, SuperResolver, load_superres, save_superres
from training.sampling import from_bytes, to_bytes
from training.tasks.superres.degrade import degrade
from training.tasks.superres.options import Options
from training.trainee import Annealed, Part

SIDE = 512  # pixels of the pictures that cuts are taken from
CUT = 128  # pixels of the pictures compared
SPARE = 32  # pixels more are degraded, so that cuts lie anywhere in the blocks of JPEG
CRITIC_RATE = 4e-4
WEIGHTS = {"pixels": 0.5, "features": 0.5, "critic": 0.1}  # of the losses
CRITIC_WIDTH = 48
CRITIC_NOISE = 0.03  # deviation of what is added to all that the critic sees: 4 grey levels hide what nobody sees
Batch = tuple[Tensor, Tensor]  # small pictures (N, 3, CUT / 4, CUT / 4), and what they were (N, 3, CUT, CUT)


def begin(config: RunConfig, device: torch.device, state: dict[str, Any] | None) -> SuperResolving:
    """The trainee of a run with its pictures. UserError for a gan without a network to go on from, ImportError that
    says what to install, DataError and WeightsError as their makers do."""
    made = SuperResolving(config, device)
    sources = [config.data.source, *made.chosen.also]
    cache = Path(config.data.cache) if config.data.cache else None
    parts = [load_faces(source, SIDE, include=config.data.include, cache=cache) for source in sources]
    made.give([part.split(config.data.holdout)[0] for part in parts])
    return made


class SuperResolving(Annealed):
    warm_up = 50

    def __init__(self, config: RunConfig, device: torch.device) -> None:
        super().__init__(config, device)
        self.chosen = self.options(Options)
        if self.chosen.kind == "gan" and not self.chosen.start:
            raise UserError("a gan goes on from a resnet: train one first and name it with --start or options.start")
        torch.manual_seed(config.train.seed)
        if self.chosen.start:
            network = load_superres(Path(self.chosen.start))[0].requires_grad_(True).train()
        else:
            network = SuperResolver(Shape(self.chosen.width, self.chosen.blocks))
        torch.manual_seed(config.train.seed)
        self.network = self.place(network)
        self.average = copy.deepcopy(self.network).requires_grad_(False)
        self.optimizers = [self.optimizer(self.network)]
        self.critic: PatchCritic | None = None
        if self.chosen.kind == "gan":
            self.critic = self.place(PatchCritic(CRITIC_WIDTH))
            self.features = Lpips("vgg16").to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
            self.optimizers.append(torch.optim.Adam(self.critic.parameters(), CRITIC_RATE, (0.5, 0.99)))
        self.compile(self.network)

    def give(self, faces: Sequence[Faces]) -> None:
        """What cuts are taken from: data sets of pictures, SIDE pixels wide; those without pictures do not count."""
        self.images_given = [part.images for part in faces if len(part)]
        self.pictures = sum(map(len, faces))
        self.notes = tuple(note for part in faces for note in part.notes)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.config.train.seed)
            self.small, self.wanted = pairs(self.images_given, self.config.log.grid**2)

    @property
    def parts(self) -> dict[str, Part]:
        found: dict[str, Part] = {"network": self.network, "average": self.average, "optimizers": [*self.optimizers]}
        return found if self.critic is None else {**found, "critic": self.critic}

    def facts(self) -> dict[str, Any]:
        return {"pictures": self.pictures}

    def batch(self) -> Batch:
        small, wanted = pairs(self.images_given, self.config.train.batch)
        return small.to(self.device), wanted.to(self.device)

    def learn(self, batch: Batch) -> dict[str, Tensor]:
        small, wanted = (x.contiguous(memory_format=torch.channels_last) for x in batch)
        with self.autocast():
            made = self.network(small)
        losses = {"pixels": (made - wanted).abs().mean()}
        parts = dict[str, Tensor]()
        if self.critic is not None:
            parts["critic's own"], real = self.teach(self.critic, made.detach(), wanted)
            few = slice(0, len(wanted) // 2)  # features take most of the time, so half of the cuts must do
            with self.autocast():
                with torch.no_grad():
                    goal = self.features.features(wanted[few])
                losses["features"] = self.features(made[few], goal)
                fake = self.critic.requires_grad_(False)(noisy(made))
            losses["critic"] = relativistic_generator(real, fake).total
        total = torch.stack([WEIGHTS[name] * loss for name, loss in losses.items()]).sum()
        self.update(self.network, self.optimizers[0], total, clip=1.0)
        train = self.config.train
        update_average(self.average, self.network, train.batch, train.ema_half_life, self.images + train.batch)
        return {name: value.detach() for name, value in losses.items()} | parts

    def teach(self, critic: PatchCritic, made: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
        """One step of the critic. Returns its loss, and what it made of the real pictures before."""
        critic.requires_grad_(True)
        with self.autocast():
            real = critic(noisy(wanted))
            loss = relativistic_discriminator(real, critic(noisy(made))).total
        self.update(critic, self.optimizers[1], loss)
        return loss.detach(), real.detach()

    @torch.no_grad()
    def samples(self) -> Tensor:
        return to_bytes(self.average(self.small.to(self.device))).cpu()

    def sheets(self) -> dict[str, Tensor]:
        return {"reals": to_bytes(self.wanted), "small": to_bytes(self.small)}


def noisy(pictures: Tensor) -> Tensor:
    return pictures + CRITIC_NOISE * torch.randn_like(pictures)


@torch.no_grad()
def pairs(pictures: Sequence[Tensor], count: int) -> Batch:
    """A batch (N, 3, CUT / 4, CUT / 4), and (N, 3, CUT, CUT) what it was; mirrored half of the time. `pictures`:
    (M, 3, R, R) uint8 each, R at least CUT + SPARE."""
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


def export(folder: Path, out: Path) -> SuperResolver:
    """Writes a run's averaged network as a weights file, atomically. CheckpointError when the run has none yet."""
    config = run_config(folder)
    state, saved = load_average(folder)
    first = state["head.weight"]  # (width, 3, 3, 3)
    blocks = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("blocks."))
    network = SuperResolver(Shape(first.shape[0], blocks))
    network.load_state_dict(state)
    sources = ", ".join(Path(source).stem for source in (config.data.source, *config.options.get("also", ())))
    cuts = int(saved["step"]) * config.train.batch
    card = {"data": f"{saved['pictures']} pictures of {sources}", "cuts": str(cuts)}
    save_superres(network, str(config.options.get("kind", Options.kind)), out, card)
    return network.eval()
