"""Pictures a second of whole training steps at 64 px, beside the plain PyTorch DCGAN example in the same run.

    uv run python -m benchmarks.training_throughput

The plain example is the networks and the loop of pytorch/examples' DCGAN (BSD-3-Clause) in its own terms: float32,
contiguous, two discriminator passes, one generator pass, batch 64. The two take turns, so that a busy machine slows
both; what counts is the ratio. The last lines are the generators alone, forward and backward.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch import nn

from benchmarks.machine import machine
from training.compute import autocast
from training.config import parse_config
from training.trainer import Trainer


def plain_dcgan(batch: int, device: torch.device) -> Callable[[], None]:
    """One step of the example as a function."""
    up, down = nn.ConvTranspose2d, nn.Conv2d
    generator = nn.Sequential(
        *(up(100, 512, 4, 1, 0, bias=False), nn.BatchNorm2d(512), nn.ReLU(True)),
        *(up(512, 256, 4, 2, 1, bias=False), nn.BatchNorm2d(256), nn.ReLU(True)),
        *(up(256, 128, 4, 2, 1, bias=False), nn.BatchNorm2d(128), nn.ReLU(True)),
        *(up(128, 64, 4, 2, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU(True)),
        *(up(64, 3, 4, 2, 1, bias=False), nn.Tanh()),
    ).to(device)
    discriminator = nn.Sequential(
        *(down(3, 64, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True)),
        *(down(64, 128, 4, 2, 1, bias=False), nn.BatchNorm2d(128), nn.LeakyReLU(0.2, inplace=True)),
        *(down(128, 256, 4, 2, 1, bias=False), nn.BatchNorm2d(256), nn.LeakyReLU(0.2, inplace=True)),
        *(down(256, 512, 4, 2, 1, bias=False), nn.BatchNorm2d(512), nn.LeakyReLU(0.2, inplace=True)),
        *(down(512, 1, 4, 1, 0, bias=False), nn.Sigmoid()),
    ).to(device)
    criterion = nn.BCELoss()
    optimizers = [torch.optim.Adam(n.parameters(), lr=2e-4, betas=(0.5, 0.999)) for n in (discriminator, generator)]
    real = torch.rand(batch, 3, 64, 64, device=device) * 2 - 1
    ones, zeros = torch.ones(batch, device=device), torch.zeros(batch, device=device)

    def step() -> None:
        discriminator.zero_grad()
        criterion(discriminator(real).view(-1), ones).backward()
        fake = generator(torch.randn(batch, 100, 1, 1, device=device))
        criterion(discriminator(fake.detach()).view(-1), zeros).backward()
        optimizers[0].step()
        generator.zero_grad()
        criterion(discriminator(fake).view(-1), ones).backward()
        optimizers[1].step()

    return step


def trainer_of(variant: str, batch: int, device: torch.device, resolution: int) -> Trainer:
    values = {"variant": variant, "options": {"resolution": resolution}, "train": {"batch": batch}}
    return Trainer(parse_config(values), device)


def generator_alone(variant: str, batch: int, device: torch.device, resolution: int) -> Callable[[], None]:
    """Forward and backward of the generator, in the number format it trains in."""
    trainer = trainer_of(variant, batch, device, resolution)

    def step() -> None:
        trainer.generator_optimizer.zero_grad(set_to_none=True)
        with autocast(device, trainer.precision):
            pictures = trainer.generator(torch.randn(batch, trainer.average.z_dim, device=device))
        pictures.square().mean().backward()

    return step


def ours(variant: str, batch: int, device: torch.device, resolution: int) -> Callable[[], None]:
    trainer = trainer_of(variant, batch, device, resolution)
    images = torch.randint(0, 256, (512, 3, resolution, resolution), dtype=torch.uint8, device=device)

    def step() -> None:
        trainer.step(images)

    return step


def seconds_of(steps: Callable[[], None], count: int, device: torch.device) -> float:
    began = time.perf_counter()
    for _ in range(count):
        steps()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - began


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--device", default="cpu")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--steps", type=int, default=8, help="steps of each in a round: whole penalty periods")
    args = arguments.parse_args()
    device = torch.device(args.device)
    runs = {
        "plain DCGAN example": (64, plain_dcgan(64, device)),
        "dcgan": (64, ours("dcgan", 64, device, 64)),
        "style": (32, ours("style", 32, device, 64)),
        "style, 128 px": (32, ours("style", 32, device, 128)),
        "dcgan generator": (64, generator_alone("dcgan", 64, device, 64)),
        "style generator": (32, generator_alone("style", 32, device, 64)),
    }
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _, step in runs.values():
        seconds_of(step, args.steps, device)  # warm-up
    for _ in range(args.rounds):
        for name, (_, step) in runs.items():
            times[name].append(seconds_of(step, args.steps, device))
    print(machine())
    print(f"{'':<22}{'pictures/s':>12}{'times the plain example':>26}")
    for name, (batch, _) in runs.items():
        speeds = [args.steps * batch / t for t in times[name]]
        base = [args.steps * 64 / t for t in times["plain DCGAN example"]]
        ratio = statistics.median(a / b for a, b in zip(speeds, base, strict=True))
        print(f"{name:<22}{statistics.median(speeds):>12.1f}{ratio:>26.2f}")


if __name__ == "__main__":
    main()
