"""Encoding: an encoder learns from a generator's own samples, whose latents are known, and from pictures without.

A sample's loss is that of its latent and that of the picture drawn again; a picture's only the latter. All are spoiled
a little before the encoder sees them (light, blur, noise, shift, another background), or drawn as sketches, and
compared with what they were. No loss on features of a network was tried; the refinement has one.

In the run folder `reals.png` are the faces, `seen.png` what the encoder sees of them, `fakes000123.png` what the
generator draws of its answers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from training.checkpoint import CheckpointError, load_checkpoint
from training.config import RunConfig, run_config
from training.data import Faces, load_faces
from training.errors import UserError
from training.networks.encoder import Encoder, difference, new_encoder, read_encoder, resized, save_encoder
from training.sampling import from_bytes, to_bytes
from training.style_mixing import sample_latents
from training.tasks.encode.options import Options
from training.tasks.encode.sketcher import SEEN, Sketcher
from training.tasks.encode.spoil import spoil
from training.trainee import Annealed, Part
from training.warm_start import copy_matching
from training.weights import load_weights

COMPARED = 64  # side at which pictures are compared
PICTURE_WEIGHT = 4.0  # of the difference between pictures, beside that of latents
PRIOR_WEIGHT = 0.02  # on latents of pictures: their samples' spread (Mahalanobis), so that sliders work on them
CPU = torch.device("cpu")
Batch = tuple[Tensor, Tensor, Tensor]  # latents of the samples, faces of samples and pictures, what is seen of them


def begin(config: RunConfig, device: torch.device, state: dict[str, Any] | None) -> Encoding:
    """The trainee of a run with its pictures; without a data.source its generator's samples alone teach. WeightsError,
    DataError as their makers do, CheckpointError when the run is of another generator."""
    made = Encoding(config, device)
    if state is not None and state.get("generator") != made.weights.hash:
        raise CheckpointError(f"this run belongs to another generator than {made.chosen.weights}: begin a new one")
    if config.data.source:
        cache = Path(config.data.cache) if config.data.cache else None
        faces = load_faces(config.data.source, made.side, include=config.data.include, cache=cache)
        made.give(faces.split(config.data.holdout)[0])
    return made


class Encoding(Annealed):
    """Always on the CPU, and in one process."""

    warm_up = 100

    def __init__(self, config: RunConfig, device: torch.device) -> None:
        """Raises UserError for a generator with labels, EncoderError when it cannot start from what it is told."""
        super().__init__(config, CPU)
        self.chosen = self.options(Options)
        if not self.chosen.weights:
            raise UserError("options.weights is empty: name the weights file of the generator")
        self.weights = load_weights(Path(self.chosen.weights))
        torch.manual_seed(config.train.seed)
        self.generator = self.place(self.weights.generator)
        self.encoder = self.place(new_encoder(self.weights, channels=SEEN if self.chosen.sketches else 3)).train()
        self.look = Sketcher() if self.chosen.sketches else spoil
        if self.chosen.start:
            theirs = read_encoder(Path(self.chosen.start))[1]
            copy_matching({name: x for name, x in theirs.items() if name not in ("mean", "basis")}, self.encoder)
        self.side = self.encoder.shape.resolution
        self.optimizers = [self.optimizer(self.encoder)]
        self.images_given = torch.empty(0, 3, self.side, self.side, dtype=torch.uint8)
        self.fixed: Batch | None = None  # drawn when it is first shown

    def give(self, faces: Faces) -> None:
        """Pictures to learn from beside the samples."""
        self.images_given, self.pictures, self.notes = faces.images, len(faces), faces.notes

    @property
    def parts(self) -> dict[str, Part]:
        return {"encoder": self.encoder, "optimizer": self.optimizers[0]}

    def facts(self) -> dict[str, Any]:
        return {"generator": self.weights.hash, "pictures": self.pictures}

    def batch(self) -> Batch:
        return self.drawn(self.config.train.batch, self.config.train.seed * 1_000_003 + 2 * self.step_number)

    def drawn(self, total: int, seed: int) -> Batch:
        """Latents (S, L, D) of samples, faces (total, 3, side, side) of these and of pictures, and what is seen of
        them (total, C, side, side). Half are samples, or all where there are no pictures. `seed` is of the samples."""
        count = total // 2 if len(self.images_given) else total
        with self.autocast(), torch.no_grad():
            latents = sample_latents(self.generator, self.weights.latent_mean, seed, count).clone()  # of inference mode
            faces = resized(self.generator.synthesize(latents).clamp(-1, 1), self.side)
            if len(self.images_given):
                chosen = from_bytes(self.images_given[torch.randint(len(self.images_given), (total - count,))])
                mirrored = torch.where(torch.rand(len(chosen), 1, 1, 1) < 0.5, chosen.flip(3), chosen)
                faces = torch.cat([faces, resized(mirrored, self.side)])
            return latents, faces, self.look(faces).contiguous(memory_format=torch.channels_last)

    def learn(self, batch: Batch) -> dict[str, Tensor]:
        with self.autocast():
            losses = self.losses(*batch)
        self.update(self.encoder, self.optimizers[0], torch.stack(list(losses.values())).sum(), clip=1.0)
        return {name: value.detach() for name, value in losses.items()}

    def losses(self, latents: Tensor, faces: Tensor, seen: Tensor) -> dict[str, Tensor]:
        """The weighted parts of a batch's loss."""
        count = len(latents)
        answered = self.encoder(seen)  # (N, L, D)
        compared = min(COMPARED, self.generator.resolution)
        drawn = self.generator.synthesize(answered, None, compared)
        spread = self.encoder.basis.square().sum().div(self.encoder.shape.columns).sqrt()
        losses = {
            "latent": ((answered[:count] - latents) / spread).square().mean(),
            "picture": PICTURE_WEIGHT * difference(drawn, resized(faces, compared)),
        }
        if len(seen) > count:
            losses["prior"] = PRIOR_WEIGHT * ((answered[count:] - self.encoder.mean) / spread).square().mean()
        return losses

    def shown(self) -> Batch:
        """The same faces at every step of a run."""
        if self.fixed is None:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(self.config.train.seed)
                self.fixed = self.drawn(self.config.log.grid**2, self.config.train.seed)
        return self.fixed

    @torch.no_grad()
    def samples(self) -> Tensor:
        self.encoder.eval()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.config.train.seed)  # of the noise
            drawn = self.generator.synthesize(self.encoder(self.shown()[2]))
        self.encoder.train()
        return to_bytes(drawn)

    def sheets(self) -> dict[str, Tensor]:
        _, faces, seen = self.shown()
        looks = 1 - 2 * seen[:, :1].expand(-1, 3, -1, -1) if self.chosen.sketches else seen
        return {"reals": to_bytes(faces), "seen": to_bytes(looks)}


def export(folder: Path, out: Path) -> Encoder:
    """Writes a run's encoder as a weights file, atomically. CheckpointError when the run has none yet."""
    config = run_config(folder)
    made = Encoding(config, CPU)
    state = load_checkpoint(folder / "last.pt", CPU)
    made.restore(state)
    pictures = int(state["pictures"])
    data = f"its own samples and {pictures} pictures" if pictures else "its own samples"
    card = {"images": str(made.images), "data": data, "generator": made.weights.name}
    save_encoder(made.encoder, out, str(state["generator"]), card)
    return made.encoder.eval()
