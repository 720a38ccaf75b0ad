"""The memory of a curation: a line for each picture as soon as it is looked at, so that a killed run loses a few."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from training.curation.contract import JOURNAL, Options
from training.curation.inspector import Finding
from training.files import replacing
from training.options import build
from training.pictures import DataError

VERSION = 1  # raise it when findings change their meaning: all pictures are looked at anew

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Known:
    """What an earlier run left. `options` and `source` are None when there was none, or none that can be understood."""

    source: str | None = None
    options: Options | None = None
    findings: tuple[Finding, ...] = ()


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
        if header["journal"] != VERSION:
            return Known(source)
        options = build(Options, header["options"], JOURNAL)
    except (ValueError, KeyError, TypeError):
        return Known()
    findings: dict[str, Finding] = {}
    for line in lines[:-1]:  # what follows the last newline is a line that was not finished
        try:
            finding = Finding(**json.loads(line))
        except (ValueError, TypeError):
            continue
        findings[finding.name] = finding
    return Known(source, options, tuple(findings.values()))


class Journal:
    """Appends to OUT/journal.jsonl."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def add(self, finding: Finding) -> None:
        self._file.write(json.dumps(finding.to_json()) + "\n")
        self._file.flush()


@contextmanager
def writing(out: Path, source: str, options: Options, findings: tuple[Finding, ...]) -> Iterator[Journal]:
    """The journal with what is still true of it, open for more. Raises DataError when another curation writes it."""
    header: dict[str, Any] = {"journal": VERSION, "source": source, "options": asdict(options)}
    with locked(out):
        with replacing(out / JOURNAL) as path, path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(part) + "\n" for part in (header, *(f.to_json() for f in findings)))
        with (out / JOURNAL).open("a", encoding="utf-8") as file:
            yield Journal(file)


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """One curation a folder, where the system can tell; the lock goes with the process, however it ends."""
    with (out / ".lock").open("w") as file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DataError(f"another curation is writing to {out}: wait for it, or stop it") from None
            except OSError:  # a file system without locks
                pass
        yield
