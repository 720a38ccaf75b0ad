"""The content of a picture file -> its pixels, upright and in sRGB: the one way in which pictures are opened.

Whatever its name says, Pillow tells what it is. The size is looked at before anything is decoded.
"""

from __future__ import annotations

import io
import threading
import warnings
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from PIL import Image, ImageOps, features

from training.colours import in_srgb
from training.errors import UserError

JPEG = ("JPEG", "MPO")  # MPO: a camera's JPEG with a second picture behind it; Pillow opens it as JPEG
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")  # Pillow's others are rare and risky
MOST_BYTES = 512_000_000  # of one file
MOST_PIXELS = 80_000_000  # once decoded: 240 MB
HEADER_PIXELS = 400_000_000  # of a JPEG that is decoded at an eighth of its size
BITS = 258  # the tag of a TIFF that says how many a channel has
DEPTH = 24  # where a PNG says so; Pillow reads 16 as 8 without a word
REDUCED = ("L", "LA", "RGB", "RGBA", "CMYK")  # modes whose pixels can be averaged


class PictureError(UserError):
    """A picture that cannot be looked at. `reason` is one of `curation.contract.REASONS`, the message is for the
    user."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, eq=False)
class Decoded:
    """A picture and what came with it."""

    image: Image.Image  # L, LA, RGB or RGBA, of 8 bits
    size: tuple[int, int]  # width and height in the file, before it was turned or reduced
    notes: tuple[str, ...] = ()  # what the user should know, such as what was converted
    texts: dict[str, str] = field(default_factory=dict)  # of a PNG
    profile: bytes = b""  # of an RGB picture that was left in its own colours

    @property
    def on_white(self) -> Image.Image:
        """RGB; what is transparent is white."""
        if not self.image.has_transparency_data:
            return self.image.convert("RGB")
        rgba = self.image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")


def decode(
    content: bytes,
    *,
    most: int = MOST_PIXELS,
    draft: int = 0,
    longest: int = 0,
    resample: Image.Resampling = Image.Resampling.LANCZOS,
    own_colours: bool = False,
) -> Decoded:
    """Decodes at most so many pixels; of an animation the first frame.

    `draft`: a JPEG may come smaller, with no less than so many pixels each way; `longest`: what has more pixels each
    way is reduced to them; `own_colours`: an RGB picture stays in its own colours, see `Decoded.profile`.
    Raises PictureError: no picture, damaged, or too large to be decoded safely.
    """
    if not content:
        raise PictureError("unreadable", "the file is empty")
    try:
        with unlimited(), Image.open(io.BytesIO(content), formats=formats()) as opened:
            return decoded(opened, content, most, draft, longest, resample, own_colours)
    except PictureError:
        raise
    except MemoryError:
        raise PictureError("too large", "there is not enough memory to decode it") from None
    except Exception as error:  # a broken file makes decoders raise nearly anything
        raise PictureError("unreadable", explained(error, content)) from None


def size_of(content: bytes) -> tuple[int, int]:
    """Width and height by the file's header alone. Raises what a decoder raises on a broken one."""
    with unlimited(), Image.open(io.BytesIO(content), formats=formats()) as opened:
        return opened.size


