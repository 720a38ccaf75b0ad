"""What the engine is asked and what it answers: plain data, importable without torch or numpy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from facedesigner.state.face import FaceState, Latent, Taught
from facedesigner.state.sliders import Slider

if TYPE_CHECKING:  # the window starts faster without numpy
    import numpy as np
    import numpy.typing as npt

Image: TypeAlias = "npt.NDArray[np.uint8]"  # (H, W, 3) sRGB

MINE = "Mine"  # the group of the sliders that the user taught
BROUGHT = "From a file"  # of those that a face brought along


@dataclass(frozen=True, slots=True)
class Control:
    """One slider or menu that the loaded weights declare.

    `name` keys the value in `FaceState.controls`; a control with `ranges` may also be set for some layers only,
    under the key `name@range` (for example `pc01@coarse`); such values add to the whole one. A control with `choices`
    is a menu: 0 leaves the face as generated, 1 takes the first of them, and so on. `taught` is the direction of a
    slider that the user taught: a face that uses it carries it.
    """

    name: str
    label: str
    group: str
    minimum: float
    maximum: float
    default: float = 0.0
    unit: str = "σ"
    ranges: tuple[str, ...] = ()
    description: str = ""
    choices: tuple[str, ...] = ()
    taught: Taught | None = None

    @property
    def nameless(self) -> bool:
        """A principal direction, which nobody has given a meaning."""
        return self.name.startswith("pc") and self.name[2:].isdecimal()


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the window needs to know of a loaded weights file."""

    hash: str  # first 16 hexadecimal digits of the file's SHA-256
    name: str
    variant: str
    path: Path
    resolution: int  # pixels, full picture
    resolutions: tuple[int, ...]  # early exits, ascending, the last is `resolution`
    latent_shape: tuple[int, int]  # (L, D)
    controls: tuple[Control, ...]
    has_noise: bool
    card: dict[str, str] = field(default_factory=dict)  # data, terms, metrics, images: shown in the About box
    measures: dict[str, tuple[float, float]] = field(default_factory=dict)  # mean and deviation over the model's faces
    ages: tuple[float, float] | None = None  # years that the age slider really reaches; None without an age path


def relabelled(controls: Iterable[Control], labels: Mapping[str, str]) -> tuple[Control, ...]:
    """The controls with the labels that a user gave to some, by name."""
    return tuple(replace(control, label=labels.get(control.name, control.label)) for control in controls)


def taught_control(slider: Slider, info: ModelInfo, group: str = MINE) -> Control:
    """A taught slider as a control of the model that it was taught with, and limited to layers like the model's own."""
    about = f"Taught by you; it told {slider.right} of {slider.total} faces right that it had not seen."
    return Control(
        name=slider.name,
        label=slider.label,
        group=group,
        minimum=-3.0,
        maximum=3.0,
        ranges=next((control.ranges for control in info.controls if control.ranges), ()),
        description=about if slider.total else "Taught on another machine.",
        taught=slider.taught,
    )


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """One picture to draw. `resolution` None means full; smaller ones are an early exit of the generator."""

    face: FaceState
    resolution: int | None = None
    stamp: int = 0  # rises with each request; a view drops an answer older than what it shows


@dataclass(frozen=True, slots=True)
class RenderResult:
    """The answer to one request. Exactly one of `image` and `error` is set."""

    request: RenderRequest
    image: Image | None
    milliseconds: float
    error: str | None = None
    notice: str | None = None  # what the user should know although it worked, such as a fall back to the CPU


@dataclass(frozen=True, slots=True)
class Lesson:
    """What teaching a slider by examples came to: a direction, and how well it tells faces that it did not see."""

    vector: Latent  # (1, D), one standard deviation of the model's latents long
    right: int  # of `total` examples, each judged by a direction that was taught without it
    total: int
