"""A face for a press: a TIFF in CMYK, by the press's own colour profile (ICC)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Pillow
from PIL import ImageCms, TiffImagePlugin

from facedesigner.contract.request import Image
from facedesigner.export.chunks import profile as srgb_profile
from facedesigner.state.recipe import xmp
from training.errors import UserError
from training.texts import one_line

DESCRIPTION, XMP = 270, 700  # tags of TIFF
MOST_BYTES = 50_000_000  # of a profile


class PressError(UserError):
    """The profile cannot be used; the message says what to give instead."""


def read_profile(path: Path) -> bytes:
    """A profile's file, looked into. PressError."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES)
    except OSError as error:
        raise PressError(f"{path} cannot be read ({error.strerror or error}): choose another profile") from None
    try:
        transforms(content)
    except PressError as error:
        raise PressError(f"{path.name} {error}") from None
    return content


def transforms(content: bytes) -> tuple[Any, Any]:
    """From sRGB to the press and, as it will look, back. Relative to the paper, with the black point moved, as is usual
    for pictures in print. PressError."""
    ask = "ask the printer for the ICC profile of press and paper"
    try:
        press = ImageCms.ImageCmsProfile(io.BytesIO(content))
        space = str(press.profile.xcolor_space).strip()
        if space != "CMYK":
            raise PressError(f"is a profile for {space or 'nothing'}, and not for a press (CMYK): {ask}")
        srgb = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
        intent, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
        there = ImageCms.buildTransform(srgb, press, "RGB", "CMYK", intent, flags)
        return there, ImageCms.buildTransform(press, srgb, "CMYK", "RGB", intent, flags)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        if isinstance(error, PressError):
            raise
        why = one_line((str(error).splitlines() or ["it is damaged"])[0])
        raise PressError(f"is no profile that can be used ({why}): {ask}") from None


def inked(pixels: Image, profile: bytes) -> Pillow.Image:
    """(H, W, 3) uint8 sRGB -> CMYK. PressError."""
    there, _ = transforms(profile)
    picture = ImageCms.applyTransform(Pillow.fromarray(pixels), there)
    assert picture is not None
    return picture


def cmyk_tiff(pixels: Image, dpi: float, profile: bytes, about: str = "", mark: str = "") -> bytes:
    """(H, W, 3) uint8 sRGB -> a TIFF in CMYK with the profile, its real size, and the mark that it is generated.
    PressError."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    if about:
        tags[DESCRIPTION] = about.encode("ascii", "replace").decode()
    if mark:
        tags.tagtype[XMP] = 1  # bytes
        tags[XMP] = xmp(mark).encode()
    buffer = io.BytesIO()
    picture = inked(pixels, profile)
    picture.save(buffer, "TIFF", compression="tiff_lzw", dpi=(dpi, dpi), icc_profile=profile, tiffinfo=tags)
    return buffer.getvalue()


def proof(pixels: Image, profile: bytes) -> Image:
    """(H, W, 3) uint8 sRGB -> how it will look in print, in sRGB. PressError."""
    _, back = transforms(profile)
    picture = ImageCms.applyTransform(inked(pixels, profile), back)
    assert picture is not None
    return np.asarray(picture)
