"""Any generator -> ONNX, for programs without PyTorch: one file from latents to the picture, one from z to latents."""

from __future__ import annotations

import importlib
import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.jit._trace import TracerWarning

from training.export import load_run, offered_directions
from training.files import replacing
from training.gans.base import Generator
from training.sampling import latents_of
from training.weights import load_weights

OPSET = 17


@dataclass(frozen=True)
class Model:
    """What is exported, from a weights file or a run."""

    name: str
    variant: str
    terms: str
    generator: Generator  # evaluation mode, on the CPU
    mean: Tensor  # (D,)


class Synthesis(nn.Module):
    """Latents (N, L, D) -> pictures (N, 3, R, R) in about [-1, 1]."""

    def __init__(self, generator: Generator, noise: Sequence[Tensor]) -> None:
        super().__init__()
        self.generator, self.noise = generator, list(noise)

    def forward(self, latents: Tensor) -> Tensor:
        return self.generator.synthesize(latents, self.noise or None)


class Mapping(nn.Module):
    """z (N, z_dim), psi () and of a conditional generator conditions (N, C) -> truncated latents (N, L, D)."""

    def __init__(self, generator: Generator, mean: Tensor) -> None:
        super().__init__()
        self.generator, self.mean = generator, mean

    def forward(self, z: Tensor, psi: Tensor, conditions: Tensor | None = None) -> Tensor:
        latents = self.generator.map(z, conditions)
        truncated = self.mean + psi * (latents - self.mean)
        kept = latents.shape[2] - self.generator.conditions.dim
        return torch.cat([truncated[:, :, :kept], latents[:, :, kept:]], 2)


def export_onnx(source: Path, out: Path, noise_seed: int = 0) -> tuple[Path, Path]:
    """Writes the generator of a weights file or run folder to `out`, and its mapping network beside it as
    `NAME-mapping.onnx`; the noise of `noise_seed` is part of the first. Returns both paths.

    Raises ImportError without the onnx package, WeightsError, CheckpointError or ValueError when `source` is neither
    weights nor run."""
    onnx = onnx_package()
    model = opened(source)
    generator = model.generator
    rows, columns = generator.latent_shape
    seeded = torch.Generator().manual_seed(noise_seed)
    noise = [torch.randn(1, 1, *shape, generator=seeded) for shape in generator.noise_shapes]
    z = latents_of(0, 2, generator.z_dim)
    inputs = {"z": z, "psi": torch.tensor(1.0)}
    if generator.conditions.dim:
        inputs["conditions"] = generator.draw_conditions(z)
    beside = out.with_name(f"{out.stem}-mapping{out.suffix}")
    out.parent.mkdir(parents=True, exist_ok=True)
    with replacing(out) as synthesis, replacing(beside) as mapping:
        write(Synthesis(generator, noise), {"latents": torch.zeros(2, rows, columns)}, "picture", synthesis)
        write(Mapping(generator, model.mean), inputs, "latents", mapping)
        for path in (synthesis, mapping):
            graph = onnx.load(path)
            onnx.helper.set_model_props(graph, properties(model, noise_seed))
            onnx.checker.check_model(graph)
            onnx.save(graph, path)
    return out, beside


def onnx_package() -> Any:
    try:
        return importlib.import_module("onnx")
    except ImportError:
        raise ImportError("export to ONNX needs the package onnx: python -m pip install 'facedesigner[onnx]'") from None


def opened(source: Path) -> Model:
    if source.is_dir():
        config, generator, _ = load_run(source)
        name = config.name or f"{config.variant}-{generator.resolution}"
        terms = config.data.terms or "not stated: ask whoever trained it before you use it in public"
        return Model(name, config.variant, terms, generator, offered_directions(generator, 1)[0])
    weights = load_weights(source)
    return Model(
        weights.name, weights.variant, weights.card.get("terms", "not stated"), weights.generator, weights.latent_mean
    )


def properties(model: Model, noise_seed: int) -> dict[str, str]:
    """What the files say of themselves."""
    conditions = model.generator.conditions
    return {
        "name": model.name,
        "variant": model.variant,
        "terms": model.terms,
        "noise_seed": str(noise_seed),
        "layer_ranges": json.dumps(model.generator.layer_ranges),
        "conditions": json.dumps({"names": conditions.names, "classes": conditions.classes, "codes": conditions.codes}),
    }


def write(module: nn.Module, inputs: dict[str, Tensor], output: str, path: Path) -> None:
    """The module as an ONNX graph for any number N of faces. By the older exporter, which says of itself that it is:
    the newer one needs another package, and a generator has no branches that it alone would keep."""
    free = {name: {0: "N"} for name, value in inputs.items() if value.ndim} | {output: {0: "N"}}
    with warnings.catch_warnings():
        for kind in (DeprecationWarning, TracerWarning):
            warnings.simplefilter("ignore", kind)
        torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            path,
            input_names=list(inputs),
            output_names=[output],
            dynamic_axes=free,
            opset_version=OPSET,
            dynamo=False,
        )
