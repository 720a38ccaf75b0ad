"""An edited face back into its photo: at the photo's full size, without a seam, and with its own fine detail.

A generator draws few pixels and never quite the person. So what goes into the photo is the *change*: the edited picture
minus the unedited one, in the aligned square, enlarged and added. Where it is strong, such as teeth between lips that
were closed, what the photo has besides would show through like a ghost, so that fades there.
Without an unedited picture the drawn face itself goes in, blended band by band (P. Burt, E. Adelson, A Multiresolution
Spline With Application to Image Mosaics, 1983), which matches its colours to what lies around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image as Pillow
from torch import Tensor

from facedesigner.contract.request import Image
from facedesigner.engine.opening import FileError, decoded
from facedesigner.engine.photo import PhotoError, PhotoFace
from training.colours import Conversion, conversion_of, srgb_profile
from training.errors import UserError

STRIP = 256  # rows of the photo that are worked on at once, so that large ones fit into memory
MARGIN = 0.1  # of the side: from the square's edge inwards the photo gains the upper hand
FAINT = 0.03  # of 1: smaller changes are the generator's restlessness; around the face three times that
STRONG = (0.08, 0.25)  # of 1: where a change begins to cover what the photo has besides, and where it does so wholly
COLOUR = 1 / 12  # of the side: what varies more slowly than this is light and colour, which the photo keeps
GREY = 0.02  # of 1: a photo whose channels differ by less has no colour, and gets none
LEVELS = 5  # bands of the blending, at most
WITHOUT_HAIR = (0.34, 0.42, 0.54, 16.0)  # see `head`: where the drawn face is put in
WITH_HAIR = (0.40, 0.50, 0.50, 10.0)  # where changes are carried over


@dataclass(frozen=True, eq=False)
class Change:
    """What becomes of the aligned square, each (1, C, R, R) of 1."""

    colour: Tensor  # C 3: is added
    cover: Tensor  # C 1, 0 to 1: so much goes of the photo's detail that is finer than `square`
    square: Tensor  # C 3: the photo's own


def paste(photo: Pillow.Image, face: PhotoFace, image: Image, before: Image | None = None) -> Pillow.Image:
    """The photo with `image` (R, R, 3) in place of its face.

    `photo` is RGB, of any size, upright as its EXIF says: see `whole_photo`. `before` (R, R, 3) is what the model draws
    for the face unedited: with it only the change is carried over. UserError when the face has no placement.
    """
    drawn = batch(image)
    square = F.interpolate(batch(face.picture), drawn.shape[-2:], mode="bilinear", antialias=True, align_corners=False)
    was = None if before is None else batch(before)
    if float((square.amax(1) - square.amin(1)).max()) < GREY:
        drawn, was = without_colour(drawn), None if was is None else without_colour(was)
    change = put_in(square, drawn) if was is None else carried(square, drawn, was)
    result = photo.copy()
    for place, strip in strips(photo, face, change):
        result.paste(strip, place)
    return result


def whole_photo(path: Path) -> Pillow.Image:
    """RGB at full size, upright as its EXIF says, in its own colours: `info` has their profile, if any, and
    `notes` for the user. Raises PhotoError."""
    if not path.exists():
        raise PhotoError(f"{path} is not there any more: put it back, or open another photo")
    try:
        found = decoded(path, own_colours=True)
    except FileError as error:
        raise PhotoError(f"{error}. To paste into it, it is needed at its full size") from None
    image = found.on_white
    profile = found.profile or (srgb_profile() if found.notes else b"")  # converted: it should be said what to
    image.info = {"notes": found.notes, **({"icc_profile": profile} if profile else {})}
    return image


def colours_of(photo: Pillow.Image) -> Conversion | None:
    """How its colours become sRGB; None where they are."""
    profile = photo.info.get("icc_profile")
    return conversion_of(profile, photo.mode) if profile else None


def close_up(photo: Pillow.Image, face: PhotoFace, around: float, side: int) -> Image:
    """The part of a photo that holds the face and, of its square's side, so much `around` it: (H, W, 3), upright, at
    most `side` pixels high and wide."""
    corners, _ = corners_in(photo, face)
    middle, reach = corners.mean(0), (corners.max(0) - corners.min(0)).max() * (0.5 + around)
    low = np.maximum(np.floor(middle - reach), 0).astype(int).tolist()
    high = np.minimum(np.ceil(middle + reach), photo.size).astype(int).tolist()
    conversion, part = colours_of(photo), photo.crop((*low, *high))
    part = (conversion.to_srgb(part) if conversion else part).rotate(face.turned, expand=True)
    part.thumbnail((side, side), Pillow.Resampling.LANCZOS)
    return np.array(part)


# -- in the aligned square


def carried(square: Tensor, edited: Tensor, before: Tensor) -> Change:
    """The change from `before` to `edited`, for the photo's own square."""
    side = square.shape[-1]
    inside = fading(side) * head(side, *WITH_HAIR)
    change, missed = edited - before, square - before  # `missed`: what the model could not draw of the photo
    size = smooth(change.abs().mean(1, keepdim=True), side / 100)
    faint = FAINT * (3 - 2 * head(side, *WITHOUT_HAIR))
    kept = inside * smooth(((size - faint / 2) / faint).clamp(0, 1), side / 64)
    low, high = STRONG
    cover = inside * smooth(((size - low) / (high - low)).clamp(0, 1), side / 64)
    detail = missed - smooth(missed, side * COLOUR)
    return Change(kept * change - cover * detail, cover, square)


