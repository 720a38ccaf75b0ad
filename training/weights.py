"""A weights file describes itself: safetensors whose metadata hold the variant, its options, the directions and choices
it offers and the model card. Nothing is unpickled, so a foreign file cannot run code."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from training.files import replacing
from training.foreign import stylegan2
from training.gans import create
from training.gans.base import Generator

FORMAT = "facedesigner-1"
COMPANION = "facedesigner-training-1"  # of the file that training goes on from, see `training.warm_start`
DIRECTION_TENSORS = ("normal", "bend")  # beside the vector, where there are any
AGE_TENSORS = ("curve", "reader")


class WeightsError(ValueError):
    """The file is no weights file of ours; the message says what is wrong and what to do."""


@dataclass(frozen=True)
class Direction:
    """A slider that the file offers: `vector` (D,) or (L, D) is added to the latent, times the slider's value, and
    `bend` (L, D), times the value squared: what both ends would move alike is so taken back.

    `normal` (L, D) reads off a movement what it changes in this slider's attribute, in the slider's unit: the sum of
    their products. A named slider has one: its vector reads as 1, the vectors of all other named ones as 0.
    `taught`: the generator learnt the thing for this very slider (`training.tasks.concept`): it is not found anew.
    """

    name: str
    label: str
    group: str
    vector: Tensor
    minimum: float = -3.0
    maximum: float = 3.0
    unit: str = "σ"
    description: str = ""
    normal: Tensor | None = None
    taught: bool = False
    bend: Tensor | None = None


@dataclass(frozen=True)
class Choice:
    """A menu that the file offers: columns [first, first + classes) of the latent are one-hot."""

    name: str
    label: str
    group: str
    classes: tuple[str, ...]
    first: int
    description: str = ""


@dataclass(frozen=True)
class AgePath:
    """The way that the age slider takes through the latents, see `training.tasks.aging`.

    `curve[k]` (L, D) belongs to `years[k]`, ascending, in years as an age network sees them: to become T years old, a
    face that is a years old moves by curve(T) - curve(a). A face seems `level + sum(reader * (latent - mean))` years
    old as generated. Faces really come to ages from `low` to `high`; asking for more moves them little.
    """

    years: tuple[float, ...]
    curve: Tensor  # (K, L, D)
    reader: Tensor  # (L, D)
    level: float
    low: float
    high: float


@dataclass(frozen=True)
class Weights:
    variant: str
    name: str
    options: dict[str, Any]
    generator: Generator  # float32, evaluation mode, on the CPU
    latent_mean: Tensor  # (D,), where truncation pulls to
    directions: tuple[Direction, ...] = ()
    card: dict[str, str] = field(default_factory=dict)  # data, terms, images, metrics ...
    hash: str = ""  # what recipes call the model: 16 hexadecimal digits, see `save_weights`
    choices: tuple[Choice, ...] = ()
    measures: dict[str, tuple[float, float]] = field(default_factory=dict)  # mean and deviation over its own faces
    age_path: AgePath | None = None


def save_weights(weights: Weights, path: Path, keep_hash: bool = False) -> None:
    """Writes float16 safetensors, atomically. Raises OSError when the folder cannot be written.

    A model's hash is that of its file's bytes, so that a recipe gives the same picture wherever it opens. `keep_hash`
    writes down `weights.hash` instead: for a file that adds to another one and changes nothing that recipes use.
    """
    tensors = {f"generator.{k}": compact(v) for k, v in weights.generator.state_dict().items()}
    tensors["latent_mean"] = weights.latent_mean.float().contiguous().cpu()
    tensors |= {f"direction.{d.name}": d.vector.float().contiguous().cpu() for d in weights.directions}
    for part in DIRECTION_TENSORS:
        found = {f"{part}.{d.name}": getattr(d, part) for d in weights.directions if getattr(d, part) is not None}
        tensors |= {name: tensor.float().contiguous().cpu() for name, tensor in found.items()}
    left = ("vector", *DIRECTION_TENSORS)
    described = [{k: v for k, v in asdict(d).items() if k not in left} for d in weights.directions]
    metadata = {
        "format": FORMAT,
        "variant": weights.variant,
        "name": weights.name,
        "options": json.dumps(weights.options),
        "directions": json.dumps(described),
        "card": json.dumps(weights.card),
    }
    if weights.choices:
        metadata["choices"] = json.dumps([asdict(choice) for choice in weights.choices])
    if weights.measures:
        metadata["measures"] = json.dumps(weights.measures)
    if weights.age_path is not None:
        tensors |= {f"age.{name}": getattr(weights.age_path, name).float().contiguous().cpu() for name in AGE_TENSORS}
        numbers = {k: v for k, v in vars(weights.age_path).items() if k not in AGE_TENSORS}
        metadata["age"] = json.dumps(numbers)
    if keep_hash and weights.hash:
        metadata["hash"] = weights.hash
    with replacing(path) as temporary:
        temporary.write_bytes(save(tensors, metadata))


def save_network(network: nn.Module, path: Path, metadata: dict[str, str]) -> None:
    """Writes a network's tensors as float16 safetensors, atomically. OSError when the folder cannot be written."""
    tensors = {key: compact(value) for key, value in network.state_dict().items()}
    with replacing(path) as temporary:
        temporary.write_bytes(save(tensors, metadata))


