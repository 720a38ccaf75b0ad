"""Which pictures a folder or zip holds, and one of them -> upright RGB with a bound on memory."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from training.decoding import MOST_BYTES, MOST_PIXELS, PictureError, decode
from training.endings import PICTURES, left_out
from training.pictures import DataError, Entry, visible

LONGEST = 3072  # pixels of a decoded picture's longer side; larger ones are reduced
DRAFT = 2048  # a JPEG decodes to no less than this


class Pictures:
    """The pictures of a folder (with its subfolders) or a zip. Unlike `training.pictures.Source` it follows links to
    folders (each folder once), survives files that vanish, and leaves out the folder that is being written to."""

    def __init__(self, path: Path, out: Path | None = None) -> None:
        """Raises DataError when `path` is missing or unreadable, or `out` is that folder or one around it."""
        self.path = path
        self.out = None if out is None else out.resolve()
        self._zip: zipfile.ZipFile | None = None
        if not path.exists():
            raise DataError(f"there is no folder or zip {path}")
        if path.is_dir():
            if self.out is not None and self.out in (path.resolve(), *path.resolve().parents):
                raise DataError(f"{out} holds the pictures themselves: choose another folder for the data set")
            return
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise DataError(f"{path} is neither a folder nor a sound zip of pictures ({error})") from None

    def list(self) -> tuple[Entry, ...]:
        """Sorted by name. Raises DataError when the folder itself cannot be read."""
        return self.listed()[0]

    def listed(self) -> tuple[tuple[Entry, ...], str]:
        """The same, and a sentence on files that are no pictures by their names and may be meant as such, or ""."""
        found = self._members() if self._zip is not None else self._walk()
        seen = sorted((entry for entry in found if visible(entry.name)), key=lambda entry: entry.name)
        wanted = tuple(entry for entry in seen if entry.name.lower().endswith(PICTURES))
        return wanted, left_out(tuple(entry.name for entry in seen if not entry.name.lower().endswith(PICTURES)))

    def _members(self) -> Iterator[Entry]:
        assert self._zip is not None
        for name, info in {info.filename: info for info in self._zip.infolist()}.items():
            if not info.is_dir():
                yield Entry(name, info.file_size, info.CRC)

    def _walk(self) -> Iterator[Entry]:
        seen = set()

        def complain(error: OSError) -> None:
            if error.filename == str(self.path):
                raise DataError(f"cannot read {self.path}: {error.strerror or error}") from None

        for folder, folders, files in os.walk(self.path, onerror=complain, followlinks=True):
            try:
                status = os.stat(folder)  # noqa: PTH116 thousands of folders: no Path for each
            except OSError:  # vanished while walking
                folders.clear()
                continue
            if (status.st_dev, status.st_ino) in seen or (self.out and Path(folder).resolve() == self.out):
                folders.clear()
                continue
            seen.add((status.st_dev, status.st_ino))
            folders.sort()
            for name in files:
                path = Path(folder, name)
                try:
                    stat = path.stat()
                except OSError:  # a link that leads nowhere or to itself, or a file that vanished
                    continue
                yield Entry(path.relative_to(self.path).as_posix(), stat.st_size, stat.st_mtime_ns)

    def read(self, name: str) -> bytes:
        """Raises PictureError when the file is gone, unreadable, empty, or too large to be a picture."""
        try:
            size = (self.path / name).stat().st_size if self._zip is None else self._zip.getinfo(name).file_size
            if size > MOST_BYTES:
                raise PictureError(
                    "too large", f"the file has {size / 1e6:.0f} MB; {MOST_BYTES // 1_000_000} are read at most"
                )
            content = (self.path / name).read_bytes() if self._zip is None else self._zip.read(name)
        except PictureError:
            raise
        except FileNotFoundError:
            raise PictureError("unreadable", "the file vanished before its turn came") from None
        except Exception as error:  # a broken zip member raises nearly anything
            raise PictureError(
                "unreadable", f"the file cannot be read: {getattr(error, 'strerror', None) or error}"
            ) from None
        if not content:
            raise PictureError("unreadable", "the file is empty")
        return content

    def close(self) -> None:
        if self._zip is not None:
            self._zip.close()


def open_picture(content: bytes) -> tuple[Image.Image, tuple[str, ...]]:
    """A picture file -> (RGB, longer side at most `LONGEST`, turned as its EXIF says; notes for the user).

    Any mode; of an animation the first frame. Raises PictureError: unreadable, or too large to be decoded safely.
    """
    opened = decode(content, most=MOST_PIXELS, draft=DRAFT, longest=LONGEST)
    return opened.on_white, opened.notes
