"""Whether a file is a picture that FaceDesigner exported, or a photo, without decoding it."""

from __future__ import annotations

import struct
from pathlib import Path

from facedesigner.state.recipe import RECIPE_KEY

SIGNATURE = b"\x89PNG\r\n\x1a\n"
TEXTS = (b"tEXt", b"iTXt", b"zTXt")


def carries_recipe(path: Path) -> bool:
    """Whether it is a PNG with a recipe of ours; False also for what cannot be read."""
    key = RECIPE_KEY.encode() + b"\0"
    try:
        with path.open("rb") as file:
            if file.read(len(SIGNATURE)) != SIGNATURE:
                return False
            while len(head := file.read(8)) == 8:
                length, kind = struct.unpack(">I4s", head)
                if kind in TEXTS and length >= len(key):
                    if file.read(len(key)) == key:
                        return True
                    length -= len(key)
                file.seek(length + 4, 1)  # and the checksum
    except OSError:
        pass
    return False
