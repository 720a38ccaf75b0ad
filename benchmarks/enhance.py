"""Four ways of enlarging faces that no network has seen, four times: how near to the original, how lifelike, how fast.

    uv run --group lpips python -m benchmarks.enhance FOLDER [--count 100] [--weights FOLDER] [--sheet sheet.png]

Faces of 512 px are shrunk to 128 px, by the bicubic filter (the usual protocol) or degraded as photos are
(`training.tasks.superres.degrade.spoil`), and enlarged again. Taken are those held out in training. PSNR and SSIM are
of the brightness, without 4 px at the edges. The distances are of cuts of 128 px at full size: of a whole face shrunk
to what networks look at, hardly anything would differ. LPIPS is that of AlexNet (a gan was taught by VGG16's), the
Fréchet distance that of AlexNet's last layer. Both are given by EfficientNet-Lite0 as well. The row of the original
with noise of one grey level, which nobody sees, says how far a number can be trusted.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from benchmarks.machine import machine
from facedesigner.contract.methods import METHODS, EnhanceError, offered
from facedesigner.contract.request import Image as Picture
from facedesigner.engine import enhance
from training.data import is_held_out, list_faces, load_faces
from training.features import Features, Perceptual
from training.lpips import Lpips
from training.metrics import frechet_distance
from training.networks.superres import bicubic
from training.sampling import from_bytes, to_bytes
from training.tasks.superres.degrade import spoil

SIDE, CUT, EDGE = 512, 128, 4
TABLES = ("x4", "photo", "x2", "time")
HELD_OUT = 0.112  # share that trainings leave out
PEER = "realesrgan"  # takes up to half a minute for a picture
TIMED = 256  # pixels
SEEN = slice(0, None, 2)  # cuts of a face that go into the Fréchet distance


Enlarge = Callable[[Picture], Picture]
Rows = tuple[Tensor, Tensor]  # features of cuts, by AlexNet and by EfficientNet-Lite0


@dataclass
class Measured:
    psnr: list[float] = field(default_factory=list)
    ssim: list[float] = field(default_factory=list)
    lpips: list[float] = field(default_factory=list)
    lite: list[float] = field(default_factory=list)
    cuts: list[Tensor] = field(default_factory=list)


def held_out(folder: Path, count: int) -> Tensor:
    """(N, 3, 512, 512) uint8, evenly spread over those held out."""
    names = [name for name in list_faces(folder) if is_held_out(name, HELD_OUT)]
    if len(names) < count:
        print(f"only {len(names)} pictures are held out")
    return load_faces(folder, SIDE, only=names[:: max(1, len(names) // count)][:count]).images


def shrunk(pictures: Tensor, realistic: bool, scale: int) -> Tensor:
    """(N, 3, H, W) uint8 -> (N, 3, H / scale, W / scale) uint8, the same each time."""
    torch.manual_seed(0)
    small = [
        spoil(from_bytes(one[None])) if realistic else bicubic(from_bytes(one[None]), 1 / scale) for one in pictures
    ]
    return torch.cat([to_bytes(one) for one in small])


def brightness(pictures: Tensor) -> Tensor:
    """(N, 3, H, W) uint8 -> (N, 1, H, W), Y of ITU-R BT.601 from 0 to 255, without the edges."""
    weights = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
    return (pictures.float() * weights).sum(1, keepdim=True)[:, :, EDGE:-EDGE, EDGE:-EDGE]


def psnr(one: Tensor, other: Tensor) -> float:
    return float(10 * torch.log10(255**2 / (brightness(one) - brightness(other)).square().mean()))


def ssim(one: Tensor, other: Tensor) -> float:
    """Wang et al. 2004, with a Gaussian window of 11 pixels."""
    taps = torch.exp(-(torch.arange(-5, 6) / 1.5).square() / 2)
    window = (taps[:, None] * taps[None, :] / taps.sum() ** 2)[None, None]
    a, b = brightness(one), brightness(other)
    mean_a, mean_b = F.conv2d(a, window), F.conv2d(b, window)
    variance_a, variance_b = F.conv2d(a * a, window) - mean_a**2, F.conv2d(b * b, window) - mean_b**2
    covariance = F.conv2d(a * b, window) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * mean_a * mean_b + c1) * (2 * covariance + c2)
    return float((top / ((mean_a**2 + mean_b**2 + c1) * (variance_a + variance_b + c2))).mean())


def cuts_of(picture: Tensor) -> Tensor:
    """(1, 3, 512, 512) -> (16, 3, 128, 128)."""
    return picture.unfold(2, CUT, CUT).unfold(3, CUT, CUT).permute(0, 2, 3, 1, 4, 5).reshape(-1, 3, CUT, CUT)


class Eyes:
    """The networks that distances are measured with."""

    def __init__(self) -> None:
        self.lpips, self.perceptual, self.lite = Lpips(), Perceptual().eval(), Features("efficientnet-lite0")

    @torch.inference_mode()
    def rows(self, cuts: Tensor) -> Rows:
        """(N, 3, 128, 128) uint8 -> features of AlexNet (N, 256) and EfficientNet-Lite0 (N, 1280)."""
        return torch.cat([self.lpips.pooled(from_bytes(some)) for some in torch.split(cuts, 32)]), self.lite(cuts)


@torch.inference_mode()
def measure(run: Enlarge, small: Tensor, wanted: Tensor, eyes: Eyes) -> Measured:
    found = Measured()
    for little, original in zip(small, wanted, strict=True):
        large = torch.from_numpy(run(little.permute(1, 2, 0).numpy())).permute(2, 0, 1)[None]
        found.psnr.append(psnr(large, original[None]))
        found.ssim.append(ssim(large, original[None]))
        made, real = cuts_of(large), from_bytes(cuts_of(original[None]))
        found.lpips.append(float(eyes.lpips(from_bytes(made), eyes.lpips.features(real))))
        found.lite.append(float(eyes.perceptual(from_bytes(made), eyes.perceptual.features(real))))
        found.cuts.append(made[SEEN])
    return found


def with_noise(picture: Picture) -> Picture:
    noise = np.random.default_rng(0).standard_normal(picture.shape)
    return (picture + noise).round().clip(0, 255).astype(np.uint8)


def milliseconds(run: Enlarge, times: int) -> tuple[float, float]:
    """Wall and processor time for 256 -> 1024 px, the best of so many."""
    picture = np.random.default_rng(0).integers(0, 256, (TIMED, TIMED, 3), dtype=np.uint8)
    found = []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        run(picture)
        found.append((1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)))
    return min(found)


def table(
    title: str, small: Tensor, wanted: Tensor, scale: int, methods: list[str], eyes: Eyes, peer_count: int
) -> None:
    print(f"\n{title}, {len(wanted)} faces\n")
    print("| | PSNR, dB | SSIM | LPIPS | Fréchet | Lite0's perceptual | Lite0's Fréchet |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    real = eyes.rows(torch.cat([cuts_of(one[None])[SEEN] for one in wanted]))
    for name in methods:
        run = partial(enhance.upscale, method=name, scale=scale)
        if name == PEER and peer_count < len(wanted):
            label = f"{METHODS[name].label}, {peer_count} faces"
            print_row(label, measure(run, small[:peer_count], wanted[:peer_count], eyes), ["–", "–"])
        else:
            found = measure(run, small, wanted, eyes)
            print_row(METHODS[name].label, found, distances(real, found, eyes))
    found = measure(with_noise, wanted, wanted, eyes)
    print_row("The original with noise", found, distances(real, found, eyes))


def distances(real: Rows, found: Measured, eyes: Eyes) -> list[str]:
    """Fréchet distances to all of the originals; of fewer pictures they would not be comparable."""
    return [f"{frechet_distance(*pair):.2f}" for pair in zip(real, eyes.rows(torch.cat(found.cuts)), strict=True)]


def print_row(label: str, found: Measured, frechet: list[str]) -> None:
    psnr, ssim, lpips, lite = (float(np.mean(part)) for part in (found.psnr, found.ssim, found.lpips, found.lite))
    print(f"| {label} | {psnr:.2f} | {ssim:.3f} | {lpips:.4f} | {frechet[0]} | {lite:.4f} | {frechet[1]} |", flush=True)


def usable(names: list[str]) -> list[str]:
    found = []
    for name in names:
        try:
            enhance.enlarger(name)
            found.append(name)
        except EnhanceError as error:
            print(f"left out: {error}")
    return found


def save_sheet(small: Tensor, wanted: Tensor, methods: list[str], path: Path) -> None:
    """A row a face: each method, then the original, cut to the inner face."""
    rows = []
    for little, original in zip(small, wanted, strict=True):
        made = [enhance.upscale(little.permute(1, 2, 0).numpy(), name) for name in methods]
        rows.append(np.concatenate([p[128:416, 128:384] for p in (*made, original.permute(1, 2, 0).numpy())], 1))
    Image.fromarray(np.concatenate(rows)).save(path)
    print(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="sharp aligned faces of 512 px")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--methods", nargs="+", default=[method.name for method in offered()])
    parser.add_argument("--peer-count", type=int, default=20, help="how many Real-ESRGAN is given (default: 20)")
    parser.add_argument("--weights", type=Path, help="folder of superres-*.safetensors (default: ours)")
    parser.add_argument("--sheet", type=Path, help="a picture to save: each method and the original")
    parser.add_argument("--rows", type=int, default=6, help="of the sheet")
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=TABLES, help="default: all")
    args = parser.parse_args()
    torch.set_num_threads(1)  # as the engine
    if args.weights:
        enhance.weights_of = lambda method: args.weights / f"superres-{method}.safetensors"
    print(machine())
    wanted, methods = held_out(args.folder, args.count), usable(args.methods)
    eyes, clean = Eyes(), shrunk(wanted, False, 4)
    if args.sheet:
        save_sheet(clean[: args.rows], wanted[: args.rows], methods, args.sheet)
    if "x4" in args.tables:
        table("x4, shrunk by bicubic", clean, wanted, 4, methods, eyes, args.peer_count)
    ours = [name for name in methods if name != PEER]
    if "photo" in args.tables:
        table("x4, degraded as photos are", shrunk(wanted, True, 4), wanted, 4, ours, eyes, 0)
    if "x2" in args.tables:
        half = wanted[:, :, 128:384, 128:384]
        table("x2, the inner face, shrunk by bicubic", shrunk(half, False, 2), half, 2, ours, eyes, 0)
    if "time" in args.tables:
        print_times(methods)


def print_times(methods: list[str]) -> None:
    print(f"\n{TIMED} -> {4 * TIMED} px, one thread\n\n| | wall, ms | processor, ms |\n|---|---:|---:|")
    for name in methods:
        wall, cpu = milliseconds(partial(enhance.upscale, method=name), 1 if name == PEER else 3)
        print(f"| {METHODS[name].label} | {wall:.0f} | {cpu:.0f} |", flush=True)


if __name__ == "__main__":
    main()
