"""A first look at a folder or zip of pictures before a run: count, sizes, labels and a contact sheet. No torch, except
for the labels and for the loader's own message when there is too little to train on."""

from __future__ import annotations

import base64
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from PIL import Image

from training.decoding import size_of
from training.pictures import Entry, Source, decode_square

SHEET = 24  # pictures on the contact sheet
COLUMNS = 8
MEASURED = 2_000  # pictures whose size is read; spread over all when there are more
FEW = 200  # with fewer, a generator learns them by heart

T = TypeVar("T")


def survey(path: Path, include: Sequence[str] = (), side: int = 64) -> Iterator[dict[str, Any]]:
    """Yields plain data in three parts, the quick ones first: `pictures`, `sizes` and `notes`; `sheet`, a PNG of cells
    of `side` pixels in base64; `labels`, the names of the columns. Raises DataError as the loader does."""
    source = Source(path)
    try:
        entries = source.pictures(include)
        if len(entries) < 3:
            refuse(path, include)
        yield {"pictures": len(entries), **sizes(source, entries)}
        yield {"sheet": base64.b64encode(contact_sheet(source, spread(entries, SHEET), side)).decode()}
        from training.labels import read_labels

        labels = read_labels(source, tuple(entry.name for entry in entries))
        yield {"labels": list(labels.columns), "label_notes": list(labels.notes)}
    finally:
        source.close()


def refuse(path: Path, include: Sequence[str]) -> None:
    """Raises the loader's message if these few pictures are too few."""
    from training.data import load_faces

    load_faces(path, 16, include=include)


def sizes(source: Source, entries: Sequence[Entry]) -> dict[str, Any]:
    """Width and height of the pictures, from their headers, and sentences on what is odd about them."""
    looked_at = spread(entries, MEASURED)
    found: Counter[tuple[int, int]] = Counter()
    broken = 0
    for entry in looked_at:
        try:
            found[size_of(source.read(entry.name))] += 1
        except Exception:  # a broken file makes decoders and zip readers raise nearly anything
            broken += 1
    notes = []
    if broken:
        notes.append(f"{broken} of {len(looked_at)} pictures looked at are broken and will be skipped")
    if len(entries) < FEW:
        notes.append(
            f"{len(entries)} pictures are few: the generator will learn them by heart; 1,000 and more are better"
        )
    if others := source.left_out():
        notes.append(others)
    if any(width != height for width, height in found):
        notes.append("Not all are square: the middle square of each is taken")
    return {"sizes": [[*size, count] for size, count in found.most_common()], "notes": notes}


def contact_sheet(source: Source, entries: Sequence[Entry], side: int) -> bytes:
    """PNG with `COLUMNS` cells in a row; broken pictures are left out."""
    cells = []
    for entry in entries:
        try:
            pixels, _ = decode_square(source.read(entry.name), side)
            cells.append(pixels.transpose(1, 2, 0))
        except Exception:
            continue
    sheet = np.zeros((-(-max(len(cells), 1) // COLUMNS) * side, COLUMNS * side, 4), np.uint8)
    for index, cell in enumerate(cells):
        row, column = divmod(index, COLUMNS)
        place = sheet[row * side : (row + 1) * side, column * side : (column + 1) * side]
        place[..., :3], place[..., 3] = cell, 255
    buffer = io.BytesIO()
    Image.fromarray(sheet).save(buffer, "PNG")
    return buffer.getvalue()


def spread(items: Sequence[T], count: int) -> list[T]:
    """At most `count` of them, evenly spaced."""
    if len(items) <= count:
        return list(items)
    return [items[index * len(items) // count] for index in range(count)]
