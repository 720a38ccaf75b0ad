"""Files of labels as they stand: CSV in any dialect, JSON lines, CelebA's and CelebAMask-HQ's lists, FFHQ's
dataset.json, UTKFace's file names."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from training.endings import PICTURES
from training.errors import UserError
from training.pictures import DataError

FILE_COLUMNS = ("file", "filename", "name", "image", "imageid", "imagename", "filepath", "imagepath", "path", "picture")
TABLES = (".csv", ".tsv")
KNOWN_FILES = (
    *("faces.csv", "labels.csv", "metadata.csv", "metadata.jsonl", "dataset.json"),
    *("list_attr_celeba.txt", "list_attr_celeba.csv", "celebamask-hq-attribute-anno.txt"),
)
DELIMITERS = ",;\t|"
SEPARATOR = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # a first line that Excel writes and reads
DECIMAL_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+")  # 23,5 and 1.234,5
PLAIN_NUMBER = re.compile(r"[+-]?\d+")
UTKFACE = re.compile(r"(\d{1,3})_([01])_([0-4])_\d+\b")
UTKFACE_GENDERS = ("male", "female")
UTKFACE_RACES = ("white", "black", "asian", "indian", "other")


@dataclass(frozen=True)
class Table:
    """A label file as it stands: one row a picture, all values as text."""

    files: list[str]
    columns: dict[str, list[str]]
    categorical: frozenset[str] = frozenset()  # columns whose numbers are names of classes


def parse_labels(name: str, content: bytes) -> Table:
    """Raises DataError that names the file when it is not what its ending says."""
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{name} is not UTF-8 text: save it as CSV in UTF-8") from None
    readers = {".json": parse_json, ".jsonl": parse_json_lines, ".txt": parse_celeba}
    try:
        return readers.get(PurePosixPath(name).suffix.lower(), parse_csv)(text)
    except (ValueError, RecursionError, csv.Error) as error:
        raise DataError(f"{name}: {error}") from None


def parse_csv(text: str) -> Table:
    """Any separator, with or without a line `sep=;` before the titles, which are compared without regard to case,
    blanks and underscores."""
    lines = text.lstrip("\r\n")
    stated = SEPARATOR.fullmatch(lines.partition("\n")[0].strip("\r"))
    if stated is not None:
        lines = lines.partition("\n")[2]
    first = lines.partition("\n")[0]
    delimiter = stated[1] if stated is not None else max(DELIMITERS, key=first.count)
    header, *rows = csv.reader(io.StringIO(lines, newline=""), delimiter=delimiter) if lines.strip() else [[]]
    titles = [title.strip() for title in header]
    rows = [row + [""] * (len(titles) - len(row)) for row in rows if row]
    key = file_column(titles, rows)
    if key is None:
        raise UserError(f"needs a column with the names of the pictures, called {', '.join(FILE_COLUMNS[:4])} or path")
    columns = {title: [row[i] for row in rows] for i, title in enumerate(titles) if i != key and title}
    if delimiter != ",":
        columns = {title: with_points(values) for title, values in columns.items()}
    return Table([row[key] for row in rows], columns)


def file_column(titles: list[str], rows: list[list[str]]) -> int | None:
    """The column that names the pictures: by its title, else by what stands in it."""
    plain = [re.sub(r"[\s_\-]+", "", title.casefold()) for title in titles]
    titled = [plain.index(title) for title in FILE_COLUMNS if title in plain]
    if titled:
        return titled[0]
    for index in range(len(titles)):
        values = [row[index].strip().lower() for row in rows if row[index].strip()]
        if values and 2 * sum(value.endswith(PICTURES) for value in values) > len(values):
            return index
    return None


def with_points(values: list[str]) -> list[str]:
    """Numbers with decimal commas as others write them, where a whole column is so."""
    present = [value.strip() for value in values if value.strip()]
    commas = [DECIMAL_COMMA.fullmatch(value) is not None for value in present]
    if not any(commas) or not all(c or PLAIN_NUMBER.fullmatch(v) for c, v in zip(commas, present, strict=True)):
        return values
    return [value.strip().replace(".", "").replace(",", ".") for value in values]


def parse_json_lines(text: str) -> Table:
    """One object a line, as Hugging Face's metadata.jsonl: what is no number or text is left out."""
    rows: list[dict[str, Any]] = [json.loads(line) for line in text.splitlines() if line.strip()]
    if not all(isinstance(row, dict) for row in rows):
        raise UserError("holds lines that are no objects")
    titles = list(dict.fromkeys(title for row in rows for title in row))
    cells = [[as_text(row.get(title)) for title in titles] for row in rows]
    key = file_column(titles, cells)
    if key is None:
        raise UserError("its objects do not name the pictures, by file_name or path")
    columns = {title: [row[i] for row in cells] for i, title in enumerate(titles) if i != key}
    return Table([row[key] for row in cells], columns)


def as_text(value: object) -> str:
    return "" if value is None or isinstance(value, list | dict) else str(value)


def parse_celeba(text: str) -> Table:
    """A line with the count, one with the attributes, then a name and -1 or 1 for each attribute."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or len(lines[0]) != 1 or not lines[0][0].isdigit():
        raise UserError("is not laid out like list_attr_celeba.txt: the count, the attributes, then a line a picture")
    titles, rows = lines[1], lines[2:]
    for number, row in enumerate(rows, start=3):
        if len(row) != len(titles) + 1:
            raise UserError(f"line {number} has {len(row) - 1} values for {len(titles)} attributes")
    return Table([row[0] for row in rows], {t: [row[i] for row in rows] for i, t in enumerate(titles, start=1)})


def parse_json(text: str) -> Table:
    """StyleGAN's {"labels": [["00000/img00000000.png", 6], ...]}; null instead of the list means no labels."""
    content = json.loads(text)
    pairs = content.get("labels") if isinstance(content, dict) else None
    if not isinstance(pairs, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise UserError('holds no {"labels": [["name.png", class], ...]}')
    if not all(isinstance(label, int) for _, label in pairs):
        raise UserError("its labels are not class numbers")
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