def put_in(square: Tensor, drawn: Tensor) -> Change:
    """The drawn face in place of the photo's."""
    mask = head(square.shape[-1], *WITHOUT_HAIR)
    return Change(fading(square.shape[-1]) * (blended(square, drawn, mask) - square), mask, square)


def blended(back: Tensor, front: Tensor, mask: Tensor, levels: int = LEVELS) -> Tensor:
    """`front` over `back` where `mask` is 1: each band of the Laplacian pyramids by a mask as blurred as itself."""
    if levels == 0 or back.shape[-1] % 2 or back.shape[-1] <= 4:
        return back + mask * (front - back)
    small = [F.avg_pool2d(picture, 2) for picture in (back, front, mask)]
    bands = [picture - enlarged(low) for picture, low in zip((back, front), small, strict=False)]
    return enlarged(blended(small[0], small[1], small[2], levels - 1)) + bands[0] + mask * (bands[1] - bands[0])


def enlarged(picture: Tensor) -> Tensor:
    return F.interpolate(picture, scale_factor=2, mode="bilinear", align_corners=False)


def fading(side: int) -> Tensor:
    """(1, 1, side, side): 1 inside, 0 at the edge."""
    places = (torch.arange(side) + 0.5) / side
    near = torch.minimum(places, 1 - places) / MARGIN
    near = near.clamp(0, 1)
    rise = near * near * (3 - 2 * near)
    return (rise[:, None] * rise[None, :])[None, None]


def head(side: int, width: float, height: float, middle: float, sharpness: float) -> Tensor:
    """(1, 1, side, side): 1 in an ellipse of the head of an aligned picture, 0 around it. Half axes and the height of
    the middle in sides."""
    places = (torch.arange(side) + 0.5) / side
    radius = (((places[None, :] - 0.5) / width).square() + ((places[:, None] - middle) / height).square()).sqrt()
    return torch.sigmoid((1 - radius) * sharpness)[None, None]


def smooth(picture: Tensor, sigma: float) -> Tensor:
    """Blurred by a Gaussian of so many pixels; mirrored at the edges."""
    reach = min(round(3 * sigma) + 1, picture.shape[-1] - 1)
    steps = torch.arange(-reach, reach + 1, dtype=torch.float32)
    kernel = torch.softmax(-(steps**2) / (2 * sigma**2), 0)
    channels = picture.shape[1]
    for shape in ((channels, 1, 1, -1), (channels, 1, -1, 1)):
        padding = (reach, reach, 0, 0) if shape[3] == -1 else (0, 0, reach, reach)
        weights = kernel.expand(channels, -1).reshape(shape)
        picture = F.conv2d(F.pad(picture, padding, mode="reflect"), weights, groups=channels)
    return picture


