"""A small classifier of the data's labels: it says how often a conditional generator draws the class asked for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.gans.base import Generator
from training.sampling import draw, from_bytes, latents_of


class Classifier(nn.Module):
    """One output block for each label. Pooling halves the picture down to 4 pixels or so."""

    def __init__(self, sizes: Sequence[int], resolution: int, width: int = 16) -> None:
        super().__init__()
        self.sizes = list(sizes)
        stages = max(1, resolution.bit_length() - 3)
        widths = [3, *(min(width * 2**i, 128) for i in range(stages))]
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise(widths):
            layers += [nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
        self.body = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(2), nn.Flatten())
        self.heads = nn.Linear(4 * widths[-1], sum(self.sizes))

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:  # (N, 3, R, R) in [-1, 1] -> (N, classes) for each label
        return torch.split(self.heads(self.body(pictures)), self.sizes, 1)


def train_classifier(
    images: Tensor, labels: Tensor, sizes: Sequence[int], shown: int = 40_000, batch: int = 64, seed: int = 0
) -> Classifier:
    """Learns class indices `labels` (N, columns; -1: missing) of `images` (N, 3, R, R) uint8 from `shown` pictures,
    half of them mirrored. Rare classes weigh as much as common ones. In evaluation mode, on the CPU."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        classifier = Classifier(sizes, images.shape[-1])
        weights = [balance(column, size) for column, size in zip(labels.unbind(1), sizes, strict=True)]
        steps = max(1, shown // batch)
        optimizer = torch.optim.AdamW(classifier.parameters(), 2e-3, weight_decay=1e-2)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, total_steps=steps)
        for _ in range(steps):
            index = torch.randint(len(images), (batch,))
            pictures = from_bytes(images[index])
            pictures = torch.where(torch.rand(batch, 1, 1, 1) < 0.5, pictures.flip(3), pictures)
            columns = zip(classifier(pictures), labels[index].unbind(1), weights, strict=True)
            loss = torch.stack([cross_entropy(logits, column, weight) for logits, column, weight in columns]).sum()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return classifier.eval().requires_grad_(False)


def balance(column: Tensor, size: int) -> Tensor:
    """A weight for each class, so that all have a like say."""
    counts = column[column >= 0].bincount(minlength=size).clamp(min=1)
    return len(column) / (size * counts.float())


def cross_entropy(logits: Tensor, column: Tensor, weight: Tensor) -> Tensor:
    """Weighted mean over the pictures that have the label; zero when none has."""
    losses = F.cross_entropy(logits, column, weight, ignore_index=-1, reduction="sum")
    return losses / max(int((column >= 0).sum()), 1)


@torch.no_grad()
def predict(classifier: Classifier, images: Tensor, batch: int = 256) -> Tensor:
    """(N, 3, R, R) uint8 -> class indices (N, columns)."""
    parts = [torch.stack([x.argmax(1) for x in classifier(from_bytes(p))], 1) for p in torch.split(images, batch)]
    return torch.cat(parts)


def balanced_accuracy(found: Tensor, expected: Tensor) -> float:
    """The share of each class (N,) that is recognised, averaged over the classes: a guess scores 1 / classes. Missing
    labels (-1) do not count; NaN when all are missing."""
    shares = [(found[expected == i] == i).float().mean() for i in sorted({*expected.tolist()} - {-1})]
    return float(torch.stack(shares).mean()) if shares else float("nan")


def agreement(classifier: Classifier, generator: Generator, count: int = 200, seed: int = 1) -> list[float]:
    """For each label, how often the classifier finds the class asked for in `count` pictures of each class, whose other
    labels are drawn as the data have them."""
    z = latents_of(seed, count, generator.z_dim)
    drawn = generator.draw_conditions(z)
    shares = []
    for position, (name, size) in enumerate(zip(generator.conditions.names, generator.conditions.sizes, strict=True)):
        for_each = [draw(generator, z, generator.conditions.with_class(drawn, name, i)) for i in range(size)]
        found = predict(classifier, torch.cat(for_each))[:, position]
        shares.append(balanced_accuracy(found, torch.arange(size).repeat_interleave(count)))
    return shares
