"""Pictures that hold two side by side, a sketch and its photo, as pix2pix's data sets have them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from training.data import DataError, Faces, no_pictures
from training.errors import UserError
from training.pictures import Source


def load_pairs(source: Path, resolution: int, sketch_left: bool, include: Sequence[str] = ()) -> Faces:
    """The photos of a folder or zip, with their sketches (N, 1, R, R) uint8 as the label "sketches": 255 is paper.

    Broken pictures and those that are not about twice as wide as high are skipped and named. DataError when fewer than
    two are left.
    """
    opened = Source(source)
    photos, drawings, names, skipped = [], [], [], list[tuple[str, str]]()
    try:
        entries = opened.pictures(include)
        if not entries:
            raise DataError(no_pictures(opened, include))
        for entry in entries:
            try:
                image = Image.open(io.BytesIO(opened.read(entry.name)))
                left, right = halves(image, resolution)
            except Exception as error:  # a broken file makes decoders and zip readers raise nearly anything
                skipped.append((entry.name, str(error).splitlines()[0] if str(error) else type(error).__name__))
                continue
            sketch, photo = (left, right) if sketch_left else (right, left)
            photos.append(torch.from_numpy(np.array(photo.convert("RGB"))).permute(2, 0, 1))
            drawings.append(torch.from_numpy(np.array(sketch.convert("L")))[None])
            names.append(entry.name)
    finally:
        opened.close()
    if len(photos) < 2:
        why = f"; {skipped[0][0]}: {skipped[0][1]}" if skipped else ""
        raise DataError(f"{source} holds {len(photos)} pairs, training needs two at least{why}")
    named = "; ".join(f"{name} ({why})" for name, why in skipped[:3])
    notes = (f"{len(skipped)} of {len(entries)} pictures were skipped: {named}",) if skipped else ()
    return Faces(torch.stack(photos), tuple(names), {"sketches": torch.stack(drawings)}, {}, tuple(skipped), notes)


def halves(image: Image.Image, side: int) -> tuple[Image.Image, Image.Image]:
    """The left and the right half, (side, side) each. UserError for a picture not about twice as wide as high."""
    width, height = image.size
    if not 1.8 <= width / height <= 2.2:
        raise UserError(f"{width} x {height} pixels are no two squares side by side")
    middle = width // 2
    parts = (image.crop((0, 0, middle, height)), image.crop((width - middle, 0, width, height)))
    left, right = (part.resize((side, side), Image.Resampling.LANCZOS) for part in parts)
    return left, right
