"""Stages that train a network for the generator: each is a run in the folder `work`, and goes on as runs do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from training.config import RunConfig, preset
from training.kinds import trained
from training.preparing.own_faces import require_faces
from training.preparing.work import LeftOut, Work, Yield
from training.sheets import save_pictures
from training.tasks.sliders.directions import RARE

IMAGES = {"encoder": 20_000, "concept": 16_000}
HOLDOUT = 0.112


def glasses(work: Work) -> Yield:
    """A slider for glasses, where the generator hardly draws any: it learns them from pictures that show them."""
    from training.tasks.concept.trainee import teachable

    require_faces(work)
    if (share := float(work.facts.get("faces", {}).get("glasses", 0.0))) >= 2 * RARE:
        raise LeftOut(f"{share:.0%} of its faces wear glasses: their slider is found among the named ones")
    teachable(work.model)
    config = config_of("concept", work, str(work.data.resolve()), weights=str(work.model.resolve()))
    folder, out = work.run_folder("glasses"), work.folder / "glasses.safetensors"
    images = work.train(config, folder)
    trained("concept").export(folder, out)
    sheet = sheet_of(folder, ("before", "fakes"), work.wish.folder / "glasses.jpg")
    return Yield((out, sheet), out, (sheet,), note=f"taught with {images:,} faces", faces=images)


def encoder(work: Work) -> Yield:
    return trained_encoder(work, "encoder", sketches=False)


def sketches(work: Work) -> Yield:
    return trained_encoder(work, "sketch_encoder", sketches=True)


def trained_encoder(work: Work, name: str, sketches: bool) -> Yield:
    data = str(work.wish.data.resolve()) if work.wish.data else ""
    config = config_of("encoder", work, data, weights=str(work.model.resolve()), sketches=sketches)
    folder = work.run_folder(name)
    out = work.wish.folder / f"{name}-{work.name}.safetensors"
    images = work.train(config, folder)
    trained("encoder").export(folder, out)
    sheet = sheet_of(folder, ("reals", "seen", "fakes"), work.wish.folder / f"{name}.jpg")
    note = f"{images:,} faces" + ("" if data else "; its own alone, since there were no pictures")
    return Yield((out, sheet), pictures=(sheet,), note=note, faces=images)


def config_of(name: str, work: Work, source: str, **options: Any) -> RunConfig:
    cache, images, seed = str(work.folder.resolve()), IMAGES[name], work.wish.seed
    return preset(name, options, source, holdout=HOLDOUT, cache=cache, images=images, seed=seed)


def sheet_of(folder: Path, kinds: tuple[str, ...], out: Path) -> Path:
    """The newest pictures of a run beside each other: each kind is a grid."""
    grids = [max(folder.glob(f"{kind}*.png"), key=lambda path: path.stat().st_mtime) for kind in kinds]
    pictures = []
    for path in grids:
        with Image.open(path) as grid:
            pictures.append(np.asarray(grid.convert("RGB")))
    return save_pictures(pictures, len(pictures), out, side=512)
