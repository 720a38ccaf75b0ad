"""SketchEngine: a drawing becomes a photo, and a face of the generator; a grey picture gets colours.

Two networks read a drawing. The translator (pix2pix) follows each line and takes what it finds for a face; the encoder
answers the nearest face of the generator, which is always believable and never quite the drawing's. `follow` says how
much of each is wanted.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image as Pillow
from torch import Tensor, nn

from facedesigner.contract.request import Image
from facedesigner.contract.sketching import SIDE, ColorizeRequest, SketchRequest, SketchResult
from facedesigner.engine.controls import noise_of
from facedesigner.engine.dabs import dabbed
from facedesigner.engine.hinting import spread
from facedesigner.engine.kinds import is_lines
from facedesigner.engine.looks import Look, recoloured
from facedesigner.engine.packing import pack
from facedesigner.engine.page.cleaning import DrawingError
from facedesigner.engine.paper import Sheet, cut_hints, prepared
from facedesigner.resources import resource
from facedesigner.state.face import FaceState
from training.compute import cpu_has_bfloat16
from training.errors import WeightsError
from training.movements import Direction
from training.networks.chroma import coloured
from training.networks.encoder import first_encoder, resized
from training.networks.translator import CHANNELS, hinted, load_translator
from training.networks.unet import Translator
from training.sampling import latents_of, to_bytes
from training.weights import Weights, load_weights

PIX2PIX, COLORIZE, ENCODER = "pix2pix256.safetensors", "colorize256.safetensors", "sketch_encoder*.safetensors"
PHOTO_ENCODER = "encoder*.safetensors"
COARSE = 16  # pixels that part colours and light from lines, where two pictures are joined
FINE_RANDOM, MIDDLE_RANDOM = 1.0, 0.5  # how far a variant's rows move to another face's
VARIANT_SEED = 7_100_000  # of the faces whose textures variants take
LARGEST_SIDE = 2048  # of a picture that is coloured
UNSHADED = (
    "this is a drawing of lines, and colours go by light and shade: shade it with a pencil first, or make a "
    "photo of it (Portrait in the Sketch tab, or the command “sketch”)"
)


class SketchEngine:
    """Its networks are loaded when first needed. For one thread; it keeps to one CPU thread, as the face engine."""

    def __init__(self, generator: Path, folder: Path | None = None) -> None:
        """`generator`: the weights file whose faces drawings become; `folder`: where the networks lie, ours without."""
        self.generator, self.folder = generator, folder or resource("weights")
        self._pix2pix: nn.Module | None = None
        self._colorize: nn.Module | None = None
        self._faces: Faces | None = None

    def render(self, request: SketchRequest) -> SketchResult:
        """Errors travel in the result."""

        def draw() -> SketchResult:
            sheet = prepared(request.sketch, request.hints, request.place)
            self._pix2pix = self._pix2pix or ready(load_translator(self.folder / PIX2PIX, "pix2pix"))
            follow = min(max(request.follow, 0.0), 1.0)
            image, face = self._drawn(self._loaded_faces(), sheet, follow, request.variant)
            return SketchResult(request, image, face, notice=sheet.notice, model=self._loaded_faces().weights.name)

        return timed(request, draw)

    def colorize(self, request: ColorizeRequest) -> SketchResult:
        """The picture in colours, as large as it is. Errors travel in the result."""

        def draw() -> SketchResult:
            self._colorize = self._colorize or ready(load_translator(self.folder / COLORIZE, "colorize"))
            notice = UNSHADED if is_lines(np.repeat(request.grey[..., None], 3, 2)) else ""
            return SketchResult(request, in_colours(self._colorize, request), notice=notice)

        return timed(request, draw)

    def _loaded_faces(self) -> Faces:
        self._faces = self._faces or Faces(self.generator, self.folder)
        return self._faces

    @torch.inference_mode()
    def _drawn(self, faces: Faces, sheet: Sheet, follow: float, variant: int) -> tuple[Image, FaceState]:
        assert self._pix2pix is not None
        ink, hints = torch.from_numpy(sheet.ink)[None, None], torch.from_numpy(sheet.hints)[None]
        hints = spread(hints, ink)
        latent = faces.estimate(torch.cat([ink, hints], 1))
        followed = dabbed(self._pix2pix(hinted(ink, None)).float(), hints, ink) if follow > 0 else None
        if followed is not None and variant:
            followed = recoloured(followed, hints, Look.of(variant))
        if followed is not None:
            latent = faces.nearer(latent, followed, follow)
        if variant:
            latent = faces.varied(latent, variant, own_colours=not hints[:, 3].any())
        believable = faces.picture(latent) if follow < 1 else None
        return image_of(joined(followed, believable, follow)), faces.state(latent)


class Faces:
    """The generator and the encoders that belong to it."""

    def __init__(self, generator: Path, folder: Path) -> None:
        """Raises WeightsError when no encoder of sketches belongs to the generator."""
        self.weights: Weights = load_weights(generator)
        folders = (generator.parent, folder)
        found, _ = first_encoder(folders, ENCODER, self.weights.hash, 1 + CHANNELS)
        if found is None:
            raise WeightsError(
                f"drawings need an encoder of {self.weights.name}, and there is none: load the model that comes along, "
                "or train one with `python -m training encoder --sketches`"
            )
        self.encoder = found
        self.photos, _ = first_encoder(folders, PHOTO_ENCODER, self.weights.hash)
        self.sliders = {slider.name: slider for slider in self.weights.of(Direction)}
        shapes = self.weights.generator.noise_shapes
        self.noise = noise_of(self.weights.generator, 0, torch.device("cpu")) if shapes else None

    def estimate(self, seen: Tensor) -> Tensor:
        """Ink and hints (1, 5, SIDE, SIDE) -> the latent (L, D)."""
        return self.encoder.estimate(seen[0])

    def picture(self, latent: Tensor) -> Tensor:
        """(L, D) -> (1, 3, SIDE, SIDE)."""
        drawn = self.weights.generator.synthesize(latent[None], self.noise)
        return F.interpolate(drawn, (SIDE, SIDE), mode="bicubic", align_corners=False).clamp(-1, 1)

    def nearer(self, latent: Tensor, followed: Tensor, follow: float) -> Tensor:
        """Towards the face that the encoder of photos finds in what the translator drew."""
        if self.photos is None:
            return latent
        return latent.lerp(self.photos.estimate(followed[0]), 0.6 * follow)

    def varied(self, latent: Tensor, variant: int, own_colours: bool = True) -> Tensor:
        """The latent with the look of a variant: fine rows of another face and half of its middle ones, and, unless the
        user chose colours, what the model's sliders for them do."""
        generator = self.weights.generator
        other = generator.map(latents_of(VARIANT_SEED + variant, 1, generator.z_dim))[0]
        other = self.weights.latent_mean + 0.8 * (other - self.weights.latent_mean)
        share = torch.zeros(len(latent), 1)
        for name, amount in (("middle", MIDDLE_RANDOM), ("fine", FINE_RANDOM)):
            first, last = generator.layer_ranges.get(name, (0, 0))
            share[first:last] = amount
        latent = latent + share * (other - latent)
        for name, value in Look.of(variant).sliders if own_colours else ():
            if (slider := self.sliders.get(name)) is not None:
                latent = latent + min(max(value, slider.minimum), slider.maximum) * slider.vector
        return latent

    def state(self, latent: Tensor) -> FaceState:
        return FaceState(self.weights.hash, latent=pack(latent), psi=1.0)


