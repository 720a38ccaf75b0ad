"""Our style generator: StyleGAN2's synthesis (Karras 2020) with R3GAN's loss (Huang 2024), sized for a CPU.

What differs from StyleGAN2, each for speed on two cores:
- channels fall with the resolution so that every stage costs the same (`channel_base / resolution`);
- the convolution that opens a stage runs before the upsampling, at a quarter of the cost;
- modulation scales the activations instead of the weights, so that a batch shares one convolution;
- `subpixel`: a stage draws pixels at twice its own resolution (sub-pixel convolution, Shi 2016), which is an octave for
  nothing, and the discriminator sees them folded into channels;
- no path length penalty: R1 and R2 on a relativistic loss are all the regularisation there is;
- `one_pass`: the generator learns from the discriminator's own backward pass.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.critics import FeatureDiscriminator
from training.distributed import gathered, own
from training.errors import UserError
from training.gans.base import Blending, Gan, Generator, Growing, Loss, overlaid
from training.layers import ACTIVATION_GAIN, EqualConv, EqualLinear, ModulatedConv, activate, halve
from training.losses import gradient_penalty, relativistic_discriminator, relativistic_generator
from training.options import option

CRITICS = ("pixels", "features")


@dataclass(frozen=True)
class Options:
    resolution: int = option(64, "width and height in pixels", choices=(16, 32, 64, 128, 256, 512))
    z_dim: int = option(256, "length of the latents z and w", low=8, high=1024)
    mapping_layers: int = option(4, "layers from z to w", low=1, high=8)
    channel_base: int = option(2048, "channels times resolution, which keeps the stages equally dear", low=64)
    channel_max: int = option(256, "most channels of any stage", low=8, high=1024)
    widths: tuple[int, ...] = option((), "channels of each stage, that of 4 px first, in place of the two above")
    subpixel: bool = option(False, "every stage draws pixels at twice its resolution, so that there is a stage less")
    style_mixing: float = option(0.5, "share of samples whose layers take two latents", low=0, high=1)
    gamma: float = option(0.3, "weight of the R1 and R2 penalties", low=0)
    penalty_every: int = option(8, "steps between two penalties, which are weighted up to match", low=1)
    critic: str = option(
        "pixels", "what the discriminator learns from: pixels, or features of a pretrained network", choices=CRITICS
    )
    deviation: bool = option(True, "the discriminator sees how much the pictures of a batch differ (Karras 2018)")
    one_pass: bool = option(
        False, "the generator learns from the discriminator's backward pass: a quarter faster; needs deviation = false"
    )

    def __post_init__(self) -> None:
        if self.widths and (len(self.widths) != len(self.stages) or min(self.widths) < 1):
            raise UserError(
                f"options.widths is {list(self.widths)}, but {self.resolution} px take {len(self.stages)} stages: give "
                f"the channels at {', '.join(map(str, self.stages))} px"
            )
        if self.one_pass and (self.deviation or self.critic != "pixels"):
            raise UserError("options.one_pass needs a critic that judges each picture alone: set deviation = false")

    @property
    def stages(self) -> tuple[int, ...]:
        """The resolutions of the features, from 4 px up."""
        last = self.resolution // 2 if self.subpixel else self.resolution
        return tuple(2**n for n in range(2, int(math.log2(last)) + 1))


def channels(options: Options, resolution: int) -> int:
    if options.widths:
        return options.widths[options.stages.index(resolution)]
    return min(options.channel_max, options.channel_base // resolution)


class StyleLayer(nn.Module):
    """Modulated convolution, optional upsampling, noise, activation."""

    def __init__(self, inputs: int, outputs: int, style_dim: int, upsample: bool) -> None:
        super().__init__()
        self.conv = ModulatedConv(inputs, outputs, 3, style_dim)
        self.noise_strength = nn.Parameter(torch.zeros(()))
        self.upsample = upsample

    def forward(self, x: Tensor, w: Tensor, noise: Tensor | None) -> Tensor:
        x = self.conv(x, w)  # (N, inputs, H, W), (N, D) -> (N, outputs, H, W)
        if self.upsample:
            x = enlarge(x)  # (N, outputs, 2H, 2W)
        if noise is None:
            noise = torch.randn(x.shape[0], 1, *x.shape[2:], device=x.device, dtype=x.dtype)
        return activate(x.add_(noise.to(x.dtype) * self.noise_strength.to(x.dtype)))


def to_pixels(width: int, scale: int, style_dim: int) -> ModulatedConv:
    """Features to RGB. Sub-pixel ones begin faintly and alike at each place (ICNR, Aitken 2017): else the first
    pictures are loud checkerboards, by which a discriminator knows them for long."""
    layer = ModulatedConv(width, 3 * scale**2, 1, style_dim, demodulate=False)
    if scale > 1:
        with torch.no_grad():
            layer.weight.copy_(0.1 * layer.weight[:: scale**2].repeat_interleave(scale**2, 0))
    return layer


def enlarge(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


class Mapped(Generator):
    """A generator whose latents are made of a style: from z by a mapping network, the same in each row at first."""

    mapping: nn.ModuleList
    style_mixing: float

    def map(self, z: Tensor, conditions: Tensor | None = None) -> Tensor:
        return self.style(z)[:, None].expand(-1, self.latent_shape[0], -1)

    def style(self, z: Tensor) -> Tensor:
        """z (N, z_dim) -> w (N, z_dim)."""
        w = z * torch.rsqrt(z.square().mean(1, keepdim=True) + 1e-8)  # on a sphere
        for layer in self.mapping:
            w = activate(layer(w))
        return w

    def forward(self, z: Tensor, conditions: Tensor | None = None) -> Tensor:
        """z (N, z_dim) -> pictures, mixing the styles of two faces now and then (Karras 2019) while training."""
        latents = self.map(z)
        if self.training and self.style_mixing:
            rows, count = self.latent_shape[0], z.shape[0]
            cut = torch.randint(1, rows, (count, 1), device=z.device)
            cut = torch.where(torch.rand(count, 1, device=z.device) < self.style_mixing, cut, rows)
            first = torch.arange(rows, device=z.device)[None] < cut  # (N, L)
            latents = torch.where(first[:, :, None], latents, own(gathered(latents).roll(1, 0)))
        return self.synthesize(latents)

    @torch.no_grad()
    def directions(self, count: int) -> tuple[Tensor, Tensor]:
        """Principal components of w over 20,000 samples (GANSpace, Härkönen 2020)."""
        rng = torch.Generator().manual_seed(0)
        z = torch.randn(20_000, self.z_dim, generator=rng).to(next(self.parameters()).device)
        w = self.style(z)
        mean = w.mean(0)
        _, deviations, axes = torch.linalg.svd((w - mean).double(), full_matrices=False)
        deviations = deviations[:count] / math.sqrt(len(w) - 1)
        return mean, (axes[:count] * deviations[:, None]).float()


class StyleGenerator(Mapped, Growing):
    """Rows of a latent: two per resolution, 4 to R; the second also steers that resolution's RGB output."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.z_dim = options.z_dim
        self.style_mixing = options.style_mixing
        stages = options.stages
        self.scale = 2 if options.subpixel else 1  # pixels along a side for each place of the features
        self.resolutions = tuple(stage * self.scale for stage in stages if stage * self.scale > 4)
        self.latent_shape = (2 * len(stages), options.z_dim)
        rows = {r: 2 * i for i, r in enumerate(stages)}
        coarse, middle = rows[min(16, stages[-1])], rows.get(64, 2 * len(stages))
        self.layer_ranges = {"coarse": (0, coarse), "middle": (coarse, middle), "fine": (middle, 2 * len(stages))}
        self.layer_ranges = {name: span for name, span in self.layer_ranges.items() if span[0] < span[1]}
        self.noise_shapes = tuple((r, r) for r in stages for _ in range(2))

        self.mapping = nn.ModuleList(
            EqualLinear(options.z_dim, options.z_dim, rate=0.01, gain=ACTIVATION_GAIN)
            for _ in range(options.mapping_layers)
        )
        self.constant = nn.Parameter(torch.randn(1, channels(options, 4), 4, 4))
        self.layers = nn.ModuleList()
        self.to_rgb = nn.ModuleList()
        previous = channels(options, 4)
        for stage in stages:
            width = channels(options, stage)
            self.layers.append(StyleLayer(previous, width, options.z_dim, upsample=stage > 4))
            self.layers.append(StyleLayer(width, width, options.z_dim, upsample=False))
            self.to_rgb.append(to_pixels(width, self.scale, options.z_dim))
            previous = width

    def synthesize(
        self, latents: Tensor, noise: Sequence[Tensor] | None = None, resolution: int | None = None
    ) -> Tensor:
        return self.blend([(latents, noise)], [], resolution)

    def blend(
        self,
        faces: Sequence[tuple[Tensor, Sequence[Tensor] | None]],
        masks: Sequence[Blending],
        resolution: int | None = None,
    ) -> Tensor:
        """After each layer a face takes the features of what is drawn below it where its mask says so, so that shapes
        and light run on across the edge (as in StyleCariGAN and StyleMapGAN's local editing, Kim 2021)."""
        resolution = resolution or self.resolution
        if resolution not in self.resolutions:
            raise ValueError(f"resolution {resolution} is none of {self.resolutions}")
        features = [  # each (N, width, S, S), S a stage
            self.constant.expand(latents.shape[0], -1, -1, -1).contiguous(memory_format=torch.channels_last)
            for latents, _ in faces
        ]
        pictures: list[Tensor | None] = [None] * len(faces)  # each (N, 3, R, R), R = scale S
        for row in range(len(self.layers)):
            for place, (latents, noise) in enumerate(faces):
                x = self.step(row, features[place], latents, None if noise is None else noise[row])
                if place:
                    x = torch.lerp(features[place - 1], x, masks[place - 1].features(x.shape[-1]))
                features[place] = x
                pictures[place] = self.painted(row, x, latents, pictures[place])
            if pictures[0] is not None and pictures[0].shape[-1] == resolution:
                break
        return overlaid([picture.float() for picture in pictures if picture is not None], masks)

    def features(self, latents: Tensor, noise: Sequence[Tensor], rows: int) -> Tensor:
        """What lies behind the first `rows` layers, (N, width, S, S)."""
        x = self.constant.expand(latents.shape[0], -1, -1, -1).contiguous(memory_format=torch.channels_last)
        for row in range(rows):
            x = self.step(row, x, latents, noise[row])
        return x

    def step(self, row: int, x: Tensor, latents: Tensor, noise: Tensor | None) -> Tensor:
        """The features after a layer, of those before it."""
        features: Tensor = self.layers[row](x, latents[:, row], noise)
        return features

    def painted(self, row: int, x: Tensor, latents: Tensor, picture: Tensor | None) -> Tensor | None:
        """The picture with what the features after a layer add to it, if they do."""
        if row % 2 == 0:
            return picture
        part = F.pixel_shuffle(self.to_rgb[row // 2](x, latents[:, row]), self.scale)
        return part if picture is None else enlarge(picture) + part

    @torch.no_grad()
    def begin_at_nothing(self, new: frozenset[str]) -> None:
        for number, part in enumerate(self.to_rgb):
            if number and f"to_rgb.{number}.weight" in new:
                part.get_parameter("weight").zero_()


class DiscriminatorBlock(nn.Module):
    """Residual block that halves the resolution; its second convolution already works on the small side."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv0 = EqualConv(inputs, inputs)
        # The sum of the two paths keeps the variance: each carries half of it.
        self.conv1 = EqualConv(inputs, outputs, gain=ACTIVATION_GAIN * math.sqrt(0.5))
        self.skip = EqualConv(inputs, outputs, kernel=1, bias=False, gain=math.sqrt(0.5))

    def forward(self, x: Tensor) -> Tensor:  # (N, inputs, H, W) -> (N, outputs, H/2, W/2)
        y = activate(self.conv1(halve(activate(self.conv0(x)))))  # (N, outputs, H/2, W/2)
        shortcut: Tensor = self.skip(halve(x))  # the same
        return y + shortcut


class Discriminator(nn.Module, Growing):
    """Layers are keyed by the resolution of the picture they see, so that a larger one can start from a smaller one's
    weights. Of sub-pixel pictures it sees every smaller copy too: what a larger one adds can so begin at nothing."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.scale = 2 if options.subpixel else 1
        stages = options.stages[::-1]
        self.from_rgb = nn.ModuleDict()
        self.blocks = nn.ModuleDict()
        for place, stage in enumerate(stages):
            width, seen = channels(options, stage), str(stage * self.scale)
            if place == 0 or options.subpixel:
                self.from_rgb[seen] = EqualConv(3 * self.scale**2, width, kernel=1)
            if stage > 4:
                self.blocks[seen] = DiscriminatorBlock(width, channels(options, stage // 2))
        self.deviation = options.deviation
        self.conv = EqualConv(width + self.deviation, width)
        self.hidden = EqualLinear(width * 16, width, gain=ACTIVATION_GAIN)
        self.logit = EqualLinear(width, 1)

    @torch.no_grad()
    def begin_at_nothing(self, new: frozenset[str]) -> None:
        """Only where smaller copies of a picture are seen too: without them nothing would be left to see."""
        for seen, block in self.blocks.items():
            if self.scale > 1 and f"blocks.{seen}.conv1.weight" in new:
                block.get_parameter("conv1.weight").zero_()
                block.get_parameter("skip.weight").zero_()

    def forward(self, pictures: Tensor) -> Tensor:  # (N, 3, R, R) -> (N,)
        x = self.seen(pictures)  # (N, width, S, S), S = R / scale
        for block in self.blocks.values():
            x = block(x)  # (N, next width, S / 2, S / 2)
            if self.scale > 1:
                pictures = halve(pictures)  # (N, 3, R / 2, R / 2)
                x = x + self.seen(pictures)
        if self.deviation:
            x = torch.cat([x, minibatch_deviation(x)], 1)  # (N, width + 1, 4, 4)
        x = activate(self.conv(x))  # (N, width, 4, 4)
        return self.logit(activate(self.hidden(x.flatten(1)))).squeeze(1).float()  # type: ignore[no-any-return]

    def seen(self, pictures: Tensor) -> Tensor:  # (N, 3, R, R) -> (N, width, R / scale, R / scale)
        folded = F.pixel_unshuffle(pictures, self.scale).contiguous(memory_format=torch.channels_last)
        return activate(self.from_rgb[str(pictures.shape[-1])](folded))


def minibatch_deviation(x: Tensor, group: int = 4) -> Tensor:
    """(N, C, H, W) -> (N, 1, H, W): the mean standard deviation within groups of the batch (Karras 2018), by which
    the discriminator sees a lack of variety."""
    whole = gathered(x.float())
    count = math.gcd(whole.shape[0], group)
    grouped = whole.reshape(count, -1, *x.shape[1:])
    centred = grouped - grouped.mean(0)
    deviation = (centred.square().mean(0) + 1e-8).sqrt().mean((1, 2, 3))
    return own(deviation.repeat(count))[:, None, None, None].expand(-1, 1, *x.shape[2:]).to(x.dtype)


class Model(Gan):
    """Relativistic loss with R1 and R2 (R3GAN, Huang et al., NeurIPS 2024)."""

    options: Options

    @property
    def one_pass(self) -> bool:  # type: ignore[override]
        return self.options.one_pass

    def generator(self) -> StyleGenerator:
        return StyleGenerator(self.options)

    def discriminator(self) -> nn.Module:
        if self.options.critic == "features":
            return FeatureDiscriminator()
        return Discriminator(self.options)

    def discriminator_loss(
        self, discriminator: nn.Module, real: Tensor, fake: Tensor, step: int, conditions: Tensor | None = None
    ) -> Loss:
        if self.options.one_pass:
            real_logits, fake_logits = discriminator(torch.cat([real, fake])).chunk(2)
        else:
            real_logits, fake_logits = discriminator(real), discriminator(fake)
        loss = relativistic_discriminator(real_logits, fake_logits)
        if step % self.options.penalty_every or not self.options.gamma:
            return loss
        r1, r2 = gradient_penalty(discriminator, real), gradient_penalty(discriminator, fake)
        weight = self.options.gamma / 2 * self.options.penalty_every
        return Loss(loss.total + weight * (r1 + r2), {**loss.parts, "r1": r1.detach(), "r2": r2.detach()}, loss.turned)

    def generator_loss(
        self, discriminator: nn.Module, real: Tensor, fake: Tensor, conditions: Tensor | None = None
    ) -> Loss:
        with torch.no_grad():
            real_logits = discriminator(real)
        return relativistic_generator(real_logits, discriminator(fake))
