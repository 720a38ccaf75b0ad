"""Atomic writes: a reader finds the old file or the new one, never half of one."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
    stays: what it leads to is replaced."""
    path = path.resolve() if path.is_symlink() else path
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