def timed(request: SketchRequest | ColorizeRequest, draw: Callable[[], SketchResult]) -> SketchResult:
    """The result with its time; an error as a result."""
    torch.set_num_threads(1)
    began = time.perf_counter()
    try:
        result = draw()
    except (DrawingError, WeightsError, ValueError, OSError, RuntimeError, MemoryError) as problem:
        result = SketchResult(request, error=str(problem) or type(problem).__name__)
    return replace(result, milliseconds=(time.perf_counter() - began) * 1000)


def ready(network: Translator) -> nn.Module:
    """For drawing alone: batch norm becomes part of the convolutions, in the number format that is fastest here."""
    for module in list(network.modules()):
        if isinstance(module, nn.Sequential) and len(module) > 1 and isinstance(module[1], nn.BatchNorm2d):
            conv = module[0]
            assert isinstance(conv, nn.Conv2d)
            module[0], module[1] = nn.utils.fuse_conv_bn_eval(conv, module[1]), nn.Identity()
    network = network.to(memory_format=torch.channels_last)
    return InBfloat16(network) if cpu_has_bfloat16() else network


class InBfloat16(nn.Module):
    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network.to(torch.bfloat16)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.network(x.to(torch.bfloat16)).float()
        return result


def joined(followed: Tensor | None, believable: Tensor | None, follow: float) -> Tensor:
    """The translator's picture and the generator's: lines of the one that counts more, colours and light of both. Two
    sets of lines would be a ghost."""
    if followed is None or believable is None:
        only = followed if believable is None else believable
        assert only is not None
        return only
    lines = followed if follow >= 0.5 else believable
    return lines - coarse(lines) + follow * coarse(followed) + (1 - follow) * coarse(believable)


def coarse(picture: Tensor) -> Tensor:
    """Colours and light without lines."""
    small = F.avg_pool2d(picture, COARSE)
    return F.interpolate(small, picture.shape[2:], mode="bilinear", align_corners=False)


@torch.inference_mode()
def in_colours(network: nn.Module, request: ColorizeRequest) -> Image:
    """(H, W, 3): chroma of the network, lightness of the picture."""
    height, width = request.grey.shape
    if max(height, width) > LARGEST_SIDE:
        scale = LARGEST_SIDE / max(height, width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        grey = np.array(Pillow.fromarray(request.grey).resize(size, Pillow.Resampling.LANCZOS))
        height, width = grey.shape
    else:
        grey = request.grey
    side = max(height, width)
    light = torch.from_numpy(grey.astype(np.float32) / 255)[None, None]
    left, top = (side - width) // 2, (side - height) // 2
    square = F.pad(light, (left, side - width - left, top, side - height - top), mode="replicate")
    dark = 1 - resized(square, SIDE)
    hints = torch.from_numpy(cut_hints(request.hints, (-float(left), -float(top), float(side)), (width, height)))[None]
    edges = 4 * (F.max_pool2d(dark, 3, 1, 1) + F.max_pool2d(-dark, 3, 1, 1))  # contrast around each pixel
    answer = network(hinted(dark, spread(hints, edges))).float()
    large = F.interpolate(answer, (side, side), mode="bilinear", align_corners=False)
    picture = coloured(light, large[:, :, top : top + height, left : left + width])
    return image_of(picture)


def image_of(picture: Tensor) -> Image:
    """(1, 3, H, W) in [-1, 1] -> (H, W, 3) uint8."""
    image: Image = to_bytes(picture.clamp(-1, 1))[0].permute(1, 2, 0).contiguous().numpy()
    return image