def without_colour(picture: Tensor) -> Tensor:
    """Its luma (Rec. 601) in all three channels."""
    luma = (picture * torch.tensor([0.299, 0.587, 0.114])[:, None, None]).sum(1, keepdim=True)
    return luma.expand_as(picture)


def batch(image: Image) -> Tensor:
    """(R, R, 3) uint8 -> (1, 3, R, R) of 1."""
    return torch.from_numpy(image.copy()).permute(2, 0, 1)[None] / 255


# -- in the photo


def strips(photo: Pillow.Image, face: PhotoFace, change: Change) -> Iterator[tuple[tuple[int, int], Pillow.Image]]:
    """What the photo becomes where its face lies: place and pixels, some rows at a time."""
    corners, side = corners_in(photo, face)
    corner, across, down = corners[0], (corners[1] - corners[0]) / side, (corners[2] - corners[0]) / side
    planes = torch.cat([change.colour, change.cover, change.square], 1)
    size = min(planes.shape[-1], max(1, round(side)))  # a face of fewer pixels than the drawn one
    planes = F.interpolate(planes, (size, size), mode="bilinear", antialias=True, align_corners=False)
    images = [Pillow.fromarray(plane.numpy()) for plane in planes[0]]
    left, top = np.maximum(np.floor(corners.min(0)), 0).astype(int).tolist()
    right, bottom = np.minimum(np.ceil(corners.max(0)), photo.size).astype(int).tolist()
    conversion = colours_of(photo)
    step = size / side  # pixels of the square for one of the photo
    for row in range(top, bottom, STRIP):
        box = (left, row, right, min(row + STRIP, bottom))
        start = np.array([left, row]) - corner
        matrix = (*(across * step), start @ across * step, *(down * step), start @ down * step)
        shape = (box[2] - box[0], box[3] - box[1])
        laid = [
            np.asarray(one.transform(shape, Pillow.Transform.AFFINE, matrix, Pillow.Resampling.BICUBIC))
            for one in images
        ]
        colour, cover, square = np.stack(laid[:3], 2), laid[3][..., None], np.stack(laid[4:], 2)
        strip = photo.crop(box)
        seen = conversion.to_srgb(strip) if conversion else strip
        own = np.asarray(seen, dtype=np.float32) / 255
        pixels = own + colour - cover * (own - square)
        made = Pillow.fromarray((pixels.clip(0, 1) * 255 + 0.5).astype(np.uint8))
        yield box[:2], in_own_colours(strip, seen, made, conversion) if conversion else made


def in_own_colours(strip: Pillow.Image, seen: Pillow.Image, made: Pillow.Image, conversion: Conversion) -> Pillow.Image:
    """What was made of a strip in sRGB (`made`, of `seen`), in the photo's colours: the change alone is converted, so
    that what did not change keeps its colours, also those that sRGB does not have."""
    before, after = (np.asarray(conversion.from_srgb(one), dtype=np.int16) for one in (seen, made))
    return Pillow.fromarray((np.asarray(strip, dtype=np.int16) + after - before).clip(0, 255).astype(np.uint8))


def corners_in(photo: Pillow.Image, face: PhotoFace) -> tuple[np.ndarray, float]:
    """Where the aligned square lies in a photo of whatever size: (4, 2) corners as x, y, and its side, in pixels."""
    if face.placement is None:
        raise UserError("it is not known where in the photo this face lies")
    scale = float(np.mean(np.array(photo.size) / face.searched))
    across, side = face.placement.across, face.placement.side * scale
    down = np.array([-across[1], across[0]])
    return face.placement.corner * scale + side * np.array([[0, 0], across, down, across + down]), side
