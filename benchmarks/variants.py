"""The variants side by side: a table of what their runs measured and a figure of how they learnt.

    uv run python -m benchmarks.variants runs/dcgan runs/lsgan ... --figure docs/pictures/variants.png

Each run must have been measured: `python -m training eval RUN`. Prints the table of training/RESULTS.md.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.machine import machine
from training.config import run_config
from training.events import Metrics, Samples, decode

MOMENTS = (0, 10_000, 50_000, 150_000)  # pictures shown
SHOWN = 3  # faces a side of each cell
MARGIN, HEAD = 110, 26  # pixels


def median_speed(folder: Path) -> float:
    """Pictures a second of the median line of metrics."""
    events = [decode(line) for line in (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    return float(np.median([event.images_per_second for event in events if isinstance(event, Metrics)]))


def grid_at(folder: Path, images: int) -> Path:
    """The sample grid that was made nearest to so many pictures."""
    events = [decode(line) for line in (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    samples = [event for event in events if isinstance(event, Samples)]
    nearest = min(samples, key=lambda event: abs(event.images - images))
    return folder / Path(nearest.path).name


def row_of(folder: Path) -> str:
    values: dict[str, Any] = json.loads((folder / "eval.json").read_text(encoding="utf-8"))
    config = run_config(folder)
    m = next(v for v in values.values() if isinstance(v, dict) and "frechet" in v)
    cells = [
        config.variant,
        f"{m['frechet']:.1f} ± {1.96 * m['frechet_error']:.1f}",
        f"{1000 * m['kernel']:.1f} ± {1960 * m['kernel_error']:.1f}",
        f"{m['precision']:.2f}",
        f"{m['recall']:.2f}",
        f"{1000 / median_speed(folder):.1f}",
        "; ".join(f"{k.split(':')[0]} {v['asked']:.0%} ({v['real']:.0%})" for k, v in values.get("labels", {}).items()),
    ]
    return f"| {' | '.join(cells)} |"


def figure(folders: list[Path]) -> Image.Image:
    """A row a run, a column a moment."""
    cells = []
    for folder in folders:
        side = int(run_config(folder).options.get("resolution", 64)) * SHOWN
        for moment in MOMENTS:
            with Image.open(grid_at(folder, moment)) as grid:
                cells.append(grid.convert("RGB").crop((0, 0, side, side)))
    gap = 6
    width, height = MARGIN + len(MOMENTS) * (side + gap), HEAD + len(folders) * (side + gap)
    sheet = Image.new("RGB", (width, height), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    for column, moment in enumerate(MOMENTS):
        draw.text((MARGIN + column * (side + gap), 4), f"{moment:,} pictures" if moment else "first", "black", font)
    for index, cell in enumerate(cells):
        row, column = divmod(index, len(MOMENTS))
        sheet.paste(cell, (MARGIN + column * (side + gap), HEAD + row * (side + gap)))
        if not column:
            draw.text((8, HEAD + row * (side + gap) + side // 2), run_config(folders[row]).variant, "black", font)
    return sheet


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("runs", type=Path, nargs="+")
    arguments.add_argument("--figure", type=Path)
    args = arguments.parse_args()
    print(machine())
    print("| variant | Fréchet | kernel × 1000 | precision | recall | s per 1,000 pictures | class asked for (real) |")
    print("|---|---|---|---|---|---|---|")
    for folder in args.runs:
        print(row_of(folder))
    if args.figure:
        figure(args.runs).save(args.figure, optimize=True)


if __name__ == "__main__":
    main()
