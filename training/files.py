"""Atomic writes: a reader finds the old file or the new one, never half of one."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

ABANDONED = 600.0  # seconds without a change: the process may run on another machine that has the folder, too


def special(path: Path) -> bool:
    """Whether something is there that is neither a file nor a folder: a pipe, a device."""
    try:
        return path.exists() and not path.is_file() and not path.is_dir()
    except (OSError, ValueError):  # names that cannot be
        return False


def explained(error: Exception) -> str:
    """What to tell of an error: a full disk and too little memory in words."""
    if isinstance(error, MemoryError) and not str(error):
        return "there is not enough memory: close other programs, or ask for less at once"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = f": {error.filename} was not written" if error.filename else ""
        return f"the disk is full{where}. Free some space; what was saved before is as it was"
    return str(error) or type(error).__name__


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yields a temporary path in the same folder; it becomes `path` at the end, or vanishes if anything fails. A link
    stays: what it leads to is replaced. What a killed process has left in the folder is removed. The content is on the
    disk before the name is, so a machine that loses power keeps the old file or the new one, too."""
    path = path.resolve() if path.is_symlink() else path
    tidy(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        to_disk(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def to_disk(path: Path) -> None:
    """Raises OSError if the disk turns out to be full or broken only now."""
    with path.open("rb+") as file:
        try:
            os.fsync(file.fileno())
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):  # folders that cannot do it
                raise


@cache
def tidy(folder: Path) -> None:
    """Removes, once for each folder, the temporary files of processes that are gone."""
    for path in folder.glob(".*.tmp"):
        number = path.name.split(".")[-2]
        with suppress(OSError):
            if number.isdecimal() and time.time() - path.stat().st_mtime > ABANDONED and not is_running(int(number)):
                path.unlink()


def is_running(process: int) -> bool:
    """Where the system cannot be asked without harm, it is not known."""
    if os.name != "posix":
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # somebody else's
        return True
    return True
