"""pix2pix: a sketch becomes a photo (Isola et al., Image-to-Image Translation with Conditional Adversarial Networks,
CVPR 2017), with colour hints. The sketches are made from the photos, or come with them as pairs."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from training.options import option
from training.tasks.translate.base import LOSSES, Translation
from training.tasks.translate.sketches import STYLES, sketches


@dataclass(frozen=True)
class Options:
    resolution: int = option(256, "width and height in pixels", choices=(32, 64, 128, 256))
    pairs: str = option(
        "photos",
        "photos: sketches are made from them; otherwise each picture holds two side by side, the sketch on that side",
        choices=("photos", "sketch left", "sketch right"),
    )
    loss: str = option("lsgan", "adversarial loss", choices=tuple(LOSSES))
    adversarial: float = option(1.0, "weight of the adversarial loss; 0 trains with L1 alone", low=0)
    l1: float = option(100.0, "weight of the absolute difference to the true photo", low=0)
    critic: float = option(0.0, "weight of a second critic, which sees by a pretrained network; 0: none", low=0)
    features: float = option(1.0, "weight of the distance of that network's features, where it is used", low=0)
    hints: float = option(0.5, "share of the sketches that come with colour hints", low=0, high=1)
    styles: tuple[str, ...] = option(STYLES, f"of the sketches made from photos: {', '.join(STYLES)}")
    exaggerated: float = option(0.3, "share of the photos that are drawn with other proportions", low=0, high=1)
    lpips: float = option(0.0, "weight of LPIPS (AlexNet) to the true photo; 0: none", low=0)
    design: str = option("unet", "of the network", choices=("unet", "pyramid"))
    width: float = option(1.0, "of the network's layers", low=0.1, high=4)


class Model(Translation):
    options: Options
    outputs = 3

    def condition(self, photos: Tensor, points: Tensor | None) -> Tensor:
        return sketches(photos, points, self.options.styles)

    def target(self, photos: Tensor) -> Tensor:
        return photos

    def picture(self, condition: Tensor, answer: Tensor) -> Tensor:
        return answer
