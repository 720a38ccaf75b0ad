"""Pictures a second of whole training steps at 64 px, beside the plain PyTorch DCGAN example in the same run.

    uv run python -m benchmarks.training_throughput

The plain example is the networks and the loop of pytorch/examples' DCGAN (BSD-3-Clause) in its own terms: float32,
contiguous, two discriminator passes, one generator pass, batch 64. The two take turns, so that a busy machine slows
both; what counts is the ratio. The last lines are the generators alone, forward and backward.

With `pip install stylegan2-torch`, that StyleGAN2 (MIT) is a row too, at the size and channels of our style generator
and in its own terms: grey pictures, float32, R1 every 16 steps, path lengths of half a batch every 4. It needs CUDA,
and nvcc to build its kernels.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from benchmarks.machine import machine
from training.compute import autocast
from training.config import parse_config
from training.gan_trainee import GanTrainee
from training.gans.style import Options, channels


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


def stylegan2(batch: int, device: torch.device, resolution: int) -> Callable[[], None]:
    """One step of the stylegan2-torch package. Raises ImportError without it or without CUDA."""
    if device.type != "cuda":
        raise ImportError("its kernels need CUDA")
    package: Any = importlib.import_module("stylegan2_torch")
    options = Options(resolution=resolution)
    widths = {2**n: channels(options, 2**n) for n in range(2, 11)}
    generator = package.Generator(resolution, options.z_dim, options.mapping_layers, channels=widths).to(device)
    discriminator = package.Discriminator(resolution, widths).to(device)
    optimizers = [torch.optim.Adam(n.parameters(), 0.002, (0.0, 0.99)) for n in (discriminator, generator)]
    real = torch.rand(batch, 1, resolution, resolution, device=device) * 2 - 1
    count, path = 0, torch.zeros((), device=device)

    def update(which: int, loss: Tensor) -> None:
        optimizers[which].zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizers[which].step()

    def latents(number: int) -> list[Tensor]:
        return [torch.randn(number, options.z_dim, device=device) for _ in range(2)]  # it mixes the two

    def step() -> None:
        nonlocal count, path
        discriminator.requires_grad_(True)
        with torch.no_grad():
            fake = generator(latents(batch))
        update(0, package.d_loss(discriminator(real), discriminator(fake)))
        if count % 16 == 0:
            seen = real.clone().requires_grad_(True)
            update(0, 16 * 5 * package.d_reg_loss(discriminator(seen), seen))
        discriminator.requires_grad_(False)
        update(1, package.g_loss(discriminator(generator(latents(batch)))))
        if count % 4 == 0:
            drawn, styles = generator(latents(batch // 2), return_latents=True)
            loss, path, _ = package.g_reg_loss(drawn, styles, path)
            update(1, 4 * 2 * loss)
        count += 1

    return step


def trainer_of(variant: str, batch: int, device: torch.device, resolution: int, compiled: bool = False) -> GanTrainee:
    values = {
        "variant": variant,
        "options": {"resolution": resolution},
        "train": {"batch": batch, "compile": compiled},
    }
    return GanTrainee(parse_config(values), device)


def generator_alone(variant: str, batch: int, device: torch.device, resolution: int) -> Callable[[], None]:
    """Forward and backward of the generator, in the number format it trains in."""
    trainer = trainer_of(variant, batch, device, resolution)

    def step() -> None:
        trainer.generator_optimizer.zero_grad(set_to_none=True)
        with autocast(device, trainer.precision):
            pictures = trainer.generator(torch.randn(batch, trainer.average.z_dim, device=device))
        pictures.square().mean().backward()

    return step


def ours(variant: str, batch: int, device: torch.device, resolution: int, compiled: bool = False) -> Callable[[], None]:
    trainer = trainer_of(variant, batch, device, resolution, compiled)
    images = torch.randint(0, 256, (512, 3, resolution, resolution), dtype=torch.uint8, device=device)
    trainer.give(images)

    def step() -> None:
        trainer.step()

    return step


def seconds_of(steps: Callable[[], None], count: int, device: torch.device) -> float:
    began = time.perf_counter()
    for _ in range(count):
        steps()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - began


class Operations(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts additions and multiplications of matrices and convolutions. (torch's FlopCounterMode also follows the
    modules, which it cannot while gradients are differentiated.)"""

    total: int = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        count = flop_registry.get(func.overloadpacket)
        if count is not None:
            self.total += int(count(*args, **(kwargs or {}), out_val=result))
        return result


def operations(step: Callable[[], None], count: int) -> int:
    with Operations() as counter:  # type: ignore[no-untyped-call]
        for _ in range(count):
            step()
    return int(counter.total)


def matrix_rate(device: torch.device, size: int) -> float:
    """Operations a second of one product of square matrices in bfloat16, the best of ten."""
    a, b = (torch.randn(size, size, device=device, dtype=torch.bfloat16) for _ in range(2))
    c = torch.empty_like(a)

    def product() -> None:
        torch.mm(a, b, out=c)

    return 2 * size**3 / min(seconds_of(product, 1, device) for _ in range(10))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--device", default="cpu")
    arguments.add_argument("--compile", action="store_true", help="also our style generator with train.compile")
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
    try:
        runs["stylegan2-torch"] = (32, stylegan2(32, device, 64))
    except (ImportError, OSError) as error:  # the latter without nvcc
        print(f"left out: stylegan2-torch ({error})")
    worked = {name: operations(step, args.steps) for name, (_, step) in runs.items()}
    if args.compile:
        runs["style, compiled"] = (32, ours("style", 32, device, 64, compiled=True))
        worked["style, compiled"] = worked["style"]
    rate = matrix_rate(device, 8192 if device.type == "cuda" else 1024)
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _, step in runs.values():
        seconds_of(step, args.steps, device)  # warm-up
    for _ in range(args.rounds):
        for name, (_, step) in runs.items():
            times[name].append(seconds_of(step, args.steps, device))
    print(f"{machine()}, {rate / 1e12:.2f} T operations/s in bfloat16 matrices")
    print(f"{'':<22}{'pictures/s':>12}{'times the plain example':>26}{'of that rate':>14}")
    for name, (batch, _) in runs.items():
        speeds = [args.steps * batch / t for t in times[name]]
        base = [args.steps * 64 / t for t in times["plain DCGAN example"]]
        ratio = statistics.median(a / b for a, b in zip(speeds, base, strict=True))
        share = worked[name] / statistics.median(times[name]) / rate
        print(f"{name:<22}{statistics.median(speeds):>12.1f}{ratio:>26.2f}{share:>14.1%}")


if __name__ == "__main__":
    main()
