"""Makes the faces of a batch in the background, with a model of its own, so that the window stays free."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from facedesigner.state.constraint import Wish
from facedesigner.state.face import FaceState

if TYPE_CHECKING:
    from facedesigner.export.batch_folder import Batch, Searcher
    from facedesigner.gui.work.desk import Job

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


def made(make: Make, weights: Path, wish: Wish, folder: Path, job: Job) -> str:
    """Makes a batch until it is stopped, after the face at hand. Reports a note, each Accepted and the Status; returns
    DONE, STOPPED or NARROW. Errors tell of packages that are not installed, a full disk, what cannot be asked for."""
    from facedesigner.export.batch_folder import run_batch

    search, note = make(weights, wish)
    if note:
        job.report(note)
    shown = 0
    for batch in run_batch(search, wish, folder, job.stopped):
        for entry in batch.entries[shown:]:
            file = folder / entry.file
            job.report(Accepted(entry.face, file, QImage(str(file)), entry.nearest, entry.trained))
        shown = len(batch.entries)
        job.report(Status(shown, batch.tried, why(batch, wish)))
    if shown >= wish.count:
        return DONE
    return STOPPED if job.stopped() else NARROW


def why(batch: Batch, wish: Wish) -> str:
    from facedesigner.engine.batch import REASONS
    from facedesigner.engine.quality import DEFECTS

    missed = {one.name: f"{one} missed" for one in wish.constraints}
    return batch.why({**REASONS, **DEFECTS, **missed})
