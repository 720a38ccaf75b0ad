"""A file with a drawing, a grey picture or colour hints -> arrays for the sketch engine."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps

from facedesigner.contract.sketching import Grey, Hints

MOST_BYTES = 512_000_000
MOST_PIXELS = 200_000_000  # once decoded: 600 MB in colour
LONGEST = 2048  # pixels; larger ones are reduced
WHITE = 245  # of 255: in hints without transparency, what is lighter in every channel is no hint


class DrawingFileError(ValueError):
    """The file cannot be opened; the message says why and what to do."""


def open_drawing(path: Path) -> Grey:
    """(H, W), upright as its EXIF says; what is transparent is white paper. Raises DrawingFileError."""
    image = opened(path)
    page = Pillow.new("RGBA", image.size, "white")
    page.alpha_composite(image)
    return np.array(page.convert("L"))


def open_hints(path: Path) -> Hints:
    """(H, W, 4): strokes on transparent ground, or on white. Raises DrawingFileError."""
    pixels = np.array(opened(path))
    if pixels[..., 3].min() == 255:
        pixels[..., 3] = np.where(pixels[..., :3].min(2) > WHITE, 0, 255)
    return pixels


def opened(path: Path) -> Pillow.Image:
    """RGBA, at most LONGEST pixels each way."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise DrawingFileError(f"{path.name} has {size / 1e6:.0f} MB: choose a smaller file")
        if not size:
            raise DrawingFileError(f"{path.name} is empty: choose another file")
        return decoded(path)
    except DrawingFileError:
        raise
    except OSError as error:
        if error.strerror:
            raise DrawingFileError(f"{path} cannot be read ({error.strerror}): choose another file") from None
        raise DrawingFileError(f"{path.name} is no picture, or a damaged one: choose a PNG or JPEG") from None
    except MemoryError:
        raise DrawingFileError(f"{path.name} is too large for this computer's memory: make it smaller first") from None
    except Exception:  # a broken file makes decoders raise nearly anything
        raise DrawingFileError(f"{path.name} is no picture, or a damaged one: choose a PNG or JPEG") from None


def decoded(path: Path) -> Pillow.Image:
    from training.curation.opening import FORMATS, unlimited

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd EXIF and palettes
        with unlimited(), Pillow.open(path, formats=FORMATS) as file:
            file.draft(None, (LONGEST, LONGEST))
            image: Pillow.Image = file
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise DrawingFileError(
                    f"{path.name} has {width} × {height} pixels, {MOST_PIXELS // 1_000_000} million are decoded at "
                    "most: make it smaller first"
                )
            if image.mode in ("1", "P", "PA"):  # these cannot be averaged
                image = image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
            elif image.mode.startswith(("I", "F")):
                image = deep(image)
            factor = max(image.size) // LONGEST
            small = image.reduce(factor) if factor > 1 else image
            small = ImageOps.exif_transpose(small)
            small = small.convert("RGBA")
            small.thumbnail((LONGEST, LONGEST), Pillow.Resampling.BOX)
            return small


def deep(image: Pillow.Image) -> Pillow.Image:
    """16 bits or more a pixel -> 8."""
    values = np.asarray(image, dtype=np.float64)
    if values.max() > 255:
        values = values / 257
    return Pillow.fromarray(np.clip(values, 0, 255).astype(np.uint8))
