"""What a conditional generator's latent holds beside z: [z | one-hot labels | continuous codes], one row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from training.texts import capital


@dataclass(frozen=True)
class Conditions:
    """Labels and categorical codes are one-hot blocks, in the order of `names`; continuous codes follow, in [-1, 1].

    C, the width of them all, is `dim`. `prior` is how often the data show each combination of classes, the last name's
    class running fastest; without it every class is as likely as the next, and names do not depend on each other.
    """

    names: tuple[str, ...] = ()
    classes: tuple[tuple[str, ...], ...] = ()
    codes: int = 0
    prior: tuple[float, ...] = ()
    group: str = "Labels"  # what the window calls them all

    @property
    def sizes(self) -> list[int]:
        """How many classes each name has."""
        return [len(classes) for classes in self.classes]

    @property
    def dim(self) -> int:
        return sum(self.sizes) + self.codes

    @property
    def normals(self) -> int:
        """How many standard normals `draw` takes: they follow z, so that a seed stands for labels and codes too."""
        return (min(len(self.names), 1) if self.prior else len(self.names)) + self.codes

    def draw(self, normals: Tensor) -> Tensor:
        """Standard normals (N, `normals`) -> conditions (N, C) as the data or the prior have them."""
        uniform = torch.special.ndtr(normals)
        choices = uniform[:, : self.normals - self.codes]
        if self.prior:
            bounds = torch.tensor(self.prior, device=normals.device).cumsum(0)
            combination = torch.searchsorted(bounds, choices[:, 0] * bounds[-1], right=True)
            combination = combination.clamp(max=len(self.prior) - 1)
            indices = torch.stack(torch.unravel_index(combination, self.sizes), 1)
        else:
            sizes = torch.tensor(self.sizes, device=normals.device)
            indices = (choices * sizes).long().clamp(max=sizes - 1)
        return torch.cat([self.one_hot(indices), uniform[:, self.normals - self.codes :] * 2 - 1], 1)

    def one_hot(self, indices: Tensor) -> Tensor:
        """Class indices (N, names) -> (N, C), without codes."""
        columns = zip(indices.unbind(1), self.sizes, strict=True)
        blocks = [F.one_hot(column, size).float() for column, size in columns]
        return torch.cat(blocks, 1) if blocks else torch.zeros(len(indices), 0, device=indices.device)

    def block(self, name: str) -> slice:
        """Where the classes of `name` are among the C columns."""
        position = self.names.index(name)
        first = sum(self.sizes[:position])
        return slice(first, first + self.sizes[position])

    def with_class(self, conditions: Tensor, name: str, index: int) -> Tensor:
        """A copy of conditions (N, C) whose `name` is its class number `index`."""
        changed = conditions.clone()
        changed[:, self.block(name)] = 0
        changed[:, self.block(name).start + index] = 1
        return changed

    def split(self, conditions: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        """(N, C) -> the one-hot block of each name, and the codes (N, codes)."""
        *blocks, codes = torch.split(conditions, [*self.sizes, self.codes], 1)
        return tuple(blocks), codes

    @property
    def entropy(self) -> float:
        """Nats in labels and codes that are drawn evenly."""
        return sum(map(math.log, self.sizes)) + self.codes * math.log(2)


def title(name: str) -> str:
    """`hair_colour` -> `Hair colour`, for menus and sheets; a label's cuts (`age:20:40`) are left out."""
    text = name.partition(":")[0].replace("_", " ").strip()
    return capital(text)


def shares(counts: Tensor) -> tuple[float, ...]:
    """Counts -> shares that add up to one, short enough to be written down."""
    return tuple(round(share, 6) for share in (counts.double() / counts.sum()).tolist())


def combinations(indices: Tensor, sizes: Sequence[int]) -> Tensor:
    """Class indices (N, names) -> the number of their combination (N,), the last name's class running fastest."""
    number = torch.zeros(len(indices), dtype=torch.int64)
    for column, size in zip(indices.unbind(1), sizes, strict=True):
        number = number * size + column
    return number
