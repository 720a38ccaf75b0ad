"""A folder or zip of pictures -> one tensor in memory, decoded once and cached, with whatever labels lie beside it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from training.files import replacing
from training.labels import read_labels
from training.pictures import DataError, Entry, Source, decode_square

__all__ = ["DataError", "Faces", "load_faces"]

CACHE_VERSION = 2  # raise it when decoding changes


@dataclass(frozen=True, eq=False)
class Faces:
    """A data set, decoded. Sorted by name, so the order is the same on every machine."""

    images: torch.Tensor  # (N, 3, R, R) uint8, sRGB
    names: tuple[str, ...]  # relative paths with forward slashes
    labels: dict[str, torch.Tensor]  # column -> (N,) float32 (NaN: missing) or int64 class index (-1: missing)
    classes: dict[str, tuple[str, ...]]  # names of the classes of the int64 columns
    skipped: tuple[tuple[str, str], ...] = ()  # (name, reason) of the broken pictures
    notes: tuple[str, ...] = ()  # sentences for the user: what was left out, enlarged, not found

    def __len__(self) -> int:
        return len(self.names)

    def subset(self, indices: Sequence[int]) -> Faces:
        """The pictures at these indices, in the given order."""
        index = torch.as_tensor(indices, dtype=torch.int64)
        return replace(
            self,
            images=self.images[index],
            names=tuple(self.names[i] for i in index.tolist()),
            labels={column: values[index] for column, values in self.labels.items()},
        )

    def split(self, holdout: float) -> tuple[Faces, Faces]:
        """(train, held out): about that share is held out. A picture's side hangs on its name alone, so it never
        changes sides when others are added."""
        if holdout <= 0:
            return self, self.subset(())
        held = [is_held_out(name, holdout) for name in self.names]
        return (
            self.subset([i for i, h in enumerate(held) if not h]),
            self.subset([i for i, h in enumerate(held) if h]),
        )


def is_held_out(name: str, holdout: float) -> bool:
    """Whether a picture belongs to the share that is kept from training."""
    return name_fraction(name) < holdout


def name_fraction(name: str) -> float:
    """A number in [0, 1) that hangs on the name alone."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=6).digest()) / 2**48


def load_faces(
    source: Path | str,
    resolution: int,
    *,
    include: Sequence[str] = (),
    only: Sequence[str] = (),
    labels: Path | str | None = None,
    cache: Path | None = None,
    workers: int = 0,
) -> Faces:
    """Reads a folder (with subfolders) or a zip of pictures; other sizes are cut to a square and resized.

    `include`: patterns such as "frontal/*"; `only`: just these names, of `list_faces`; `labels`: a CSV,
    list_attr_celeba.txt or dataset.json, otherwise looked for in and beside the source; `cache`: a folder for the
    decoded pixels; `workers`: threads, 0 for one a core.
    Broken pictures are skipped and named in the result. Raises DataError when fewer than two can be used.
    """
    if resolution < 1:
        raise DataError(f"the resolution must be at least 1 pixel, not {resolution}")
    opened = Source(Path(source))
    try:
        entries = opened.pictures(include)
        if only:
            wanted = frozenset(only)
            entries = tuple(entry for entry in entries if entry.name in wanted)
        if not entries:
            raise DataError(no_pictures(opened, include))
        faces, notes = decode_cached(opened, entries, resolution, cache, workers)
        if (others := opened.left_out()) and not only:
            notes = (*notes, others)
        found = read_labels(opened, faces.names, Path(labels) if labels else None)
    finally:
        opened.close()
    if faces.skipped:
        named = "; ".join(f"{name} ({reason})" for name, reason in faces.skipped[:3])
        more = f" and {len(faces.skipped) - 3} more" if len(faces.skipped) > 3 else ""
        notes = (f"{len(faces.skipped)} of {len(entries)} pictures are broken and were skipped: {named}{more}", *notes)
    return replace(faces, labels=found.columns, classes=found.classes, notes=(*notes, *found.notes))


