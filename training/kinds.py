"""All kinds of things that a run trains, by the name that its config calls `variant`: the generators of
`training.gans`, and what is trained beside them."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import torch

from training.config import RunConfig
from training.gans import load_variant, variants
from training.tasks import TASKS
from training.trainee import Trainee

GANS = "training.gan_trainee"


def kinds() -> tuple[str, ...]:
    """The names of all kinds: the generators first."""
    return (*variants(), *TASKS)


def described(kind: str) -> ModuleType:
    """The module that holds the `Options` of a kind. ValueError for an unknown one."""
    return importlib.import_module(TASKS[kind][0]) if kind in TASKS else load_variant(kind)


def trained(kind: str) -> ModuleType:
    """The module that trains a kind; an unknown one is taken for a generator, which says what is known."""
    return importlib.import_module(TASKS[kind][1] if kind in TASKS else GANS)


def begin(config: RunConfig, device: torch.device, state: dict[str, Any] | None) -> Trainee:
    """The trainee of a run, with its pictures and as it is before its first step. `state`: its checkpoint, if any.

    Raises ValueError and its kinds: an unknown variant, a wrong option, pictures that cannot be used."""
    made: Trainee = trained(config.variant).begin(config, device, state)
    return made
