"""From a generator that others trained to a weights file of ours."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from training.export import offered_directions
from training.foreign import pickles
from training.foreign.layouts import recognise
from training.foreign.pickles import ForeignError
from training.foreign.taking import Found
from training.gans.base import Generator
from training.weights import Weights, make_generator, save_weights


def import_weights(
    source: Path,
    out: Path,
    *,
    name: str = "",
    data: str = "",
    terms: str = "",
    directions: int = 12,
    chosen: int | None = None,
) -> Weights:
    """Reads a StyleGAN2 generator in rosinality's (.pt) or NVIDIA's (.pkl) layout, or NVIDIA's StyleGAN3, without
    running what is in the file, and writes it to `out` with its principal directions, atomically. The file's own noise
    pictures are left out: noise comes from a seed here. Of a generator that is told labels it takes the class `chosen`,
    counted from 0.

    Raises ForeignError naming what is wrong with the file, OSError when `out` cannot be written."""
    content = pickles.read(source)
    try:
        found = recognise(content, chosen)
        generator = built(found)
    except ForeignError as error:
        raise ForeignError(f"{source.name} {error}") from None
    except (AttributeError, TypeError, IndexError, ValueError, ArithmeticError, RuntimeError) as error:
        raise ForeignError(f"{source.name} claims a network that it is not: {error}") from None
    mean, axes = offered_directions(generator, directions)
    part = {"class": f"{chosen} of 0 to {found.classes - 1}"} if found.classes else {}
    card = {
        "brought in from": f"{source.name}, in the layout of {found.layout}",
        **part,
        "resolution": f"{generator.resolution} x {generator.resolution} pixels",
        "parameters": f"{sum(p.numel() for p in generator.parameters()):,}",
        "data": data or "not stated: ask whoever trained it",
        "terms": terms or "not stated: ask whoever trained it before you use it in public",
        "metrics": "not measured",
    }
    options = dataclasses.asdict(found.options)
    latent_mean = mean if found.mean is None else found.mean
    name = name or (f"{source.stem}, class {chosen}" if found.classes else source.stem)
    weights = Weights(found.variant, name, options, generator, latent_mean, axes, card)
    out.parent.mkdir(parents=True, exist_ok=True)
    save_weights(weights, out)
    return weights


def built(found: Found) -> Generator:
    generator = make_generator(found.variant, dataclasses.asdict(found.options))
    generator.load_state_dict(found.state)
    return generator.eval().requires_grad_(False)
