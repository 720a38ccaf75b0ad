"""What curation makes of pictures whose kind is known, and how fast: one table.

uv run python -m benchmarks.curation FOLDER [--limit 300] [--out OUT]

The kind of a picture is its folder and what its name begins with: `blurred_003.jpg` is of the kind `blurred`.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from benchmarks.machine import machine
from training.curation.contract import Finished, Progress, Started, read_rows
from training.curation.curate import cores, curate
from training.curation.opening import Pictures


def kind(name: str) -> str:
    folder, _, file = name.rpartition("/")
    stem = re.split(r"[\d_]*\.", file)[0]
    return "/".join(part for part in (folder, re.sub(r"_?\d+$", "", stem)) if part) or "(numbered)"


def sample(folder: Path, limit: int, to: Path) -> Path:
    """A copy of so many pictures, drawn by a fixed seed."""
    pictures = Pictures(folder)
    names = sorted(entry.name for entry in pictures.list())
    for name in random.Random(0).sample(names, min(limit, len(names))):
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / name, to / name)
    return to


def table(out: Path) -> str:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in read_rows(out):
        counts[kind(row.name)][row.verdict if row.verdict != "rejected" else row.reason] += 1
    found = {column for counter in counts.values() for column in counter}
    columns = [c for c in ("kept", "mended") if c in found] + sorted(found - {"kept", "mended"})
    lines = ["| kind | pictures | " + " | ".join(columns) + " |", "|---|" + "---:|" * (len(columns) + 1)]
    for name, counter in sorted(counts.items()):
        cells = (str(counter[column] or "") for column in columns)
        lines.append(f"| {name} | {counter.total()} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--limit", type=int, help="look at so many pictures only, drawn at random")
    arguments.add_argument("--out", type=Path, help="keep the data set here (default: thrown away)")
    arguments.add_argument("--workers", type=int, default=cores())
    args = arguments.parse_args()
    print(machine(), f"{args.workers} workers", sep=", ")
    with tempfile.TemporaryDirectory() as folder:
        source = args.folder
        if args.limit:
            source = sample(args.folder, args.limit, Path(folder, "in"))
        out = args.out or Path(folder, "out")
        last: Progress | None = None
        for event in curate(source, out, workers=args.workers):
            match event:
                case Started():
                    print(f"{event.total} pictures")
                case Progress():
                    last = event
                case Finished():
                    print(table(out))
                    speed = f", {last.pictures_per_second:.1f} pictures a second" if last else ""
                    print(f"{event.seconds:.1f} s in all, models loaded{speed}")


if __name__ == "__main__":
    main()
