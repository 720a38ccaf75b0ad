"""Frozen dataclasses <-> plain dictionaries, with every mistake named. No torch: the training form uses it too."""

from __future__ import annotations

import dataclasses
import difflib
import json
import types
import typing
from typing import Any, TypeVar

T = TypeVar("T")


def option(default: Any, help: str, *, low: float | None = None, high: float | None = None, choices: Any = ()) -> Any:
    """A dataclass field that carries its meaning, range or choices, for validation, help texts and forms."""
    metadata = {"help": help, "low": low, "high": high, "choices": tuple(choices)}
    if isinstance(default, list | dict):
        return dataclasses.field(default_factory=lambda: default.copy(), metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def build(cls: type[T], values: dict[str, Any], where: str) -> T:
    """Makes `cls` from `values`. ValueError names an unknown key (and the nearest known), a wrong type or a value
    out of range; `where` says in the message which table it was in."""
    hints = typing.get_type_hints(cls)
    known = {f.name: f for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
    made = {}
    for key, value in values.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
            raise ValueError(f"{where}: unknown key {key!r}; {hint}")
        made[key] = check(value, hints[key], known[key].metadata, f"{where}: {key}")
    return cls(**made)


def check(value: Any, kind: Any, limits: typing.Mapping[str, Any], what: str) -> Any:
    """Returns the value as `kind`; ValueError says what is allowed."""
    if dataclasses.is_dataclass(kind):
        if not isinstance(value, dict):
            raise ValueError(f"{what} must be a table")
        return build(typing.cast(type, kind), value, f"[{what.split(': ')[-1]}]")
    if typing.get_origin(kind) is tuple:
        if not isinstance(value, list | tuple):
            raise ValueError(f"{what} must be a list")
        item = typing.get_args(kind)[0]
        return tuple(check(v, item, {}, what) for v in value)
    if isinstance(kind, types.UnionType):  # only `X | None` is used
        return None if value is None else check(value, typing.get_args(kind)[0], limits, what)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if isinstance(kind, type) and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
        raise ValueError(f"{what} must be {kind.__name__}, not {value!r}")
    low, high, choices = limits.get("low"), limits.get("high"), limits.get("choices") or ()
    if choices and value not in choices:
        raise ValueError(f"{what} is {value!r}; choose one of {', '.join(map(str, choices))}")
    if (low is not None and not value >= low) or (high is not None and not value <= high):
        raise ValueError(f"{what} is {value}; choose {low if low is not None else '-inf'} to {high or 'more'}")
    return value


def to_toml(values: dict[str, Any]) -> str:
    """Tables of scalars and lists as TOML: on these, JSON's notation of a value is TOML's too. None is left out."""
    scalars = {k: v for k, v in values.items() if not isinstance(v, dict) and v is not None}
    lines = [f"{key} = {json.dumps(value)}" for key, value in scalars.items()]
    for name, table in values.items():
        if isinstance(table, dict):
            lines += ["", f"[{name}]", to_toml(table).rstrip()]
    return "\n".join(lines).lstrip() + "\n"
