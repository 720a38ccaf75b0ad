"""The variants and their options, asked of `python -m training list` once per version: the modules need torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from facedesigner import __version__
from facedesigner.gui.work.child import Child
from facedesigner.state.files import write_atomically
from training import config as training_config
from training.errors import UserError
from training.options import Field

FOLDERS = tuple(Path(training_config.__file__).with_name(name) for name in ("gans", "tasks"))


@dataclass(frozen=True)
class Variant:
    name: str
    about: str
    options: tuple[Field, ...]


class Variants(QObject):
    """`load` answers from the cache at once, or else when the child has."""

    loaded = Signal(object)  # dict[str, Variant]
    failed = Signal(str)  # why there are none

    def __init__(self, cache: Path, parent: QObject | None = None) -> None:
        """`cache`: a folder that may be lost at any time."""
        super().__init__(parent)
        self._file = cache / f"variants-{stamp()}.json"
        self._child: Child | None = None

    def load(self) -> None:
        try:
            found = parse(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self._ask()
        else:
            self.loaded.emit(found)

    def close(self) -> None:
        if self._child is not None:
            self._child.drop()
            self._child = None

    def _ask(self) -> None:
        self._child = Child("list", "--json", parent=self)
        self._child.line.connect(self._take)
        self._child.ended.connect(self._end)
        self._child.start()

    def _take(self, line: str) -> None:
        try:
            found = parse(line)
        except ValueError:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._file, line.encode())
        except OSError:
            pass  # asked anew next time
        self.loaded.emit(found)

    def _end(self, reason: str) -> None:
        if self._child is not None:
            self._child.deleteLater()
            self._child = None
        if reason:
            self.failed.emit(reason)


def parse(text: str) -> dict[str, Variant]:
    """The answer of `list --json`. UserError when it is none."""
    try:
        return {
            name: Variant(name, about["about"], tuple(field_of(values) for values in about["options"]))
            for name, about in json.loads(text).items()
        }
    except (TypeError, KeyError, AttributeError) as error:
        raise UserError(f"not a list of variants: {error}") from None


def field_of(values: dict[str, object]) -> Field:
    return Field(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})  # type: ignore[arg-type]


def stamp() -> str:
    """Changes with the program's version, and for a developer with each change of a variant."""
    newest = max((path.stat().st_mtime_ns for folder in FOLDERS for path in folder.rglob("*.py")), default=0)
    return f"{__version__}-{newest:x}"
