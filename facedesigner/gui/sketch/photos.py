"""The photos that drawings became and that went on to Design: kept as files, so that they can be pasted back into."""

from __future__ import annotations

import hashlib
from pathlib import Path

from facedesigner.state.files import write_atomically

KEPT = 50  # files; the oldest go first


def keep(photo: bytes, folder: Path) -> Path:
    """Writes a PNG to `folder`, unless the very picture is there; returns where it is. OSError when that fails."""
    path = folder / f"sketch-{hashlib.sha256(photo).hexdigest()[:8]}.png"
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(path, photo)
    others = sorted((p for p in folder.glob("sketch-*.png") if p != path), key=lambda p: p.stat().st_mtime)
    for old in others[: max(0, len(others) + 1 - KEPT)]:
        old.unlink(missing_ok=True)
    return path