def compact(tensor: Tensor) -> Tensor:
    return (tensor.half() if tensor.is_floating_point() else tensor).contiguous().cpu()


def load_weights(path: Path) -> Weights:
    """Reads a file of `save_weights`. Raises WeightsError naming what is wrong with it."""
    metadata, tensors = read(path)
    if metadata.get("format") == COMPANION:
        raise WeightsError(
            f"{path.name} is what training goes on from (train.warm_start) and no model: open the file beside it"
        )
    if metadata.get("format") != FORMAT:
        raise WeightsError(
            f"{path.name} is a safetensors file but not one of FaceDesigner's (format {metadata.get('format')!r}, "
            f"this program reads {FORMAT!r}); make one with `python -m training export`"
        )
    try:
        options = json.loads(metadata["options"])
        generator = make_generator(metadata["variant"], options)
        missing, surplus = generator.load_state_dict(generator_part(tensors), strict=False)
        if missing or surplus:
            names = ", ".join([*missing, *surplus][:3])
            raise WeightsError(f"{path.name} does not fit its own description: {names} missing or surplus")
        directions = tuple(
            Direction(
                vector=tensors[f"direction.{d['name']}"].float(),
                normal=tensors.get(f"normal.{d['name']}"),
                bend=tensors.get(f"bend.{d['name']}"),
                **d,
            )
            for d in json.loads(metadata["directions"])
        )
        choices = tuple(read_choice(c, generator) for c in json.loads(metadata.get("choices", "[]")))
        card = {str(k): str(v) for k, v in json.loads(metadata["card"]).items()}
        mean = tensors["latent_mean"].float()
        measures = {str(k): (float(m), float(d)) for k, (m, d) in json.loads(metadata.get("measures", "{}")).items()}
        age_path = read_age_path(metadata["age"], tensors, generator) if "age" in metadata else None
    except WeightsError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise WeightsError(f"{path.name} does not fit its own description: {error}") from None
    if not all(bool(torch.isfinite(t).all()) for t in tensors.values()):
        raise WeightsError(f"{path.name} holds numbers that are not finite: export it again from its run")
    generator.eval().requires_grad_(False)
    digest = metadata.get("hash") or hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    return Weights(
        metadata["variant"],
        metadata["name"],
        options,
        generator,
        mean,
        directions,
        card,
        digest,
        choices,
        measures,
        age_path,
    )


def make_generator(variant: str, options: dict[str, Any]) -> Generator:
    """An untrained one of a variant, or of the network that can only be brought in. ValueError as `create`."""
    if variant == "stylegan2":
        return stylegan2.generator(options)
    return create(variant, options).generator()


def read_choice(described: dict[str, Any], generator: Generator) -> Choice:
    """ValueError or TypeError when it points outside the latent's labels and codes."""
    choice = Choice(**{**described, "classes": tuple(map(str, described["classes"]))})
    columns = generator.latent_shape[1]
    if not columns - generator.conditions.dim <= choice.first <= columns - len(choice.classes) or not choice.classes:
        raise ValueError(f"the choice {choice.name} is not among the latent's labels")
    return choice


def read_age_path(described: str, tensors: dict[str, Tensor], generator: Generator) -> AgePath:
    """KeyError, TypeError or ValueError when it is damaged or belongs to latents of another shape."""
    numbers = json.loads(described)
    curve, reader = (tensors[f"age.{name}"].float() for name in AGE_TENSORS)
    years = tuple(map(float, numbers["years"]))
    rising = all(first < second for first, second in pairwise(years))
    if len(years) < 2 or not rising or curve.shape != (len(years), *generator.latent_shape):
        raise ValueError("the age path has another shape than the latents or its years do not rise")
    if reader.shape != generator.latent_shape:
        raise ValueError("the reader of ages has another shape than the latents")
    return AgePath(years, curve, reader, float(numbers["level"]), float(numbers["low"]), float(numbers["high"]))


def read(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Metadata and tensors of a safetensors file; WeightsError if it is none."""
    try:
        with path.open("rb") as opened:
            head = opened.read(1)
        with safe_open(path, "pt") as file:
            return dict(file.metadata() or {}), {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        raise WeightsError(f"there is no file {path}: choose another weights file") from None
    except OSError as error:
        raise WeightsError(f"{path} cannot be read: {error.strerror or error}") from None
    except (SafetensorError, ValueError) as error:
        pickled = "is a pickle, which could run code"
        kinds = {b"": "is empty", b"P": pickled, b"\x80": pickled}  # PyTorch's own files are zips of pickles: "PK"
        what = kinds.get(head) or f"is no safetensors file, or a damaged one ({error})"
        advice = "choose a .safetensors file made by FaceDesigner"
        if what == pickled:
            advice += f", or make one of a StyleGAN2 generator: `python -m training import {path.name} --out NEW`"
        raise WeightsError(f"{path.name} {what}; {advice}") from None


def generator_part(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {k.removeprefix("generator."): v.float() for k, v in tensors.items() if k.startswith("generator.")}
