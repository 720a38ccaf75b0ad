"""A place of the picture pulled to another one: the latent moves so that what is seen there goes along.

DragGAN (Pan et al., Drag Your GAN, SIGGRAPH 2023) on the features of a style generator: what lies around the handle is
asked for a little nearer to the target, and the handle is found again by its features, step by step. What lies further
away is asked to stay, and the latent moves along principal directions, at a cost, or the nearest face with a mouth up
there would be somebody else's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from facedesigner.engine.controls import Hold
from facedesigner.engine.packing import pack
from facedesigner.state.face import FaceState
from training.errors import UserError
from training.gans.base import Generator
from training.gans.style import StyleGenerator

Place = tuple[float, float]  # x and y, 0 to 1 of the picture
SIDE = 64  # of the features that are pulled
DIRECTIONS = 80  # principal ones that the latent moves along
RATE = 0.025  # standard deviations of a direction in a step
STRIDE = 1.5  # places of the features that a step asks for at most
PATCH = 3  # places of the features around the handle that are pulled with it
NEAR = 0.06  # of the picture: what is further from handle and target begins to stay
STAY, COST = 1.0, 0.05  # weights of what should stay, and of how far the latent goes
REACHED = 0.75  # places of the features: the handle is there


@dataclass(frozen=True)
class Pulled:
    """How far a pull has come."""

    face: FaceState
    place: Place  # where the handle is now
    reached: bool


class Dragger:
    """One pull: the face as it was, and what has become of it. Its parts live on the CPU or the engine's device."""

    def __init__(
        self,
        generator: Generator,
        axes: Tensor,
        face: FaceState,
        base: Tensor,
        moved: Tensor,
        noise: Sequence[Tensor],
        hold: Hold | None,
        handle: Place,
    ) -> None:
        """`axes` (K, D) is what the latent moves along. `base` is the face's latent (L, D) before truncation and
        sliders, `moved` after both; `hold` keeps locked sliders where they are. UserError for a model that draws in no
        stages."""
        if not isinstance(generator, StyleGenerator):
            raise UserError("this model draws in one go: places of its pictures cannot be pulled")
        self._generator, self._face, self._base, self._moved = generator, face, base, moved
        self._axes, self._noise, self._hold = axes, noise, hold
        self._rows = sum(shape[0] <= SIDE for shape in generator.noise_shapes)
        self._moves = torch.zeros(self._rows, len(self._axes), device=moved.device, requires_grad=True)
        self._optimizer = torch.optim.Adam([self._moves], RATE)
        with torch.no_grad():
            self._first = self._features(self._moved)
        self._side = self._first.shape[-1]
        reach = PATCH / self._side
        steps = torch.linspace(-reach, reach, 2 * PATCH + 1, device=moved.device)
        self._around = torch.stack(torch.meshgrid(steps, steps, indexing="xy"), -1).view(-1, 2)
        self._handle = self._start = torch.tensor(handle, device=moved.device)
        self._sought = self._at(self._first, self._handle[None])

    @torch.enable_grad()
    def pull(self, target: Place, steps: int) -> Pulled:
        """So many steps towards a target, fewer when it is reached."""
        goal = self._start.new_tensor(target)
        features = self._found()
        for _ in range(steps):
            if self._is_near(goal):
                break
            self._step(features, goal)
            features = self._found()
        delta = self._delta().detach()
        face = replace(self._face, seed=None, latent=pack(self._base + delta / self._face.psi))
        return Pulled(face, (float(self._handle[0]), float(self._handle[1])), self._is_near(goal))

    def _found(self) -> Tensor:
        """The features of the face as it is now, in which the handle is found again."""
        features = self._features(self._moved + self._delta())
        patch = self._handle + self._around
        with torch.no_grad():
            unlike = (self._at(features, patch) - self._sought).square().sum(1)
            self._handle = patch[unlike.argmin()]
        return features

    def _step(self, features: Tensor, goal: Tensor) -> None:
        gap = goal - self._handle
        length = float(gap.norm())
        stride = gap / length * min(length, STRIDE / self._side)
        patch = self._handle + self._around
        follow = (self._at(features.detach(), patch) - self._at(features, patch + stride)).abs().mean()
        stay = ((features - self._first).abs() * self._apart(goal)).mean()
        loss = follow + STAY * stay + COST * self._moves.square().mean()
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()

    def _is_near(self, goal: Tensor) -> bool:
        return float((goal - self._handle).norm()) < REACHED / self._side

    def _delta(self) -> Tensor:
        """(L, D): what is added to the latent."""
        rest = len(self._moved) - self._rows
        delta = torch.cat([self._moves @ self._axes, self._moved.new_zeros(rest, self._moved.shape[1])])
        return delta if self._hold is None else self._hold.without(delta)

    def _features(self, latent: Tensor) -> Tensor:
        """(1, C, S, S), of unit length at each place."""
        return F.normalize(self._generator.features(latent[None], self._noise, self._rows).float(), dim=1)

    def _apart(self, goal: Tensor) -> Tensor:
        """(1, 1, S, S): 0 around the way of the handle, 1 further away."""
        places = (torch.arange(self._side, device=goal.device) + 0.5) / self._side
        ways = []
        for end in (self._start, goal):
            ways.append(((places[None, :] - end[0]).square() + (places[:, None] - end[1]).square()).sqrt())
        return ((torch.minimum(*ways) - NEAR) / NEAR).clamp(0, 1)[None, None]

    @staticmethod
    def _at(features: Tensor, places: Tensor) -> Tensor:
        """Features (1, C, S, S) at places (P, 2) -> (P, C)."""
        found = F.grid_sample(features, (places * 2 - 1)[None, :, None], align_corners=False, padding_mode="border")
        return found[0, :, :, 0].T
