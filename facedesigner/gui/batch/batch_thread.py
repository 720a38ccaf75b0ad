"""BatchThread: makes the faces of a batch in the background, with a model of its own, so that the window stays free."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtGui import QImage

from facedesigner.state.constraint import Wish
from facedesigner.state.face import FaceState

if TYPE_CHECKING:
    from facedesigner.export.batch_folder import Batch, Searcher

DONE, STOPPED, NARROW = "done", "stopped", "narrow"


@dataclass(frozen=True)
class Status:
    """How far a batch is."""

    accepted: int
    tried: int
    refused: str  # reasons and how often, the most frequent first


@dataclass(frozen=True, eq=False)
class Accepted:
    face: FaceState
    file: Path
    picture: QImage
    nearest: float | None  # distance to the nearest face of the batch
    trained: float | None  # to the nearest of the training data


Make = Callable[[Path, Wish], "tuple[Searcher, str]"]  # weights, wish -> what searches, and a note for the user


def make_search(weights: Path, wish: Wish) -> tuple[Searcher, str]:
    """Some seconds. Errors say what to install or what cannot be asked for."""
    from facedesigner.engine.batch import Search, ranges, ready_tools
    from facedesigner.engine.face_engine import FaceEngine

    engine = FaceEngine("cpu")
    engine.load(weights)
    ranges(engine.info, wish.constraints)
    tools = ready_tools(engine.info)
    return Search(engine, wish, tools), tools.note


class BatchThread(QThread):
    """One batch. Ends with `ended`, or with `failed`."""

    noted = Signal(str)
    accepted = Signal(object)  # Accepted
    progress = Signal(object)  # Status
    ended = Signal(str)  # DONE, STOPPED or NARROW
    failed = Signal(str)

    def __init__(self, weights: Path, wish: Wish, folder: Path, make: Make, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._weights, self._wish, self._folder, self._make = weights, wish, folder, make
        self._stop = threading.Event()

    def stop(self) -> None:
        """After the face at hand; what was accepted is on the disk."""
        self._stop.set()

    def close(self) -> None:
        self._stop.set()
        self.wait()

    def run(self) -> None:
        try:
            reason = self._run()
        except Exception as error:  # packages that are not installed, a full disk, a wish that cannot be asked for
            self.failed.emit(str(error) or type(error).__name__)
        else:
            self.ended.emit(reason)

    def _run(self) -> str:
        from facedesigner.export.batch_folder import run_batch

        search, note = self._make(self._weights, self._wish)
        if note:
            self.noted.emit(note)
        shown = 0
        for batch in run_batch(search, self._wish, self._folder, self._stop.is_set):
            for entry in batch.entries[shown:]:
                file = self._folder / entry.file
                picture = QImage(str(file))
                self.accepted.emit(Accepted(entry.face, file, picture, entry.nearest, entry.trained))
            shown = len(batch.entries)
            self.progress.emit(Status(shown, batch.tried, self._why(batch)))
        if shown >= self._wish.count:
            return DONE
        return STOPPED if self._stop.is_set() else NARROW

    def _why(self, batch: Batch) -> str:
        from facedesigner.engine.batch import REASONS
        from facedesigner.engine.quality import DEFECTS

        missed = {one.name: f"{one} missed" for one in self._wish.constraints}
        return batch.why({**REASONS, **DEFECTS, **missed})
