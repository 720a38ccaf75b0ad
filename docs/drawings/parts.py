"""Parts of a face in FFHQ's place: eyes at y = 485, mouth at y = 765. The right half; its mirror is drawn along."""

from __future__ import annotations

from artist import Artist


def jaw(a: Artist, width: float = 245, chin: float = 925, square: float = 0.0) -> None:
    w = width
    a.line(
        (512 + w, 400),
        (512 + w, 560),
        (512 + w * (0.86 + square), 720),
        (512 + w * (0.55 + square), 860),
        (512 + w * 0.2, chin - 8),
        (512, chin),
        both=True,
    )


def skull(a: Artist, width: float = 245, top: float = 170) -> None:
    w = width
    a.line((512, top), (512 + w * 0.45, top + 12), (512 + w * 0.85, top + 100), (512 + w, top + 245), both=True)


def eyes(a: Artist, open_: float = 1.0, slant: float = 0.0, lids: bool = True) -> None:
    h = 30 * open_
    a.line((582, 490 + slant), (612, 490 - h), (655, 488 - h), (698, 492 - slant), both=True)
    a.line((582, 490 + slant), (622, 490 + 0.75 * h), (662, 490 + 0.7 * h), (698, 492 - slant), both=True)
    a.ring(640, 490, 20, min(20, h), both=True)
    a.dot(640, 490, 16, both=True)
    if lids:
        a.line((590, 462 - h * 0.4), (640, 445 - h * 0.4), (695, 465 - h * 0.4), size=4, both=True)


def brows(a: Artist, inner: float = 415, outer: float = 420, thick: float = 12) -> None:
    a.line((570, inner), (630, min(inner, outer) - 22), (715, outer), size=thick, both=True)


def nose(a: Artist, width: float = 62, bottom: float = 655, bridge: bool = True) -> None:
    if bridge:
        a.line((545, 480), (540, 560), (512 + 0.75 * width, bottom - 45), size=4)
    a.line((512 + width, bottom - 35), (512 + width * 1.05, bottom - 8), (512 + width * 0.6, bottom - 2), both=True)
    a.line((512 - width * 0.5, bottom), (512, bottom + 14), (512 + width * 0.5, bottom))


def mouth(a: Artist, width: float = 105, curve: float = 0.0, full: float = 1.0) -> None:
    """`curve` lifts the corners (a smile) or lowers them, in pixels."""
    y, c = 768, curve
    a.line(
        (512 - width, y - c),
        (512 - width / 2, y + c * 0.3),
        (512, y + c * 0.7),
        (512 + width / 2, y + c * 0.3),
        (512 + width, y - c),
    )
    a.line((512, y - 14 * full), (512 + width * 0.25, y - 24 * full), (512 + width, y - c), both=True, size=4)
    a.line((512, y + 42 * full + c * 0.5), (512 + width * 0.5, y + 34 * full), (512 + width, y - c), both=True, size=4)


def ears(a: Artist, width: float = 245) -> None:
    x = 512 + width
    a.line((x + 2, 470), (x + 38, 452), (x + 42, 540), (x + 12, 605), both=True)


def neck(a: Artist) -> None:
    a.line((650, 880), (655, 960), (720, 1015), both=True)
