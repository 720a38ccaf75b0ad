"""A weights file describes itself: safetensors whose metadata hold the variant, its options, the sliders and menus
that it offers and the model card. Nothing is unpickled, so a foreign file cannot run code."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from training.errors import UserError, WeightsError
from training.files import replacing
from training.foreign import stylegan2, stylegan3
from training.gans import create
from training.gans.base import Generator
from training.movements import Movement, pack, unpack
from training.texts import LINE, one_line, printable, quoted

M = TypeVar("M", bound=Movement)
HASH = re.compile("[0-9a-f]{16}")  # what recipes call a model: it becomes part of file names
CARD_LINES = 50
FOREIGN = {"stylegan2": stylegan2.generator, "stylegan3": stylegan3.generator}  # that others train
FORMAT = "facedesigner-1"
COMPANION = "facedesigner-training-1"  # of the file that training goes on from, see `training.warm_start`


@dataclass(frozen=True)
class Weights:
    variant: str
    name: str
    options: dict[str, Any]
    generator: Generator  # float32, evaluation mode, on the CPU
    latent_mean: Tensor  # (D,), where truncation pulls to
    movements: tuple[Movement, ...] = ()  # its sliders and menus
    card: dict[str, str] = field(default_factory=dict)  # data, terms, images, metrics ...
    hash: str = ""  # what recipes call the model: 16 hexadecimal digits, see `save_weights`
    measures: dict[str, tuple[float, float]] = field(default_factory=dict)  # mean and deviation over its own faces
    content: str = ""  # of a file: see `content_of`

    def of(self, kind: type[M]) -> tuple[M, ...]:
        """Its movements of one kind."""
        return tuple(movement for movement in self.movements if isinstance(movement, kind))

    def having(self, kind: type[M], movements: Iterable[M]) -> Weights:
        """The same with these movements in place of its own of that kind."""
        others = (movement for movement in self.movements if not isinstance(movement, kind))
        return replace(self, movements=(*others, *movements))


def save_weights(weights: Weights, path: Path, keep_hash: bool = False) -> None:
    """Writes float16 safetensors (but for the generator's `exact`), atomically. Raises OSError when the folder cannot
    be written.

    A model's hash is that of its file's bytes, so that a recipe gives the same picture wherever it opens. `keep_hash`
    writes down `weights.hash` instead: for a file that adds to another one and changes nothing that recipes use.
    """
    exact = weights.generator.exact
    state = weights.generator.state_dict()
    tensors = {f"generator.{k}": v.contiguous().cpu() if k in exact else compact(v) for k, v in state.items()}
    tensors["latent_mean"] = weights.latent_mean.float().contiguous().cpu()
    described, moving = pack(weights.movements)
    metadata = {
        "format": FORMAT,
        "variant": weights.variant,
        "name": weights.name,
        "options": json.dumps(weights.options),
        "card": json.dumps(weights.card),
        **described,
        **modelspec(weights),
    }
    if weights.measures:
        metadata["measures"] = json.dumps(weights.measures)
    if keep_hash and weights.hash:
        metadata["hash"] = weights.hash
    with replacing(path) as temporary:
        temporary.write_bytes(save(tensors | moving, metadata))


def modelspec(weights: Weights) -> dict[str, str]:
    """What other programs show of a model (Stability AI, SAI Model Spec 1.0.1)."""
    side = weights.generator.resolution
    about = {
        "sai_model_spec": "1.0.1",
        "architecture": f"facedesigner-{weights.variant}",
        "implementation": "facedesigner",
        "title": weights.name,
        "resolution": f"{side}x{side}",
        "description": weights.card.get("data", ""),
        "license": weights.card.get("terms", ""),
    }
    return {f"modelspec.{key}": value for key, value in about.items() if value}


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
        found = quoted(metadata.get("format"))
        raise WeightsError(
            f"{path.name} is a safetensors file but not one of FaceDesigner's (format {found}, "
            f"this program reads {FORMAT!r}); make one with `python -m training export`"
        )
    try:
        name, options = one_line(metadata["name"]), json.loads(metadata["options"])
        generator = built(metadata["variant"], options, generator_part(tensors))
        movements = unpack(metadata, tensors, generator)
        card = {one_line(k): printable(str(v)) for k, v in list(json.loads(metadata["card"]).items())[:CARD_LINES]}
        mean = tensors["latent_mean"].float()
        if mean.shape != generator.latent_shape[1:]:
            raise UserError("the mean latent has another length than the latents")
        measures = {one_line(k): finite(*two) for k, two in json.loads(metadata.get("measures", "{}")).items()}
        stated = metadata.get("hash", "")
        if stated and not HASH.fullmatch(stated):
            raise UserError(f"the hash {quoted(stated)} is not 16 hexadecimal digits")
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError, RecursionError) as error:
        raise WeightsError(f"{path.name} does not fit its own description: {printable(str(error), LINE)}") from None
    if not all(bool(torch.isfinite(t).all()) for t in tensors.values()):
        raise WeightsError(f"{path.name} holds numbers that are not finite: export it again from its run")
    generator.eval().requires_grad_(False)
    digest = stated or hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    content = content_of(metadata, tensors)
    return Weights(metadata["variant"], name, options, generator, mean, movements, card, digest, measures, content)


def built(variant: str, options: dict[str, Any], tensors: dict[str, Tensor]) -> Generator:
    """The generator that a file describes, with its tensors. It is made without memory first, and compared: a small
    file may describe a network of gigabytes. UserError names what does not fit."""
    with torch.device("meta"):
        wanted = {name: tensor.shape for name, tensor in make_generator(variant, options).state_dict().items()}
    given = {name: tensor.shape for name, tensor in tensors.items()}
    if wrong := [name for name in {**wanted, **given} if wanted.get(name) != given.get(name)]:
        raise UserError(f"{', '.join(map(one_line, wrong[:3]))} missing, surplus or of another shape")
    generator = make_generator(variant, options)
    generator.load_state_dict(tensors)
    return generator


def finite(mean: float, deviation: float) -> tuple[float, float]:
    if not (math.isfinite(mean) and math.isfinite(deviation)):
        raise UserError("a measure is not finite")
    return float(mean), float(deviation)


def content_of(metadata: dict[str, str], tensors: dict[str, Tensor]) -> str:
    """What a model draws by, in 64 hexadecimal digits, however many sliders its file has."""
    digest = hashlib.sha256(f"{metadata['variant']}\n{metadata['options']}".encode())
    for name in sorted(tensors):
        if name.startswith("generator.") or name == "latent_mean":
            digest.update(f"\n{name} {tuple(tensors[name].shape)} {tensors[name].dtype}\n".encode())
            digest.update(tensors[name].contiguous().numpy().tobytes())
    return digest.hexdigest()


def make_generator(variant: str, options: dict[str, Any]) -> Generator:
    """An untrained one of a variant, or of a network that can only be brought in. UserError as `create`."""
    if variant in FOREIGN:
        return FOREIGN[variant](options)
    return create(variant, options).generator()


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
            advice += f", or make one of a StyleGAN2 or 3 generator: `python -m training import {path.name} --out NEW`"
        raise WeightsError(f"{path.name} {what}; {advice}") from None


def generator_part(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {k.removeprefix("generator."): v.float() for k, v in tensors.items() if k.startswith("generator.")}
