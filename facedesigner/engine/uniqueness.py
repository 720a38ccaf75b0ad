"""Is there a face like this one already? Searched in a model's training data, a gallery, folders of photos.

    library = training_library(engine.info, [resource("weights")])
    finding = compare(identity.both_ways(picture), [library], library.calibration)

Needs the packages of `facedesigner[faces]`, which are imported when an `Identity` is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import numpy as np

from facedesigner.contract.request import ModelInfo
from facedesigner.engine.photo import PhotoError, new_detector, open_photo
from facedesigner.state.uniqueness import Calibration, Compared, Finding, Neighbour, nearest
from training.endings import PICTURES
from training.errors import UserError
from training.networks.embeddings import SUFFIX, Embeddings, EmbeddingsError, load_embeddings, save_embeddings
from training.networks.identity import NUMBERS, Identity

NEIGHBOURS = 5
TRAINING, GALLERY = "training data", "your gallery"
MIRRORED = 0.02  # by how much nearer a mirror image must be to be said so
SIDE = 256  # pixels of the aligned faces of photos
SAVE_EVERY = 50  # photos


class UniquenessError(UserError):
    """The comparison cannot be made; the message says why and what to do."""


@dataclass(frozen=True, eq=False)
class Library:
    """Faces to compare with."""

    group: str  # what they are, in words
    embeddings: Embeddings
    calibration: Calibration | None = None
    notes: tuple[str, ...] = ()  # sentences on what was left out

    @property
    def compared(self) -> Compared:
        return Compared(self.group, len(self.embeddings), self.digest)

    @cached_property
    def digest(self) -> str:
        return self.embeddings.digest

    @cached_property
    def values(self) -> np.ndarray:
        """(N, 128) float32"""
        return self.embeddings.values.astype(np.float32)

    @cached_property
    def squares(self) -> np.ndarray:
        """(N, 1): squared lengths of the values."""
        lengths: np.ndarray = np.square(self.values).sum(1, keepdims=True)
        return lengths


def new_identity() -> Identity:
    """UniquenessError that says what to install."""
    try:
        return Identity()
    except ImportError as error:
        raise UniquenessError(str(error)) from None


def training_library(info: ModelInfo, folders: Sequence[Path] = ()) -> Library:
    """The embeddings of a model's training data: MODEL.embeddings.safetensors beside it, or those in one of the folders
    that are of a model of this name and data. UniquenessError says how to make them, or what is wrong with the file."""
    command = f"`python -m training embeddings RUN --out {info.path.stem}{SUFFIX}`"
    beside = info.path.with_name(info.path.stem + SUFFIX)
    path = beside if beside.exists() else elsewhere(info, folders)
    if path is None:
        raise UniquenessError(
            f"there are no embeddings of the faces that {info.name} was trained on, so nothing can be said about them: "
            f"make {beside.name} beside the model with {command}"
        )
    try:
        found = load_embeddings(path)
        calibration = Calibration.of(found.calibration)
    except ValueError as error:
        raise UniquenessError(f"{path.name} cannot be used: {error}; make it again with {command}") from None
    if found.about.get("model") != info.name:
        raise UniquenessError(
            f"{path.name} belongs to the model {found.about.get('model')}, the loaded one is {info.name}: make it with "
            f"{command}"
        )
    return Library(f"{TRAINING} of {info.name}", found, calibration)


def elsewhere(info: ModelInfo, folders: Sequence[Path]) -> Path | None:
    """Embeddings of a model of this name whose card names the same collections of pictures: for a copy of a model that
    comes along, with further sliders or trained anew."""
    for path in [folder / f"{info.name}{SUFFIX}" for folder in folders]:
        try:
            collections = load_embeddings(path).about.get("data", "").split(", ")
        except EmbeddingsError:
            continue
        if all(name in info.card.get("data", "") for name in collections):
            return path
    return None


def gallery_library(faces: Sequence[tuple[str, np.ndarray]]) -> Library:
    """Faces with their names and embeddings (128,)."""
    values = np.stack([embedding for _, embedding in faces]) if faces else np.zeros((0, NUMBERS))
    return Library(GALLERY, Embeddings(values.astype(np.float16), tuple(name for name, _ in faces)))


def compare(
    asked: np.ndarray, libraries: Sequence[Library], calibration: Calibration, count: int = NEIGHBOURS
) -> Finding:
    """Searches faces like one, given by its embeddings `asked` (2, 128) as it is and mirrored: a matrix product."""
    found = [near for library in libraries for near in nearest_in(asked, library, calibration, count)]
    return Finding(nearest(found, count), tuple(library.compared for library in libraries), calibration)


def nearest_in(asked: np.ndarray, library: Library, calibration: Calibration, count: int) -> list[Neighbour]:
    values = library.values
    if not len(values):
        return []
    asked = asked.astype(np.float32)
    squares = library.squares - 2 * (values @ asked.T) + np.square(asked).sum(1)  # (N, 2)
    closest = squares.min(1)
    picked = np.argpartition(closest, min(count, len(values)) - 1)[:count]
    neighbours = []
    for index in picked.tolist():
        own, mirrored = (float(np.linalg.norm(values[index] - one)) for one in asked)  # exact, also for a distance of 0
        distance = min(own, mirrored)
        name, chance = library.embeddings.names[index], calibration.probability(distance)
        neighbours.append(Neighbour(library.group, name, distance, chance, mirrored < own - MIRRORED))
    return neighbours


def photo_library(
    folder: Path,
    identity: Identity,
    cache: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
    stop: Callable[[], bool] = lambda: False,
) -> Library | None:
    """All faces of the pictures in a folder and its subfolders; None when `stop` said so.

    What was embedded before is read from the folder `cache`. UniquenessError: no folder, no pictures, no face in any.
    """
    files = photos_in(folder)
    path = cache / f"{blake2b(str(folder.resolve()).encode(), digest_size=8).hexdigest()}{SUFFIX}"
    known, unsaved, detector = read_cache(path), 0, None
    for done, file in enumerate(files):
        progress(done, len(files))
        if stop():
            break
        key = key_of(file)
        if key in known:
            continue
        detector = detector or new_detector()
        try:
            faces = identity.embed([face.picture for face in open_photo(file, SIDE, detector)])
        except PhotoError:
            faces = np.zeros((0, NUMBERS), np.float32)
        known[key] = faces.astype(np.float16)
        unsaved += 1
        if unsaved % SAVE_EVERY == 0:
            write_cache(path, known)
    if unsaved:
        write_cache(path, known)
    if stop():
        return None
    progress(len(files), len(files))
    return assembled(folder, files, known)


def photos_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UniquenessError(f"there is no folder {folder}: choose one with photos")
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in PICTURES and file.is_file())
    if not files:
        raise UniquenessError(f"there are no pictures in {folder}: choose a folder with png, jpg or other pictures")
    return files


def assembled(folder: Path, files: Sequence[Path], known: dict[str, np.ndarray]) -> Library:
    names, rows, faceless = [], [], []
    for file in files:
        name, faces = file.relative_to(folder).as_posix(), known[key_of(file)]
        names += [name if len(faces) == 1 else f"{name}, face {number}" for number in range(1, len(faces) + 1)]
        rows += list(faces)
        faceless += [] if len(faces) else [name]
    if not rows:
        raise UniquenessError(f"no face was found in the {len(files)} pictures of {folder}: choose another folder")
    notes = (
        (f"no face was found in {len(faceless)} of {len(files)} pictures, such as {faceless[0]}",) if faceless else ()
    )
    return Library(f"folder {folder.name}", Embeddings(np.stack(rows), tuple(names)), notes=notes)


def key_of(file: Path) -> str:
    stat = file.stat()
    return f"{file}|{stat.st_size}|{stat.st_mtime_ns}"


def read_cache(path: Path) -> dict[str, np.ndarray]:
    """Faces (K, 128) of each photo; nothing when there is no cache, or it is damaged."""
    try:
        found = load_embeddings(path)
    except EmbeddingsError:
        return {}
    known: dict[str, list[np.ndarray]] = {}
    for name, row in zip(found.names, found.values, strict=True):
        known.setdefault(name, []).extend([row] if row.any() else [])  # a row of zeros stands for a photo without faces
    return {key: np.stack(rows) if rows else np.zeros((0, NUMBERS), np.float16) for key, rows in known.items()}


def write_cache(path: Path, known: dict[str, np.ndarray]) -> None:
    nobody = np.zeros((1, NUMBERS), np.float16)
    rows = [(key, faces if len(faces) else nobody) for key, faces in known.items()]
    names = tuple(key for key, faces in rows for _ in faces)
    save_embeddings(Embeddings(np.concatenate([faces for _, faces in rows]), names), path)
