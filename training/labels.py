"""Labels of a data set: CSV, CelebA's list_attr_celeba.txt, FFHQ's dataset.json, UTKFace's file names."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import torch

from training.label_tables import KNOWN_FILES, TABLES, UTKFACE, Table, parse_labels, parse_utkface
from training.pictures import DataError, Source

MISSING = {"", "nan", "na", "n/a", "null"}
MAX_CLASSES = 64  # a text column with more different texts than this is no class


@dataclass(frozen=True, eq=False)
class Labels:
    columns: dict[str, torch.Tensor] = field(default_factory=dict)  # see Faces.labels
    classes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_labels(source: Source, names: Sequence[str], path: Path | None = None) -> Labels:
    """The labels of these pictures, from `path` or else from what lies in or beside the source.

    Raises DataError when `path` is given and of no use; a label file that was only found is then left out with a note.
    """
    if path is not None:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise DataError(f"cannot read the labels {path}: {error.strerror}; check data.labels") from None
        return align(parse_labels(path.name, content), source, names, path.name)
    try:
        found = find_labels(source)
        if found is not None:
            labels = align(parse_labels(found.name, found.content), source, names, found.name)
            return replace(labels, notes=(*labels.notes, *found.notes))
    except DataError as error:
        return Labels(notes=(f"no labels: {error}",))
    if 2 * sum(bool(UTKFACE.match(PurePosixPath(name).name)) for name in names) >= max(len(names), 1):
        return align(parse_utkface(names), source, names, "the file names (UTKFace)")
    return Labels()


@dataclass(frozen=True)
class Found:
    """A label file."""

    name: str
    content: bytes
    notes: tuple[str, ...] = ()  # of others that were passed over


def find_labels(source: Source) -> Found | None:
    """The label file: inside the source, or beside it. `faces256/` has its labels in `faces.csv`."""
    inside = [e.name for e in source.entries if e.name.lower().endswith((*TABLES, ".json", ".jsonl", ".txt"))]
    tables = [name for name in inside if name.lower().endswith(TABLES)]
    shallow = sorted(inside, key=lambda name: (name.count("/"), name))
    known = [name for file in KNOWN_FILES for name in shallow if PurePosixPath(name).name.lower() == file]
    chosen = known[0] if known else tables[0] if len(tables) == 1 else None
    others = [name for name in dict.fromkeys((*known, *tables)) if name != chosen]
    notes = (f"passed over as labels: {', '.join(others[:5])}; name one with data.labels",) if others else ()
    if chosen is not None:
        try:
            return Found(chosen, source.read(chosen), notes)
        except Exception as error:  # a broken zip member raises nearly anything
            raise DataError(f"cannot read {chosen}: {error}") from None
    stem = source.path.name.removesuffix(".zip")
    for name in dict.fromkeys((f"{stem.rstrip('0123456789-_') or stem}.csv", f"{stem}.csv", *KNOWN_FILES[1:])):
        beside = source.path.parent / name
        if beside.is_file():
            try:
                return Found(name, beside.read_bytes(), notes)
            except OSError as error:
                raise DataError(f"cannot read {beside}: {error.strerror}") from None
    if notes:
        raise DataError(
            f"there are {len(others)} tables and none of a known name ({', '.join(others[:5])}): "
            "name one with data.labels"
        )
    return None


def align(table: Table, source: Source, names: Sequence[str], where: str) -> Labels:
    """Brings the rows into the order of the pictures. Raises DataError when not one row names a picture."""
    rows, unknown, repeated = match_rows(table.files, source)
    order = [rows.get(name) for name in names]
    if not any(row is not None for row in order):
        raise DataError(f"{where} names none of the pictures; it should name files such as {names[0]}")
    notes = []
    if unlabelled := order.count(None):
        notes.append(f"{unlabelled} of {len(names)} pictures have no labels in {where}")
    if unknown:
        notes.append(f"{len(unknown)} rows of {where} name no picture, or more than one, such as {unknown[0]}")
    if repeated:
        notes.append(f"{repeated} rows of {where} name a picture again: the first row counts")
    columns: dict[str, torch.Tensor] = {}
    classes: dict[str, tuple[str, ...]] = {}
    for title, values in table.columns.items():
        texts = ["" if row is None else values[row].strip() for row in order]
        texts = ["" if text.lower() in MISSING else text for text in texts]
        present = {text for text in texts if text}
        if title not in table.categorical and all(is_number(text) for text in present):
            if present:
                columns[title] = as_numbers(texts)
        elif len(present) > MAX_CLASSES:
            notes.append(f"column {title} of {where} was left out: {len(present)} different texts are no classes")
        else:
            classes[title] = tuple(sorted(present, key=lambda text: (float(text) if is_number(text) else 0.0, text)))
            index = {text: i for i, text in enumerate(classes[title])}
            columns[title] = torch.tensor([index.get(text, -1) for text in texts], dtype=torch.int64)
    return Labels(columns, classes, tuple(notes))


def match_rows(files: Sequence[str], source: Source) -> tuple[dict[str, int], list[str], int]:
    """(picture -> its first row, names that fit no picture or several, rows that name a picture again).

    A row may name the end of the path only and another ending: `000001.jpg` is `img_align_celeba/000001.png`.
    """
    base = source.path.absolute().parts
    by_stem: dict[str, list[tuple[PurePosixPath, str]]] = defaultdict(list)
    for entry in source.pictures():
        full = PurePosixPath(*base, entry.name)
        by_stem[full.stem].append((full, entry.name))
    rows: dict[str, int] = {}
    unknown: list[str] = []
    repeated = 0
    for number, file in enumerate(files):
        path = PurePosixPath(file.strip().replace("\\", "/"))
        folders = path.parts[:-1]
        fitting = [(f, n) for f, n in by_stem.get(path.stem, ()) if ends_with(f.parts[:-1], folders)]
        exact = [n for _, n in fitting if n == path.as_posix()] or [n for f, n in fitting if f.name == path.name]
        candidates = exact or [n for _, n in fitting]
        if len(candidates) != 1:
            unknown.append(file)
        elif candidates[0] in rows:
            repeated += 1
        else:
            rows[candidates[0]] = number
    return rows, unknown, repeated


def ends_with(parts: tuple[str, ...], tail: tuple[str, ...]) -> bool:
    return not tail or parts[-len(tail) :] == tail


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def as_numbers(texts: Sequence[str]) -> torch.Tensor:
    """(N,) float32. CelebA's -1 and 1 become 0 and 1, as everywhere else."""
    values = [float(text) if text else math.nan for text in texts]
    values = [value if math.isfinite(value) else math.nan for value in values]
    finite = {value for value in values if not math.isnan(value)}
    if -1.0 in finite and finite <= {-1.0, 1.0}:
        values = [(value + 1) / 2 for value in values]
    return torch.tensor(values, dtype=torch.float32)
