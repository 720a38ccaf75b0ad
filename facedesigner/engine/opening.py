"""A picture file -> its pixels as they are, to be enlarged: grey stays grey, transparency stays."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps

from facedesigner.contract.methods import EnhanceError
from facedesigner.contract.request import Image

PNG_DEPTH = 24  # where a PNG says how many bits a channel has; Pillow reads 16 as 8 without a word


@dataclass(frozen=True, eq=False)
class Opened:
    """A picture and what came with it."""

    pixels: Image  # (H, W, C) uint8; C is 1 (grey), 2 (grey, alpha), 3 or 4 (RGB, alpha)
    texts: dict[str, str]  # of a PNG, among them a face's recipe
    notices: tuple[str, ...]  # what the user should know


def open_picture(path: Path) -> Opened:
    """Upright as its EXIF says. Raises EnhanceError: no picture, empty, damaged, or too large to decode safely."""
    from training.curation.opening import FORMATS, MOST_BYTES, MOST_PIXELS, PictureError, check_size, unlimited

    try:
        if path.stat().st_size > MOST_BYTES:
            raise EnhanceError(f"{path.name} has {path.stat().st_size / 1e6:.0f} MB: choose a smaller file")
        content = path.read_bytes()
    except OSError as error:
        raise EnhanceError(f"{path} cannot be read ({error.strerror or error}): choose another picture") from None
    if not content:
        raise EnhanceError(f"{path.name} cannot be opened: the file is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd EXIF and palettes
            with unlimited(), Pillow.open(io.BytesIO(content), formats=FORMATS) as opened:
                check_size(*opened.size, MOST_PIXELS)
                opened.load()  # texts may follow the pixels
                texts = {str(key): text for key, text in opened.info.items() if isinstance(text, str)}
                several = getattr(opened, "is_animated", False)
                deep = opened.mode.startswith("I") or (opened.format == "PNG" and content[PNG_DEPTH] == 16)
                pixels = as_bytes(ImageOps.exif_transpose(opened))
    except PictureError as error:
        raise EnhanceError(f"{path.name} cannot be opened: {error}") from None
    except MemoryError:
        raise EnhanceError(f"{path.name} cannot be opened: there is not enough memory to decode it") from None
    except Exception as error:  # a broken file makes decoders raise nearly anything
        text = (str(error).splitlines() or [type(error).__name__])[0]
        text = "it is not a picture" if text.startswith("cannot identify image file") else text
        raise EnhanceError(f"{path.name} cannot be opened: {text}") from None
    notices = [f"{path.name} has 16 bits a channel; 8 are kept"] if deep else []
    notices += [f"{path.name} is animated; the first frame is taken"] if several else []
    return Opened(pixels, texts, tuple(notices))


def as_bytes(image: Pillow.Image) -> Image:
    """(H, W, C) uint8."""
    if image.mode.startswith("I"):
        image = Pillow.fromarray((np.asarray(image).clip(0, 65535) / 257).round().astype(np.uint8))
    grey = image.mode in ("1", "L", "LA", "La")
    mode = ("LA" if grey else "RGBA") if image.has_transparency_data else "L" if grey else "RGB"
    pixels = np.array(image.convert(mode))
    return pixels if pixels.ndim == 3 else pixels[:, :, None]