def decoded(
    opened: Any,
    content: bytes,
    most: int,
    draft: int,
    longest: int,
    resample: Image.Resampling,
    own_colours: bool,
) -> Decoded:
    size, jpeg = opened.size, opened.format in JPEG
    check_size(size, HEADER_PIXELS if jpeg and draft else most)
    notes = ["animated: the first frame was taken"] if getattr(opened, "is_animated", False) and not jpeg else []
    if draft:
        opened.draft(None, (draft, draft))
        check_size(opened.size, most)
    opened.load()  # texts may follow the pixels
    if is_deep(opened, content):
        notes.append("16 bits a channel, of which 8 are kept")
    texts = {str(key): text for key, text in opened.info.items() if isinstance(text, str)}
    profile = opened.info.get("icc_profile") or b""
    image: Image.Image = opened
    if longest and max(image.size) >= 2 * longest and min(image.size) > 1 and image.mode in REDUCED:
        image = image.reduce(max(image.size) // longest)
    image, said, kept = in_srgb(plain(ImageOps.exif_transpose(image)), profile, own_colours)
    if longest and max(image.size) > longest:
        image.thumbnail((longest, longest), resample)
    image.info = {}
    return Decoded(image, size, (*notes, *said), texts, kept)


def plain(image: Image.Image) -> Image.Image:
    """Any mode -> one of eight bits a channel, without a palette."""
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, np.float64)
        values = np.nan_to_num(values, posinf=65535.0)
        whole = 1 / 255 if image.mode == "F" and values.max() <= 1 else 257 if is_wide(image, values) else 1
        image = Image.fromarray((values.clip(0, 255 * whole) / whole).round().astype(np.uint8))
    if image.mode in ("La", "RGBa", "PA"):
        image = image.convert({"La": "LA", "RGBa": "RGBA", "PA": "RGBA"}[image.mode])
    if image.mode == "1":
        image = image.convert("L")
    if image.has_transparency_data and image.mode not in ("LA", "RGBA"):
        return image.convert("LA" if image.mode == "L" else "RGBA")
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK", "LAB"):
        return image
    return image.convert("RGB")


def is_wide(image: Image.Image, values: np.ndarray) -> bool:
    """Whether white is 65535 rather than 255."""
    return image.mode.startswith("I") or bool(values.max() > 255)


def is_deep(opened: Any, content: bytes) -> bool:
    if opened.format == "TIFF":
        bits = opened.tag_v2.get(BITS, 8)
        return bool(max(bits if isinstance(bits, tuple) else (bits,)) > 8)
    return bool(opened.mode.startswith("I") or (opened.format == "PNG" and content[DEPTH] == 16))


def explained(error: Exception, content: bytes) -> str:
    """One line that a user understands."""
    text = (str(error).splitlines() or [type(error).__name__])[0]
    if not text.startswith("cannot identify image file"):
        return f"it is damaged ({text})"
    if content[4:8] == b"ftyp":  # ISO media
        if content[8:11] in (b"hei", b"hev", b"mif", b"msf"):
            return "it is a picture like HEIC: `pip install 'facedesigner[heic]'` opens it, or save it as JPEG first"
        return "it is a picture like AVIF, or a film: save it as JPEG first"
    return "it is not a picture"


@lru_cache
def formats() -> tuple[str, ...]:
    """Those that can be read here."""
    found = list(FORMATS)
    if features.check("avif"):
        found.append("AVIF")
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return tuple(found)
    register_heif_opener()
    return (*found, "HEIF")


def check_size(size: tuple[int, int], most: int) -> None:
    width, height = size
    if width * height > most:
        raise PictureError(
            "too large",
            f"{width} × {height} pixels are {width * height / 1e6:.0f} million; {most // 1_000_000} million are "
            "decoded at most: make it smaller first",
        )


class unlimited:  # noqa: N801 reads like the context manager it is
    """Lifts Pillow's own limit, which knows nothing of drafts; `check_size` holds ours. And silences what it says of
    odd EXIF and palettes. Both are of the whole process, so the last thread to leave puts them back."""

    _lock: ClassVar[threading.Lock] = threading.Lock()
    _inside: ClassVar[int] = 0
    _limit: ClassVar[int | None] = None
    _quiet: ClassVar[Any] = None

    def __enter__(self) -> None:
        with unlimited._lock:
            if not unlimited._inside:
                unlimited._limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
                unlimited._quiet = warnings.catch_warnings()
                unlimited._quiet.__enter__()
                warnings.simplefilter("ignore")
            unlimited._inside += 1

    def __exit__(self, *_: object) -> None:
        with unlimited._lock:
            unlimited._inside -= 1
            if not unlimited._inside:
                Image.MAX_IMAGE_PIXELS = unlimited._limit
                unlimited._quiet.__exit__(None, None, None)
