"""The variants. One file each: `gans/NAME.py` defines `Model(Gan)`, and NAME is its name everywhere."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Any

from training.errors import UserError
from training.gans.base import Gan, Generator, Loss
from training.options import build

__all__ = ["Gan", "Generator", "Loss", "create", "load_variant", "variants"]


def variants() -> tuple[str, ...]:
    """The names of all variants, sorted."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in names if name != "base"))


def load_variant(variant: str) -> ModuleType:
    """The variant's module, with its `Model` and `Options`. Raises UserError naming the known ones."""
    if variant not in variants():
        raise UserError(f"there is no variant {variant!r}; choose one of {', '.join(variants())}")
    return importlib.import_module(f"{__name__}.{variant}")


def create(variant: str, options: dict[str, Any]) -> Gan:
    """A variant with its options by name; UserError on an unknown variant, option or value."""
    module = load_variant(variant)
    gan: Gan = module.Model(build(module.Options, options, f"[options] of {variant}"))
    return gan
