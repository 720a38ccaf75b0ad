"""A memory on disk, a line of JSON for each thing that happened; a kill or a full disk costs the last line at most."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The lines that were finished, up to the first that makes no sense. OSError when the file cannot be read."""
    lines, _ = intact(path)
    return lines


def intact(path: Path) -> tuple[list[dict[str, Any]], int]:
    """The finished lines, and how many bytes they take."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return [], 0
    lines: list[dict[str, Any]] = []
    length = 0
    for raw in content.split(b"\n")[:-1]:  # what follows the last newline was not finished
        try:
            values = json.loads(raw)
        except ValueError:
            break
        if not isinstance(values, dict):
            break
        lines.append(values)
        length += len(raw) + 1
    return lines, length


class Journal:
    """Appends; what of the file is not intact is cut off first. Each line is on the disk when `add` returns."""

    def __init__(self, path: Path) -> None:
        """OSError when it cannot be opened."""
        _, self._length = intact(path)
        self._file = path.open("ab")
        self._file.truncate(self._length)

    def add(self, values: dict[str, Any]) -> None:
        """OSError when the disk is full; nothing of the line is left then."""
        line = json.dumps(values).encode() + b"\n"
        try:
            self._file.write(line)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError:
            os.ftruncate(self._file.fileno(), self._length)
            raise
        self._length += len(line)

    def close(self) -> None:
        self._file.close()
