"""Colours of a picture's own profile (ICC) -> sRGB, which is what everything here works in, and back."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image

from training.errors import UserError

CLOSE = 2  # of 255: a profile that moves no colour by more is sRGB under another name
SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}  # a picture's mode, what its profile says of itself


class ProfileError(UserError):
    """The profile is broken, or not one for such a picture."""


@dataclass(frozen=True)
class Conversion:
    """From a profile to sRGB."""

    name: str  # of the profile
    there: Any  # a transform of Pillow's
    back: Any = None  # for RGB pictures

    def to_srgb(self, image: Image.Image) -> Image.Image:
        from PIL import ImageCms

        converted = ImageCms.applyTransform(image, self.there)
        assert converted is not None
        return converted

    def from_srgb(self, image: Image.Image) -> Image.Image:
        """RGB pictures only."""
        from PIL import ImageCms

        converted = ImageCms.applyTransform(image, self.back)
        assert converted is not None
        return converted


def in_srgb(
    image: Image.Image, profile: bytes, own_colours: bool = False
) -> tuple[Image.Image, tuple[str, ...], bytes]:
    """A picture of eight bits (L, LA, RGB, RGBA, CMYK or LAB) in sRGB, notes, and, with `own_colours`, the profile of
    an RGB picture whose colours were left as they are (also sRGB's own). A profile that
    is of no use is left out and said."""
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    base = image if alpha is None else image.convert(image.mode[:-1])
    notes: tuple[str, ...] = ()
    if profile:
        try:
            conversion = conversion_of(profile, base.mode)
        except ProfileError as error:
            notes = (f"its colour profile was ignored: {error}",)
        else:
            if own_colours and base.mode == "RGB" and alpha is None:
                return image, (), profile
            if conversion is not None:
                notes = (f"its colours were converted from {conversion.name} to sRGB",)
                base = conversion.to_srgb(base) if base.mode != "L" else conversion.to_srgb(base).convert("L")
    if base.mode == "LAB":
        base = of_lab(base)
    elif base.mode == "CMYK":
        base, notes = base.convert("RGB"), (*notes, "its colours are those of print (CMYK): they were converted")
    if alpha is not None:
        base = base.copy() if base is image else base
        base.putalpha(alpha)
    return base, notes, b""


@lru_cache(maxsize=8)
def conversion_of(profile: bytes, mode: str) -> Conversion | None:
    """None for sRGB itself. ProfileError."""
    try:
        from PIL import ImageCms
    except ImportError:
        raise ProfileError("this Pillow cannot convert colours") from None
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = str(own.profile.xcolor_space).strip()
        name = (ImageCms.getProfileDescription(own) or "").strip()[:60] or "another colour space"
        if space != SPACES.get(mode):
            raise ProfileError(f"it is one for {space or 'nothing'}, and the picture is {mode}")
        srgb = ImageCms.createProfile("sRGB")
        flags = ImageCms.Flags.NOCACHE  # so that threads may share it
        there = ImageCms.buildTransform(own, srgb, mode, "RGB", ImageCms.Intent.PERCEPTUAL, flags)
        if mode != "RGB":
            return Conversion(name, there)
        back = ImageCms.buildTransform(srgb, own, mode, "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC, flags)
        found = Conversion(name, there, back)
        grid = Image.fromarray(np.indices((6, 6, 6)).T.reshape(6, 36, 3).astype(np.uint8) * 51)
        moved = np.abs(np.asarray(found.to_srgb(grid), np.int16) - np.asarray(grid)).max()
        return found if moved > CLOSE else None
    except ProfileError:
        raise
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        raise ProfileError(f"it is broken ({(str(error).splitlines() or ['unreadable'])[0]})") from None


def of_lab(image: Image.Image) -> Image.Image:
    from PIL import ImageCms

    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    converted = ImageCms.applyTransform(image, ImageCms.buildTransform(lab, srgb, "LAB", "RGB"))
    assert converted is not None
    return converted


def srgb_profile() -> bytes:
    """To be written with a picture whose colours were converted."""
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
