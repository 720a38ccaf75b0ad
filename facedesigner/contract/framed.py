"""Which part of the drawn picture an exported one shows: told in its PNG, so that the two can be compared."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass

FRAME_KEY = "Frame"
PLACES = ("x", "y", "across_x", "across_y", "width", "height")
LEAST, MOST = 0.2, 3.0  # of the drawn picture's width: frames that an export can have


@dataclass(frozen=True, slots=True)
class Framed:
    """A rectangle of the drawn picture, in widths of it: x to the right and y down from its left upper corner."""

    x: float  # its middle
    y: float
    across_x: float  # unit vector along its top edge
    across_y: float
    width: float
    height: float
    mirrored: bool = False
    background: bool = True  # False: it was taken away, or has another colour

    def within(self, outer: Framed) -> Framed:
        """This part of a picture that is itself a part of the drawn one."""
        x, y, across_x, across_y = self.x - 0.5, self.y - 0.5 * outer.height / outer.width, self.across_x, self.across_y
        if outer.mirrored:
            x, across_y = -x, -across_y
        right, down = (outer.across_x, outer.across_y), (-outer.across_y, outer.across_x)
        return Framed(
            outer.x + outer.width * (x * right[0] + y * down[0]),
            outer.y + outer.width * (x * right[1] + y * down[1]),
            across_x * right[0] + across_y * down[0],
            across_x * right[1] + across_y * down[1],
            outer.width * self.width,
            outer.width * self.height,
            outer.mirrored != self.mirrored,
            outer.background and self.background,
        )

    def to_text(self) -> str:
        return json.dumps({key: v if isinstance(v, bool) else round(v, 5) for key, v in asdict(self).items()})

    @classmethod
    def of_text(cls, text: str) -> Framed | None:
        """None when it is damaged, or no part of a picture."""
        try:
            values = json.loads(text)
            x, y, across_x, across_y, width, height = (float(values[key]) for key in PLACES)
            flags = bool(values["mirrored"]), bool(values["background"])
            framed = cls(x, y, across_x, across_y, width, height, *flags)
        except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
            return None
        inside = 0 <= framed.x <= 1 and 0 <= framed.y <= 1
        sized = LEAST <= framed.width <= MOST and LEAST <= framed.height <= MOST
        return framed if inside and sized and abs(math.hypot(across_x, across_y) - 1) < 0.01 else None
