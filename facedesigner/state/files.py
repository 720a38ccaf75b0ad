"""Atomic writes: a reader finds the old file or the new one, never half of one."""

from __future__ import annotations

from pathlib import Path

from training.files import replacing


def write_atomically(path: Path, data: bytes) -> None:
    """Replaces `path` by `data`. On any failure (OSError) the old file stays and nothing else is left behind. A link
    stays: what it leads to is replaced."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)
