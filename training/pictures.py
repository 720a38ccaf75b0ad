"""A folder or zip of pictures: which files it holds, and one file -> a square of bytes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image

from training.decoding import MOST_BYTES, PictureError, decode
from training.endings import PICTURES, left_out
from training.errors import UserError

CONTACTS = "contact-sheet.png"  # of a batch, see `facedesigner.export.batch_folder`


class DataError(UserError):
    """The data cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Entry:
    """A file of the source. `stamp` changes when the file does: its time in a folder, its checksum in a zip."""

    name: str  # relative, with forward slashes
    size: int  # bytes
    stamp: int


class Source:
    """The files of a folder (with its subfolders) or of a zip. Hidden files and a Mac's `__MACOSX` do not count."""

    def __init__(self, path: Path) -> None:
        """Raises DataError when `path` is missing, unreadable, or neither a folder nor a zip."""
        self.path = path
        self._zip: zipfile.ZipFile | None = None
        if not path.exists():
            raise DataError(f"there is no folder or zip {path}: check data.source")
        try:
            if not path.is_dir():
                self._zip = zipfile.ZipFile(path)
            self.entries = tuple(sorted((e for e in self._list() if visible(e.name)), key=lambda e: e.name))
        except zipfile.BadZipFile:
            hint = "unpack it and give the folder" if path.suffix.lower() == ".zip" else "give the folder it lies in"
            raise DataError(f"{path} is neither a folder nor a sound zip of pictures: {hint}") from None
        except OSError as error:
            raise DataError(f"cannot read {path}: {error.strerror or error}") from None

    def _list(self) -> Iterator[Entry]:
        if self._zip is not None:
            for info in self._zip.infolist():
                if not info.is_dir():
                    yield Entry(info.filename, info.file_size, info.CRC)
        else:
            for file in self.path.rglob("*"):
                if file.is_file():
                    stat = file.stat()
                    yield Entry(file.relative_to(self.path).as_posix(), stat.st_size, stat.st_mtime_ns)

    def pictures(self, include: Sequence[str] = ()) -> tuple[Entry, ...]:
        """The pictures whose name matches one of the patterns (fnmatch, `*` crosses folders); no pattern takes all."""
        found = (entry for entry in self.entries if entry.name.lower().endswith(PICTURES))
        return tuple(e for e in found if not include or any(fnmatchcase(e.name, pattern) for pattern in include))

    def left_out(self) -> str:
        """A sentence on files that are no pictures by their names and may be meant as such; empty without any."""
        return left_out(entry.name for entry in self.entries)

    def read(self, name: str) -> bytes:
        """The content of a file; safe to call from several threads."""
        return (self.path / name).read_bytes() if self._zip is None else self._zip.read(name)

    def close(self) -> None:
        if self._zip is not None:
            self._zip.close()


def visible(name: str) -> bool:
    """Whether a file may be a picture of a data set: not hidden, and no overview that a batch of ours left."""
    parts = PurePosixPath(name).parts
    return not any(part.startswith(".") or part == "__MACOSX" for part in parts) and parts[-1:] != (CONTACTS,)


def decode_square(content: bytes, resolution: int) -> tuple[np.ndarray, int]:
    """A picture file -> (3, R, R) uint8 sRGB and the side in pixels of the square it was cut from.

    Turned upright as its EXIF says, cut to the central square, resized with Lanczos after a box filter for big ones.
    Transparent parts become white. Raises PictureError for a broken file, or one too large to be decoded safely.
    """
    if len(content) > MOST_BYTES:
        raise PictureError("too large", f"the file has {len(content) / 1e6:.0f} MB")
    opened = decode(content, draft=4 * resolution)  # a JPEG decodes big photos at an eighth in the time
    image = opened.on_white
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    box = (left, top, left + side, top + side)
    square = image.resize((resolution, resolution), Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)
    return np.ascontiguousarray(np.asarray(square).transpose(2, 0, 1)), min(opened.size)
