"""A process that saves without pause, on a slow disk, to be killed. Run as a program, it is asked `KIND FOLDER FIRST`
on standard input, and forks one that saves FIRST, FIRST + 1 and so on, and tells its process number once it has saved
FIRST. What they import is imported once."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from functools import cache
from itertools import count
from pathlib import Path

import numpy as np

from facedesigner.export.certificate import certificate_paths, save_certificate
from facedesigner.export.png import save_png
from facedesigner.state import favourites, kept, project
from facedesigner.state.face import FaceState
from facedesigner.state.project import Project
from tests.unit.export import test_batch_folder as batches
from training.locking import Lock

MODEL = "0123456789abcdef"
VALUES = "values"  # of a certificate
PIECES, PAUSE = 8, 0.0002  # of a file, and seconds after each
LENGTH = 20_000  # letters of the notes: several blocks of a disk


def faces(number: int) -> tuple[FaceState, ...]:
    """Nine that are told apart, all of this number."""
    return tuple(FaceState(MODEL, seed=number, noise_seed=place) for place in range(9))


def save_project(folder: Path, number: int) -> None:
    notes = f"{number} " * (LENGTH // len(f"{number} "))
    project.save(Project(faces(number)[0], faces(number), notes), folder / "a.face")


@cache
def session_lock(folder: Path) -> Lock:
    lock = Lock(folder / "a.lock", "another window keeps it")
    lock.take()
    return lock


def save_session(folder: Path, number: int) -> None:
    session_lock(folder)
    save_project(folder, number)


def save_library(folder: Path, number: int) -> None:
    with kept.changing(folder / "a.json"):
        favourites.save(dict.fromkeys(faces(number), "a note"), folder / "a.json", MODEL)


def save_picture(folder: Path, number: int) -> None:
    pixels = np.full((96, 96, 3), number % 256, np.uint8)
    save_png(pixels, folder / "a.png", faces(number)[0], "tiny", overwrite=True)


def save_proof(folder: Path, number: int) -> None:
    pixels = np.full((16, 16, 3), number % 256, np.uint8)
    pdf = folder / "a.pdf"
    values = json.loads((folder / VALUES).read_text())
    save_certificate(values, pixels, certificate_paths(pdf, pdf), overwrite=True)


def save_batch(folder: Path, number: int) -> None:
    batches.run(folder / f"{number:06d}")


SAVERS: dict[str, Callable[[Path, int], None]] = {
    "project": save_project,
    "session": save_session,
    "library": save_library,
    "picture": save_picture,
    "proof": save_proof,
    "batch": save_batch,
}


def slowly(path: Path, data: bytes) -> int:
    """`Path.write_bytes` on a slow disk."""
    with path.open("wb") as file:
        for start in range(0, len(data), len(data) // PIECES + 1):
            file.write(data[start : start + len(data) // PIECES + 1])
            file.flush()
            time.sleep(PAUSE)
    return len(data)


def main() -> None:
    Path.write_bytes = slowly  # type: ignore[method-assign,assignment]
    for line in sys.stdin:
        kind, folder, first = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            for number in count(int(first)):
                SAVERS[kind](Path(folder), number)
                if number == int(first):
                    print(os.getpid(), flush=True)
        os.waitpid(child, 0)
        print("gone", flush=True)


if __name__ == "__main__":
    main()