def list_faces(source: Path | str, include: Sequence[str] = ()) -> tuple[str, ...]:
    """The names of the pictures, sorted, without decoding any. Raises DataError when there are none."""
    opened = Source(Path(source))
    try:
        names = tuple(entry.name for entry in opened.pictures(include))
        if not names:
            raise DataError(no_pictures(opened, include))
        return names
    finally:
        opened.close()


def no_pictures(source: Source, include: Sequence[str]) -> str:
    total = len(source.pictures())
    if total:
        return f"none of the {total} pictures in {source.path} matches {', '.join(include)}: change data.include"
    return f"there are no pictures in {source.path}: put png, jpg or other pictures there, or change data.source"


def decode_cached(
    source: Source, entries: Sequence[Entry], resolution: int, cache: Path | None, workers: int
) -> tuple[Faces, tuple[str, ...]]:
    """The decoded pictures without labels, from the cache where it holds them, and what to tell the user."""
    if cache is None:
        faces = decode_all(source, entries, resolution, workers)
        return faces, faces.notes
    path = cache / f"{source.path.stem or 'faces'}-{resolution}-{cache_key(entries, resolution)}.safetensors"
    cached = read_cache(path, resolution)
    if cached is not None:
        return cached, cached.notes
    faces = decode_all(source, entries, resolution, workers)
    try:
        write_cache(path, faces)
    except (OSError, SafetensorError) as error:
        return faces, (*faces.notes, f"the decoded pictures could not be cached in {cache}: {error}")
    return faces, faces.notes


def decode_all(source: Source, entries: Sequence[Entry], resolution: int, workers: int) -> Faces:
    images = torch.empty(len(entries), 3, resolution, resolution, dtype=torch.uint8)

    def decode(index: int) -> tuple[int, str]:
        """The side of the picture, or 0 and why it cannot be used."""
        try:
            pixels, side = decode_square(source.read(entries[index].name), resolution)
        except Exception as error:  # a broken file makes decoders and zip readers raise nearly anything
            return 0, reason(error)
        images[index] = torch.from_numpy(pixels)
        return side, ""

    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        outcomes = list(pool.map(decode, range(len(entries))))
    good = [i for i, (side, _) in enumerate(outcomes) if side]
    skipped = tuple((entries[i].name, why) for i, (side, why) in enumerate(outcomes) if not side)
    if len(good) < 2:
        broken = f"; skipped {skipped[0][0]} ({skipped[0][1]})" if skipped else ""
        raise DataError(
            f"only {len(good)} of {len(entries)} pictures in {source.path} can be used, training needs two at least"
            f"{broken}: add sound pictures"
        )
    small = sum(outcomes[i][0] < resolution for i in good)
    notes = (f"{small} of {len(good)} pictures are smaller than {resolution} px and were enlarged",) if small else ()
    kept = images if len(good) == len(entries) else images[torch.tensor(good)]
    return Faces(kept, tuple(entries[i].name for i in good), {}, {}, skipped, notes)


def reason(error: Exception) -> str:
    """One short line."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return "not a picture" if text == "it is not a picture" else text


def cache_key(entries: Sequence[Entry], resolution: int) -> str:
    listing = json.dumps([CACHE_VERSION, resolution, [(e.name, e.size, e.stamp) for e in entries]])
    return hashlib.blake2b(listing.encode(), digest_size=8).hexdigest()


def read_cache(path: Path, resolution: int) -> Faces | None:
    """None when there is none, or it is broken: then it is made anew."""
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads(file.metadata()["faces"])
            images = file.get_tensor("images")
        names, notes = tuple(about["names"]), tuple(about["notes"])
        skipped = tuple((name, why) for name, why in about["skipped"])
    except (OSError, SafetensorError, ValueError, KeyError, TypeError):
        return None
    if images.dtype != torch.uint8 or images.shape != (len(names), 3, resolution, resolution):
        return None
    return Faces(images, names, {}, {}, skipped, notes)


def write_cache(path: Path, faces: Faces) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    about = json.dumps({"names": faces.names, "skipped": faces.skipped, "notes": faces.notes})
    with replacing(path) as temporary:
        save_file({"images": faces.images.contiguous()}, temporary, metadata={"faces": about})
