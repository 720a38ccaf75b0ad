"""Which pictures a folder or zip holds, and one of them -> upright RGB with a bound on memory."""

from __future__ import annotations

import io
import os
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageOps

from training.pictures import SUFFIXES, DataError, Entry, to_rgb, visible

ENDINGS = (*SUFFIXES, ".gif", ".tif", ".tiff", ".jfif")
JPEG = ("JPEG", "MPO")  # MPO: a camera's JPEG with a second picture behind it; Pillow opens it as JPEG
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")  # whatever the name says; Pillow's others are rare and risky
MOST_BYTES = 512_000_000  # of one file
MOST_PIXELS = 80_000_000  # once decoded: 240 MB a worker
HEADER_PIXELS = 400_000_000  # of a JPEG, which is decoded at an eighth of its size
LONGEST = 3072  # pixels of a decoded picture's longer side; larger ones are reduced
DRAFT = 2048  # a JPEG decodes to no less than this


class PictureError(ValueError):
    """A picture that cannot be looked at. `reason` is one of `contract.REASONS`, the message is for the user."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


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
        found = self._members() if self._zip is not None else self._walk()
        wanted = (entry for entry in found if visible(entry.name) and entry.name.lower().endswith(ENDINGS))
        return tuple(sorted(wanted, key=lambda entry: entry.name))

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
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd EXIF, odd palettes, and sizes, which are checked below
            with unlimited(), Image.open(io.BytesIO(content), formats=FORMATS) as opened:
                width, height = opened.size
                check_size(width, height, HEADER_PIXELS if opened.format in JPEG else MOST_PIXELS)
                several = getattr(opened, "is_animated", False) and opened.format not in JPEG
                notes = ("animated: the first frame was taken",) if several else ()
                opened.draft(None, (DRAFT, DRAFT))
                check_size(*opened.size, MOST_PIXELS)
                image = ImageOps.exif_transpose(opened)
                if max(image.size) > LONGEST and min(image.size) > 1:
                    image = image.reduce(-(-max(image.size) // LONGEST)) if image.mode in ("RGB", "L") else image
                image = to_rgb(image)
                image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    except PictureError:
        raise
    except MemoryError:
        raise PictureError("too large", "there is not enough memory to decode it") from None
    except Exception as error:  # a broken file makes decoders raise nearly anything
        text = (str(error).splitlines() or [type(error).__name__])[0]
        text = "it is not a picture" if text.startswith("cannot identify image file") else text
        raise PictureError("unreadable", text) from None
    return image, notes


def check_size(width: int, height: int, most: int) -> None:
    if width * height > most:
        raise PictureError(
            "too large",
            f"{width} × {height} pixels are {width * height / 1e6:.0f} million; {most // 1_000_000} million are "
            "decoded at most: make it smaller first",
        )


class unlimited:  # noqa: N801 reads like the context manager it is
    """Lifts Pillow's own limit, which knows nothing of drafts; `check_size` holds ours. For one thread."""

    def __enter__(self) -> None:
        self.limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None

    def __exit__(self, *_: object) -> None:
        Image.MAX_IMAGE_PIXELS = self.limit
