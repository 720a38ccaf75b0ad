"""Preparer: `python -m training prepare` in a child process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from facedesigner.gui.work.child import Child
from training.preparing.ledger import NAME, Ledger
from training.preparing.plan import STAGES, Wish


class Preparer(QObject):
    """One model at a time; it goes on while the dialog is closed. What is done lies in the folder, so that it goes on
    after a restart too."""

    changed = Signal()  # `busy`, `states` or `left`
    said = Signal(str)  # what goes on
    ended = Signal(str)  # "" if it came to its end or was stopped, else why it gave up

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._child: Child | None = None
        self.wish: Wish | None = None  # of the newest start
        self.states: dict[str, tuple[str, str]] = {}  # stage -> its state and what is to be said of it
        self.left = 0  # seconds
        self.finished = False

    @property
    def busy(self) -> bool:
        return self._child is not None

    def start(self, wish: Wish) -> None:
        if self._child is not None:
            return
        self.wish, self.finished, self.left = wish, False, 0
        self.look_at(wish.folder)
        words = [str(wish.generator), "--out", str(wish.folder), "--minutes", f"{wish.minutes:g}", "--events"]
        words += ["--data", str(wish.data)] if wish.data else []
        child = self._child = Child("prepare", *words, parent=self)
        child.line.connect(self._take)
        child.ended.connect(self._end)
        child.start()
        self.changed.emit()

    def stop(self) -> None:
        """What is under way is saved; `ended` follows."""
        if self._child is not None:
            self._child.close_input()

    def close(self) -> None:
        """Ends it at once; the next start goes on."""
        if self._child is not None:
            self._child.drop()
            self._child = None
            self.changed.emit()

    def look_at(self, folder: Path) -> None:
        """What is done there already."""
        entries = Ledger(folder).entries
        self.states = {stage.name: ("waiting", "") for stage in STAGES}
        for name, entry in entries.items():
            state = entry.state if entry.state != "running" else "stopped"  # it was killed
            self.states[name] = (state, entry.note)
        self.changed.emit()

    def _take(self, line: str) -> None:
        try:
            event: dict[str, Any] = json.loads(line)
            kind = event["event"]
            if kind == "say":
                self.said.emit(str(event["text"]))
            elif kind == "stage":
                self.states[str(event["name"])] = (str(event["state"]), str(event["note"]))
                self.left = int(event["left"])
                self.said.emit(f"{event['title']}…" if event["state"] == "running" else str(event["note"]))
                self.changed.emit()
            elif kind == "end":
                self.finished = bool(event["finished"])
        except (ValueError, KeyError, TypeError):
            return  # a library's own words

    def _end(self, reason: str) -> None:
        if self._child is not None:
            self._child.deleteLater()
            self._child = None
        self.changed.emit()
        self.ended.emit(reason)


def unfinished(models: Path) -> Wish | None:
    """The wish of the newest folder in which something was begun and not brought to its end."""
    found = []
    for path in models.glob(f"*/{NAME}"):
        ledger = Ledger(path.parent)
        state = ledger.entries["model"].state if "model" in ledger.entries else "waiting"
        if ledger.about and state not in ("done", "kept"):
            found.append((path.stat().st_mtime, path.parent, ledger.about))
    if not found:
        return None
    _, folder, about = max(found, key=lambda one: one[0])
    try:
        data = Path(about["data"]) if about.get("data") else None
        return Wish(Path(about["generator"]), folder, data, float(about.get("minutes", 0)))
    except (KeyError, TypeError, ValueError):
        return None
