"""Labels of a data set: CSV, CelebA's list_attr_celeba.txt, FFHQ's dataset.json, UTKFace's file names."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import torch

from training.pictures import DataError, Source

FILE_COLUMNS = ("file", "filename", "name", "image", "image_id")
KNOWN_FILES = ("faces.csv", "labels.csv", "dataset.json", "list_attr_celeba.txt", "list_attr_celeba.csv")
MISSING = {"", "nan", "na", "n/a", "null"}
MAX_CLASSES = 64  # a text column with more different texts than this is no class
UTKFACE = re.compile(r"(\d{1,3})_([01])_([0-4])_\d+\b")
UTKFACE_GENDERS = ("male", "female")
UTKFACE_RACES = ("white", "black", "asian", "indian", "other")


@dataclass(frozen=True, eq=False)
class Labels:
    columns: dict[str, torch.Tensor] = field(default_factory=dict)  # see Faces.labels
    classes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A label file as it stands: one row a picture, all values as text."""

    files: list[str]
    columns: dict[str, list[str]]
    categorical: frozenset[str] = frozenset()  # columns whose numbers are names of classes


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
            return align(parse_labels(*found), source, names, found[0])
    except DataError as error:
        return Labels(notes=(f"no labels: {error}",))
    if 2 * sum(bool(UTKFACE.match(PurePosixPath(name).name)) for name in names) >= max(len(names), 1):
        return align(parse_utkface(names), source, names, "the file names (UTKFace)")
    return Labels()


def find_labels(source: Source) -> tuple[str, bytes] | None:
    """(name, content) of the label file: inside the source, or beside it. `faces256/` has its labels in `faces.csv`."""
    inside = [e.name for e in source.entries if e.name.lower().endswith((".csv", ".json", ".txt"))]
    tables = [name for name in inside if name.lower().endswith(".csv")]
    shallow = sorted(inside, key=lambda name: (name.count("/"), name))
    known = [name for file in KNOWN_FILES for name in shallow if PurePosixPath(name).name.lower() == file]
    chosen = known[0] if known else tables[0] if len(tables) == 1 else None
    if chosen is not None:
        try:
            return chosen, source.read(chosen)
        except Exception as error:  # a broken zip member raises nearly anything
            raise DataError(f"cannot read {chosen}: {error}") from None
    stem = source.path.name.removesuffix(".zip")
    for name in dict.fromkeys((f"{stem.rstrip('0123456789-_') or stem}.csv", f"{stem}.csv", *KNOWN_FILES[1:])):
        beside = source.path.parent / name
        if beside.is_file():
            try:
                return name, beside.read_bytes()
            except OSError as error:
                raise DataError(f"cannot read {beside}: {error.strerror}") from None
    return None


def parse_labels(name: str, content: bytes) -> Table:
    """Raises DataError that names the file when it is not what its ending says."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{name} is not UTF-8 text: save it as CSV in UTF-8") from None
    suffix = PurePosixPath(name).suffix.lower()
    try:
        return parse_json(text) if suffix == ".json" else parse_celeba(text) if suffix == ".txt" else parse_csv(text)
    except (ValueError, csv.Error) as error:
        raise DataError(f"{name}: {error}") from None


def parse_csv(text: str) -> Table:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if text.strip() else [[]]
    titles = [title.strip() for title in header]
    lowered = [title.lower() for title in titles]
    key = next((lowered.index(title) for title in FILE_COLUMNS if title in lowered), None)
    if key is None:
        raise ValueError(f"needs a column with the names of the pictures, called {', '.join(FILE_COLUMNS[:-1])}")
    rows = [row + [""] * (len(titles) - len(row)) for row in rows if len(row) > key]
    columns = {title: [row[i] for row in rows] for i, title in enumerate(titles) if i != key and title}
    return Table([row[key] for row in rows], columns)


def parse_celeba(text: str) -> Table:
    """A line with the count, one with the attributes, then a name and -1 or 1 for each attribute."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or len(lines[0]) != 1 or not lines[0][0].isdigit():
        raise ValueError("is not laid out like list_attr_celeba.txt: the count, the attributes, then a line a picture")
    titles, rows = lines[1], lines[2:]
    for number, row in enumerate(rows, start=3):
        if len(row) != len(titles) + 1:
            raise ValueError(f"line {number} has {len(row) - 1} values for {len(titles)} attributes")
    return Table([row[0] for row in rows], {t: [row[i] for row in rows] for i, t in enumerate(titles, start=1)})


def parse_json(text: str) -> Table:
    """StyleGAN's {"labels": [["00000/img00000000.png", 6], ...]}; null instead of the list means no labels."""
    content = json.loads(text)
    pairs = content.get("labels") if isinstance(content, dict) else None
    if not isinstance(pairs, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise ValueError('holds no {"labels": [["name.png", class], ...]}')
    if not all(isinstance(label, int) for _, label in pairs):
        raise ValueError("its labels are not class numbers")
    columns = {"label": [str(int(label)) for _, label in pairs]}
    return Table([str(name) for name, _ in pairs], columns, frozenset(columns))


def parse_utkface(names: Iterable[str]) -> Table:
    """[age]_[gender]_[race]_[date].jpg; a few files of the set lack a field: they have no labels."""
    found = [(name, match) for name in names if (match := UTKFACE.match(PurePosixPath(name).name))]
    columns = {
        "age": [match[1] for _, match in found],
        "gender": [UTKFACE_GENDERS[int(match[2])] for _, match in found],
        "race": [UTKFACE_RACES[int(match[3])] for _, match in found],
    }
    return Table([name for name, _ in found], columns)


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
