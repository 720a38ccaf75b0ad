"""Writing what leaves the program: never over a file that is kept, never half of one; errors say what to do."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from PIL import PngImagePlugin

from facedesigner.state.files import write_atomically
from facedesigner.state.recipe import XMP_KEY
from training.errors import UserError
from training.files import replacing, to_disk

Sign = Callable[[bytes, str], bytes]  # a PNG and its name -> the same with content credentials


class ExportError(UserError):
    """The file could not be written; the message says why and what to do."""


def write_file(path: Path, content: bytes, overwrite: bool = False) -> Path:
    """Writes a file, and its folder if need be. Returns the path.

    Raises ExportError when the file exists and `overwrite` is not set, and when the folder cannot be written or the
    disk is full; nothing half-written is left then, and an old file survives.
    """
    with explained(path):
        check_free(path, overwrite)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    return path


def write_files(files: Mapping[Path, bytes], overwrite: bool = False) -> list[Path]:
    """Writes all of them or none: each lies complete beside its place before the first takes it. Returns the paths.
    ExportError as `write_file`; old files survive then, and a folder that was made for them goes again."""
    made: list[Path] = []
    try:
        with ExitStack() as together:
            for path, content in files.items():
                with explained(path):
                    check_free(path, overwrite)
                    made += make_folder(path.parent)
                    temporary = together.enter_context(replacing(path))
                    temporary.write_bytes(content)
                    to_disk(temporary)  # a disk that is full says so before the first file takes its place
    except BaseException:
        for folder in reversed(made):
            with suppress(OSError):  # somebody has put something in
                folder.rmdir()
        raise
    return list(files)


def make_folder(folder: Path) -> list[Path]:
    """Makes it and those it lies in. Returns those that were not there, the outermost first."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def check_free(path: Path, overwrite: bool) -> None:
    """ExportError when the file exists and may not be replaced."""
    if path.exists() and not overwrite:
        raise ExportError(f"{path} exists already: choose another name, or say that it may be overwritten")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Makes an ExportError of the system's errors while `path` is written."""
    try:
        yield
    except OSError as error:
        raise ExportError(explain(error, path)) from error


def explain(error: OSError, path: Path) -> str:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"the disk is full, {path} was not written: free some space or choose another folder"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"{path.parent} may not be written to: choose another folder"
        case errno.ENAMETOOLONG:
            return f"the name {path.name[:20]}… is too long: choose a shorter one"
    return f"{path} could not be written ({error.strerror or error}): choose another folder"


def text_chunks(texts: Mapping[str, str]) -> PngImagePlugin.PngInfo:
    """What Pillow writes into a PNG: as international text where it must be."""
    chunks = PngImagePlugin.PngInfo()
    for key, value in texts.items():
        if key == XMP_KEY or not value.isascii():
            chunks.add_itxt(key, value)
        else:
            chunks.add_text(key, value)
    return chunks
