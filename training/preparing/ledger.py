"""Ledger: what `prepare` has done in a folder, and from what; so it goes on where it was stopped."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from training.files import replacing
from training.preparing.work import Yield, hash_of
from training.texts import printable

NAME = "prepare.json"
VERSION = 1


@dataclass
class Entry:
    """Of one stage. Paths are relative to the folder."""

    state: str  # of `plan.STATES`
    key: str = ""  # of what it was made from
    seconds: float = 0.0
    faces: int = 0
    note: str = ""
    files: dict[str, str] = field(default_factory=dict)  # path -> hash
    model: str = ""
    pictures: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


class Ledger:
    def __init__(self, folder: Path) -> None:
        """What is damaged is forgotten: its stages are done again."""
        self.folder = folder
        self.about: dict[str, Any] = {}  # generator, data, name: as they were asked for last
        self.entries: dict[str, Entry] = {}
        try:
            found = json.loads((folder / NAME).read_text(encoding="utf-8"))
            if found["version"] == VERSION:
                self.about = dict(found["about"])
                self.entries = {str(name): Entry(**entry) for name, entry in found["stages"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self.about, self.entries = {}, {}

    def fits(self, name: str, key: str) -> bool:
        """Whether a stage was done from the same, and all that it made is there as it was."""
        entry = self.entries.get(name)
        if entry is None or entry.state not in ("done", "kept") or entry.key != key:
            return False
        try:
            return all(hash_of(self.folder / path) == wanted for path, wanted in entry.files.items())
        except OSError:
            return False

    def done(self, name: str, key: str, made: Yield, seconds: float) -> None:
        entry = Entry("done", key, round(seconds, 1), made.faces, made.note, facts=made.facts)
        entry.files = {self.relative(path): hash_of(path) for path in made.files}
        entry.model = self.relative(made.model) if made.model else ""
        entry.pictures = [self.relative(path) for path in made.pictures]
        self.put(name, entry)

    def put(self, name: str, entry: Entry) -> None:
        self.entries[name] = entry
        self.save()

    def model_after(self, names: list[str]) -> Path | None:
        """The model that the last of these stages yields that is done."""
        made = [self.entries[n].model for n in names if n in self.entries and self.entries[n].state in ("done", "kept")]
        return next((self.folder / path for path in reversed(made) if path), None)

    @property
    def facts(self) -> dict[str, dict[str, Any]]:
        return {name: entry.facts for name, entry in self.entries.items()}

    def save(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        stages = {name: {**asdict(entry), "note": printable(entry.note)} for name, entry in self.entries.items()}
        with replacing(self.folder / NAME) as temporary:
            text = json.dumps({"version": VERSION, "about": self.about, "stages": stages}, indent=1)
            temporary.write_text(text, encoding="utf-8")

    def relative(self, path: Path) -> str:
        return path.resolve().relative_to(self.folder.resolve()).as_posix()
