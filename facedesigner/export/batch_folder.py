"""A folder of many different faces: PNG files, a journal, and at the end a CSV and a contact sheet.

The journal decides: a face is there when its line is. Its PNG is written before the line, so a kill between the two
leaves a file that the next run writes again, never a gap, and never the same face twice.
"""

from __future__ import annotations

import base64
import csv
import io
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw

from facedesigner.contract.request import Image, ModelInfo
from facedesigner.export.png import save_png
from facedesigner.export.writing import ExportError, explained
from facedesigner.state.constraint import Wish
from facedesigner.state.face import FaceState
from facedesigner.state.files import write_atomically
from facedesigner.state.journal import Journal, read_lines
from facedesigner.state.recipe import RecipeError, from_dict, to_dict
from training.locking import NAME as LOCK
from training.locking import Lock

VERSION = 1
JOURNAL, TABLE, CONTACTS = "batch.jsonl", "batch.csv", "contact-sheet.png"
THUMBNAIL, GAP, CAPTION = 128, 6, 14  # pixels of the contact sheet


class Tried(Protocol):
    """What `engine.batch.Try` says."""

    @property
    def face(self) -> FaceState: ...
    @property
    def refused(self) -> str: ...
    @property
    def picture(self) -> Image | None: ...
    @property
    def measures(self) -> dict[str, float]: ...
    @property
    def embedding(self) -> np.ndarray | None: ...
    @property
    def nearest(self) -> float | None: ...
    @property
    def trained(self) -> float | None: ...


class Searcher(Protocol):
    """What `engine.batch.Search` does."""

    @property
    def info(self) -> ModelInfo: ...
    @property
    def compared(self) -> int: ...
    def accept(self, embedding: np.ndarray) -> None: ...
    def draw(self, face: FaceState) -> Image: ...
    def try_face(self, number: int) -> Tried: ...


@dataclass(frozen=True, eq=False)
class Entry:
    """A face of the batch."""

    file: str
    face: FaceState
    measures: Mapping[str, float]
    embedding: np.ndarray  # (128,) float32
    nearest: float | None  # distance to the nearest face of the batch before it
    trained: float | None  # to the nearest of the training data

    def to_json(self, number: int) -> dict[str, Any]:
        packed = base64.b64encode(self.embedding.astype("<f4").tobytes()).decode()
        return {
            "try": number,
            "file": self.file,
            "recipe": to_dict(self.face),
            "measures": dict(self.measures),
            "nearest": self.nearest,
            "trained": self.trained,
            "embedding": packed,
        }

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> Entry:
        """KeyError, TypeError or ValueError (RecipeError) when it is damaged."""
        packed = np.frombuffer(base64.b64decode(line["embedding"]), "<f4")
        face = from_dict(line["recipe"])
        return cls(str(line["file"]), face, dict(line["measures"]), packed, line["nearest"], line["trained"])


@dataclass(eq=False)
class Batch:
    """How far a batch is."""

    entries: list[Entry] = field(default_factory=list)
    tried: int = 0
    refused: Counter[str] = field(default_factory=Counter)  # by reason
    in_a_row: int = 0  # refused since the last accepted one
    distances: list[float] = field(default_factory=list)  # of what was compared, to its nearest face

    @property
    def rate(self) -> float:
        """Share of the tries that were accepted."""
        return len(self.entries) / self.tried if self.tried else 0.0

    def why(self, words: Mapping[str, str]) -> str:
        """`age=60..80 missed 212, too like another face of the batch 31`, the most frequent first; then how far apart
        faces are, where that was measured."""
        told = ", ".join(f"{words.get(reason, reason)} {count:,}" for reason, count in self.refused.most_common())
        if not told or not self.distances:
            return told
        return f"{told}; half of the faces are nearer than {statistics.median(self.distances):.2f} to another one"


def run_batch(search: Searcher, wish: Wish, folder: Path, stop: Callable[[], bool] = lambda: False) -> Iterator[Batch]:
    """Makes the batch, or goes on with the one in the folder. Yields how far it is, the same object each time: once at
    the start and after each try. Ends when the faces are there, when `wish.patience` tries in a row were refused, or
    when `stop` says so; the table and the contact sheet are written then.

    LockedError: another process is at it. ExportError: the folder belongs to another batch or to other files, or
    cannot be written to; what was accepted stays.
    """
    with explained(folder / JOURNAL):
        folder.mkdir(parents=True, exist_ok=True)
        lock = Lock(folder / LOCK, f"another batch is writing to {folder}")
        lock.take()
    try:
        yield from _run(search, wish, folder, stop)
    finally:
        lock.give_back()


def _run(search: Searcher, wish: Wish, folder: Path, stop: Callable[[], bool]) -> Iterator[Batch]:
    path = folder / JOURNAL
    with explained(path):
        lines = read_lines(path)
    header = {"batch": VERSION, "model": search.info.hash, "training_faces": search.compared, **wish.same_search()}
    check_folder(folder, lines, header)
    batch = restored(search, folder, lines[1:])
    with explained(path):
        journal = Journal(path)
    try:
        if not lines:
            with explained(path):
                journal.add(header)
        batch.in_a_row = 0  # whoever starts it again wants it to try again
        yield batch
        while len(batch.entries) < wish.count and batch.in_a_row < wish.patience and not stop():
            take(search, folder, journal, batch)
            yield batch
    finally:
        journal.close()
    write_reports(folder, batch.entries)


