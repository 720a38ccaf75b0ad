"""Masks for tests."""

from facedesigner.state.mask import SIDE, Mask


def box(left: int, top: int, right: int, bottom: int) -> Mask:
    """Cells from `left` to below `right`, of SIDE, and so on."""
    row = "".join("1" if left <= x < right else "0" for x in range(SIDE))
    inside, outside = int(row, 2).to_bytes(SIDE // 8), bytes(SIDE // 8)
    return Mask(b"".join(inside if top <= y < bottom else outside for y in range(SIDE)))
