"""Warm starts: from a weights file, from another run, or from a companion: what a run goes on from elsewhere.

A companion (`NAME.training.safetensors`) holds the averaged generator and the discriminator in float16, without the
optimisers' state: a fifth of a checkpoint, and no pickle.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from training.checkpoint import load_checkpoint
from training.errors import WeightsError
from training.gans.base import Growing
from training.weights import read

GENERATOR, DISCRIMINATOR = "generator.", "discriminator."


def warm_start(networks: Mapping[str, nn.Module], source: Path, device: torch.device) -> list[str]:
    """Starts the networks `generator`, `average` and `discriminator` from the tensors of `source` that fit by name and
    shape: a weights file gives the generator's, a companion or a run folder the discriminator's too. Returns sentences
    on how many did. WeightsError or CheckpointError when it is none of these, or holds nothing that fits."""
    if source.is_dir():
        state = load_checkpoint(source / "last.pt", device)
        parts = {name: state[name] for name in networks}
    else:
        _, tensors = read(source)
        drawing = part_of(tensors, GENERATOR)
        parts = {"generator": drawing, "average": drawing, "discriminator": part_of(tensors, DISCRIMINATOR)}
    taken = {name: copy_matching(part, networks[name]) for name, part in parts.items() if part}
    if not taken.get("generator"):
        raise WeightsError(
            f"nothing in {source} fits this generator: start from one of its variant, or leave train.warm_start out"
        )
    whole = {name: len(networks[name].state_dict()) for name in taken}
    return [f"{name}: {count} of {whole[name]} tensors from {source}" for name, count in taken.items()]


def part_of(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value.float() for key, value in tensors.items() if key.startswith(prefix)}


def copy_matching(source: dict[str, Tensor], network: torch.nn.Module) -> int:
    """How many tensors fitted. What is new in a larger network adds nothing at first, and what is wider does what the
    narrower one did."""
    state = network.state_dict()
    grows = isinstance(network, Growing)
    matching = {
        name: theirs if theirs.shape == ours.shape else widened(theirs, ours)
        for name, ours in state.items()
        if (theirs := source.get(name)) is not None
        and (theirs.shape == ours.shape or (grows and is_wider(name, ours, theirs)))
    }
    network.load_state_dict(matching, strict=False)
    if matching and isinstance(network, Growing):
        network.begin_at_nothing(frozenset(state) - frozenset(matching))
    return len(matching)


def is_wider(name: str, ours: Tensor, theirs: Tensor) -> bool:
    """Whether a layer has more channels than another one. Latents of another length are no matter of channels."""
    more = ours.ndim == theirs.ndim and all(a >= b for a, b in zip(ours.shape, theirs.shape, strict=True))
    return more and not name.startswith("mapping.")


def widened(theirs: Tensor, ours: Tensor) -> Tensor:
    """`theirs` within the new tensor `ours`: what it says of new inputs is zero, so that they change nothing yet, and
    new outputs are as they were drawn. Layers divide by the root of how many inputs they have (`training.layers`)."""
    made = ours.clone()
    if ours.ndim == 2 or (ours.ndim == 4 and ours.shape[0] > 1):  # a weight, no bias and not the constant
        outputs = theirs.shape[0]
        made[:outputs] = 0
        theirs = theirs * (ours[0].numel() / theirs[0].numel()) ** 0.5
    made[tuple(slice(size) for size in theirs.shape)] = theirs.to(made)
    return made
