"""What picture files are called: one list for data sets, curation and the windows that ask for a file. Plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath

JPEGS = (".jpg", ".jpeg", ".jpe", ".jfif")
PICTURES = (*JPEGS, ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".mpo", ".avif", ".heic", ".heif")
WITH_PICTURES = frozenset(  # what lies beside pictures in data sets, and is not missed
    (".txt", ".csv", ".json", ".jsonl", ".toml", ".xml", ".md", ".html", ".zip", ".npy", ".npz", ".parquet", ".mat")
)
PATTERNS = " ".join(f"*{ending}" for ending in PICTURES)  # for file dialogs


def left_out(names: Iterable[str]) -> str:
    """A sentence on files that are no pictures by their names and may be meant as such; empty when there are none."""
    found = Counter(PurePath(name).suffix.lower() for name in names)
    strange = {ending: n for ending, n in found.items() if ending not in PICTURES and ending not in WITH_PICTURES}
    if not strange:
        return ""
    kinds = ", ".join(f"{count:,} {ending or 'without an ending'}" for ending, count in sorted(strange.items())[:5])
    total = sum(strange.values())
    files = "file was" if total == 1 else "files were"
    return f"{total:,} other {files} left out ({kinds}); read are {', '.join(one[1:] for one in PICTURES)}"
