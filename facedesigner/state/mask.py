"""Mask: a part of the picture, as a frozen value that recipes hold."""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass

from training.errors import UserError

SIDE = 256  # cells each way, of whatever model; one that is larger shows them as steps, which the soft edge hides
LENGTH = SIDE * SIDE // 8


class MaskError(UserError):
    """The mask cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Mask:
    """Which of SIDE x SIDE cells belong to a part of the picture: a bit each, row by row, the leftmost first.

    MaskError when it is empty or of another size.
    """

    data: bytes

    def __post_init__(self) -> None:
        if len(self.data) != LENGTH:
            raise MaskError(f"a mask has {LENGTH} bytes, not {len(self.data)}")
        if not any(self.data):
            raise MaskError("the mask is empty: paint or choose where the face is to change")

    @property
    def share(self) -> float:
        """Of the picture, 0 to 1."""
        return int.from_bytes(self.data).bit_count() / SIDE**2

    def to_text(self) -> str:
        """Some hundred letters: packed, as base64."""
        return base64.b64encode(zlib.compress(self.data, 9)).decode("ascii")

    @classmethod
    def from_text(cls, text: str) -> Mask:
        """MaskError on what `to_text` did not write; no more is unpacked than a mask holds."""
        try:
            unpacker = zlib.decompressobj()
            data = unpacker.decompress(base64.b64decode(text, validate=True), LENGTH + 1)
        except (binascii.Error, zlib.error, ValueError) as error:
            raise MaskError(f"the mask is damaged ({error}): export the face again") from None
        return cls(data)
