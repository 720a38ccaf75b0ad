"""Frozen dataclasses <-> plain dictionaries, with every mistake named. No torch: the training form uses it too."""

from __future__ import annotations

import dataclasses
import difflib
import json
import re
import types
import typing
from dataclasses import dataclass
from typing import Any, TypeVar

from training.errors import UserError
from training.texts import quoted

T = TypeVar("T")


def option(
    default: Any, help: str, *, low: float | None = None, high: float | None = None, choices: Any = (), unit: str = ""
) -> Any:
    """A dataclass field that carries its meaning, range or choices, for validation, help texts and forms."""
    metadata = {"help": help, "low": low, "high": high, "choices": tuple(choices), "unit": unit}
    if isinstance(default, list | dict):
        return dataclasses.field(default_factory=lambda: default.copy(), metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def build(cls: type[T], values: dict[str, Any], where: str) -> T:
    """Makes `cls` from `values`. UserError names an unknown key (and the nearest known), a wrong type or a value
    out of range; `where` says in the message which table it was in."""
    hints = typing.get_type_hints(cls)
    known = {f.name: f for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
    made = {}
    for key, value in values.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
            raise UserError(f"{where}: unknown key {quoted(key)}; {hint}")
        made[key] = check(value, hints[key], known[key].metadata, f"{where}: {key}")
    return cls(**made)


def check(value: Any, kind: Any, limits: typing.Mapping[str, Any], what: str) -> Any:
    """Returns the value as `kind`; UserError says what is allowed."""
    if dataclasses.is_dataclass(kind):
        if not isinstance(value, dict):
            raise UserError(f"{what} must be a table")
        return build(typing.cast(type, kind), value, f"[{what.split(': ')[-1]}]")
    if typing.get_origin(kind) is tuple:
        if not isinstance(value, list | tuple):
            raise UserError(f"{what} must be a list")
        item = typing.get_args(kind)[0]
        return tuple(check(v, item, {}, what) for v in value)
    if isinstance(kind, types.UnionType):  # only `X | None` is used
        return None if value is None else check(value, typing.get_args(kind)[0], limits, what)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if isinstance(kind, type) and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
        raise UserError(f"{what} must be {kind.__name__}, not {quoted(value)}")
    low, high, choices = limits.get("low"), limits.get("high"), limits.get("choices") or ()
    if choices and value not in choices:
        raise UserError(f"{what} is {quoted(value)}; choose one of {', '.join(map(str, choices))}")
    if (low is not None and not value >= low) or (high is not None and not value <= high):
        raise UserError(f"{what} is {value}; choose {allowed(low, high)}")
    return value


def allowed(low: float | None, high: float | None) -> str:
    """The range in words."""
    if high is None:
        return f"{low} or more"
    return f"{high} or less" if low is None else f"{low} to {high}"


@dataclass(frozen=True)
class Field:
    """A dataclass field as a form needs it: plain data, so that it can come from another process as JSON."""

    name: str
    kind: str  # "int", "float", "bool", "str", or "list" of texts, or "dict"
    default: Any
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[Any, ...] = ()
    unit: str = ""
    optional: bool = False  # may be None, which an empty text stands for
    item: str = "str"  # kind of a list's items

    def parse(self, text: str) -> Any:
        """What the text says, as the field's kind. UserError says what is allowed."""
        text = text.strip()
        if self.optional and not text:
            return None
        if self.kind == "list":
            return tuple(self._scalar(part.strip(), self.item) for part in text.split(",") if part.strip())
        return check(self._scalar(text, self.kind), KINDS[self.kind], dataclasses.asdict(self), self.name)

    def text(self, value: Any) -> str:
        """The value as `parse` reads it."""
        if value is None:
            return ""
        if self.kind == "list":
            return ", ".join(map(str, value))
        if isinstance(value, int):
            return f"{value:,}"
        return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)

    def _scalar(self, text: str, kind: str) -> Any:
        if kind == "str":
            return text
        if kind == "bool":
            return text.lower() == "true"
        try:
            return KINDS[kind](text.replace(",", "") if THOUSANDS.fullmatch(text) else text)
        except ValueError:
            what = "a whole number" if kind == "int" else "a number"
            raise UserError(f"{self.name} must be {what}" + (f", not {quoted(text)}" if text else "")) from None


THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")
KINDS: dict[str, type[Any]] = {"int": int, "float": float, "bool": bool, "str": str, "dict": dict}


def fields_of(cls: type[Any]) -> tuple[Field, ...]:
    """The options of a dataclass, without those that are dataclasses themselves or that the data decide."""
    hints = typing.get_type_hints(cls)
    fields = (f for f in dataclasses.fields(cls) if not f.metadata.get("from_data"))
    return tuple(field_of(f, hints[f.name]) for f in fields if not dataclasses.is_dataclass(hints[f.name]))


def field_of(field: dataclasses.Field[Any], kind: Any) -> Field:
    default = field.default
    if field.default_factory is not dataclasses.MISSING:
        default = field.default_factory()
    optional = isinstance(kind, types.UnionType)
    if optional:
        kind = typing.get_args(kind)[0]
    origin = typing.get_origin(kind)
    item = typing.get_args(kind)[0].__name__ if origin in (tuple, list) else "str"
    name = "list" if origin in (tuple, list) else (origin or kind).__name__
    known = {k: v for k, v in field.metadata.items() if k in ("help", "low", "high", "choices", "unit")}
    return Field(field.name, name, default, **{"help": "", **known}, optional=optional, item=item)


def to_toml(values: dict[str, Any]) -> str:
    """Tables of scalars and lists as TOML: on these, JSON's notation of a value is TOML's too. None is left out."""
    scalars = {k: v for k, v in values.items() if not isinstance(v, dict) and v is not None}
    lines = [f"{key} = {json.dumps(value)}" for key, value in scalars.items()]
    for name, table in values.items():
        if isinstance(table, dict):
            lines += ["", f"[{name}]", to_toml(table).rstrip()]
    return "\n".join(lines).lstrip() + "\n"