def take(search: Searcher, folder: Path, journal: Journal, batch: Batch) -> None:
    """One try. Nothing of it counts unless its line is written."""
    number = batch.tried
    tried = search.try_face(number)
    if tried.refused:
        with explained(folder / JOURNAL):
            journal.add({"try": number, "refused": tried.refused, "nearest": tried.nearest, "trained": tried.trained})
        batch.refused[tried.refused] += 1
        batch.in_a_row += 1
    else:
        assert tried.picture is not None and tried.embedding is not None
        name = f"face{len(batch.entries) + 1:04d}.png"
        entry = Entry(name, tried.face, tried.measures, tried.embedding, tried.nearest, tried.trained)
        save_png(tried.picture, folder / name, tried.face, search.info.name, overwrite=True)
        with explained(folder / JOURNAL):
            journal.add(entry.to_json(number))
        search.accept(entry.embedding)
        batch.entries.append(entry)
        batch.in_a_row = 0
    batch.tried = number + 1
    batch.distances += closest(tried.nearest, tried.trained)


def closest(nearest: float | None, trained: float | None) -> list[float]:
    """The smaller one, if any was measured."""
    known = [value for value in (nearest, trained) if value is not None]
    return [min(known)] if known else []


def check_folder(folder: Path, lines: list[dict[str, Any]], header: Mapping[str, Any]) -> None:
    """ExportError unless the folder is free, or holds a batch of this very search."""
    if not lines:
        if any(folder.glob("face*.png")):
            raise ExportError(f"{folder} holds pictures of something else: choose an empty folder")
        return
    other = [key for key, value in header.items() if lines[0].get(key) != value]
    if other:
        raise ExportError(
            f"{folder} holds a batch that was made otherwise ({', '.join(other)}): choose another folder, or ask for "
            "the same again to go on"
        )


def restored(search: Searcher, folder: Path, lines: list[dict[str, Any]]) -> Batch:
    """The batch of a journal. A picture that is missing is drawn again."""
    batch = Batch()
    for line in lines:
        try:
            if line["try"] != batch.tried:
                raise ValueError("a line is missing")
            if "refused" in line:
                batch.refused[str(line["refused"])] += 1
            else:
                entry = Entry.from_json(line)
                if not (folder / entry.file).exists():
                    save_png(search.draw(entry.face), folder / entry.file, entry.face, search.info.name)
                search.accept(entry.embedding)
                batch.entries.append(entry)
            batch.distances += closest(line["nearest"], line["trained"])
        except (KeyError, TypeError, ValueError, RecipeError) as error:
            raise ExportError(
                f"{folder / JOURNAL} is damaged ({error}): choose another folder, or delete it to begin anew"
            ) from None
        batch.tried += 1
    return batch


def write_reports(folder: Path, entries: list[Entry]) -> None:
    """ExportError when the disk is full."""
    for name, content in ((TABLE, table(entries).encode()), (CONTACTS, contacts(folder, entries))):
        with explained(folder / name):
            write_atomically(folder / name, content)


def table(entries: list[Entry]) -> str:
    """CSV: a face a row."""
    measured = sorted({name for entry in entries for name in entry.measures})
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["file", "seed", "psi", "controls", "nearest_face", "nearest_training_face", *measured])
    for entry in entries:
        face = entry.face
        controls = " ".join(f"{name}={value:g}" for name, value in face.controls)
        near = ["" if value is None else f"{value:.4f}" for value in (entry.nearest, entry.trained)]
        values = [f"{entry.measures[name]:.4f}" if name in entry.measures else "" for name in measured]
        rows.writerow([entry.file, face.seed, face.psi, controls, *near, *values])
    return out.getvalue()


def contacts(folder: Path, entries: list[Entry]) -> bytes:
    """PNG: all faces with the numbers of their files."""
    columns = max(1, min(20, round((len(entries) * 1.5) ** 0.5)))
    rows = max(1, -(-len(entries) // columns))
    step, down = THUMBNAIL + GAP, THUMBNAIL + CAPTION + GAP
    sheet = Pillow.new("RGB", (columns * step + GAP, rows * down + GAP), "white")
    pen = ImageDraw.Draw(sheet)
    for number, entry in enumerate(entries):
        x, y = GAP + number % columns * step, GAP + number // columns * down
        with Pillow.open(folder / entry.file) as picture:
            small = picture.convert("RGB").resize((THUMBNAIL, THUMBNAIL), Pillow.Resampling.LANCZOS)
        sheet.paste(small, (x, y))
        pen.text((x + 2, y + THUMBNAIL + 1), entry.file.removesuffix(".png"), fill="black")
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    return buffer.getvalue()
