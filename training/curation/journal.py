"""The memory of a curation: a line for each picture as soon as it is looked at, so that a killed run loses a few."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from training.curation.contract import JOURNAL, LARGEST, SINGLE, Options
from training.curation.inspector import Finding, Looked
from training.errors import UserError
from training.files import replacing
from training.locking import locked
from training.options import build

VERSION = 2  # raise it when findings change their meaning: all pictures are looked at anew
ONE_FACE = 1  # the version before, of one face a picture, goes on as it was: see `of_one_face`


@dataclass(frozen=True)
class Known:
    """What an earlier run left. `options` and `source` are None when there was none, or none that can be understood."""

    source: str | None = None
    options: Options | None = None
    pictures: tuple[Looked, ...] = ()


def read_journal(out: Path) -> Known:
    """A last line that was half written is left out, as are lines that make no sense."""
    try:
        content = (out / JOURNAL).read_bytes().decode("utf-8", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return Known()
    first, *lines = content.split("\n")
    try:
        header = json.loads(first)
        source = str(header["source"])
        if header["journal"] not in (VERSION, ONE_FACE):
            return Known(source)
        before = header["journal"] == ONE_FACE
        options = build(Options, options_of_one_face(header["options"]) if before else header["options"], JOURNAL)
    except (ValueError, KeyError, TypeError):
        return Known()
    pictures: dict[str, Looked] = {}
    for line in lines[:-1]:  # what follows the last newline is a line that was not finished
        try:
            values = json.loads(line)
            looked = of_one_face(values) if before else looked_of(values)
        except (ValueError, KeyError, TypeError):
            continue
        pictures[looked.name] = looked
    return Known(source, options, tuple(pictures.values()))


def looked_of(values: dict[str, Any]) -> Looked:
    """A line. UserError, KeyError or TypeError where it makes no sense."""
    findings = tuple(Finding(**finding) for finding in values["findings"])
    if not findings:
        raise UserError("nothing was found out")
    return Looked(str(values["name"]), values["size"], values["stamp"], findings)


def of_one_face(values: dict[str, Any]) -> Looked:
    """A line of a journal that took the largest face of a picture."""
    size, stamp = values.pop("size"), values.pop("stamp")
    finding = Finding(**values)
    return Looked(finding.name, size, stamp, (finding,))


def options_of_one_face(values: dict[str, Any]) -> dict[str, Any]:
    """The data set stays as it was made, until it is told `faces` anew."""
    kept = {name: value for name, value in values.items() if name != "several"}
    return {**kept, "faces": SINGLE if values["several"] == "reject" else LARGEST}


class Journal:
    """Appends to OUT/journal.jsonl."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def add(self, looked: Looked) -> None:
        self._file.write(json.dumps(looked.to_json()) + "\n")
        self._file.flush()


@contextmanager
def writing(out: Path, source: str, options: Options, pictures: tuple[Looked, ...]) -> Iterator[Journal]:
    """The journal with what is still true of it, open for more. Raises LockedError when another curation writes it."""
    header: dict[str, Any] = {"journal": VERSION, "source": source, "options": asdict(options)}
    with locked(out, f"another curation is writing to {out}"):
        with replacing(out / JOURNAL) as path, path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(part) + "\n" for part in (header, *(looked.to_json() for looked in pictures)))
        with (out / JOURNAL).open("a", encoding="utf-8") as file:
            yield Journal(file)
