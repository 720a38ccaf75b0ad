"""Fonts of this computer: which of them has a letter, and a small one of the letters that a page needs.

What is embedded is drawn anew as TrueType from whatever a font holds, since reportlab embeds nothing else, and the
fonts of East Asia that come with Linux are of the other kind.
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

ENDINGS = (".ttf", ".ttc", ".otf", ".otc")
FAMILIES = ("dejavusans", "notosans", "segoeui", "arial", "liberationsans", "freesans", "droidsans")  # the first ones
SLANTED = re.compile("italic|oblique|condensed|narrow", re.IGNORECASE)  # upright ones have the same letters
ODD = re.compile("light|thin|mono|math|display|serif|emoji|extra|black", re.IGNORECASE)  # the last ones
BOLD = re.compile("bold|bd", re.IGNORECASE)
MOST = 500  # that are looked through
BROKEN: set[Path] = set()  # those that say that they have letters, which cannot be drawn
RESTRICTED = 2  # of a font's permissions: it may not be embedded


def folders() -> list[Path]:
    """Where this system keeps fonts, and those that come with reportlab."""
    import reportlab

    home, own = Path.home(), [Path(reportlab.__file__).parent / "fonts"]
    if sys.platform == "win32":
        local = Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local"))
        return [Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts", local / "Microsoft" / "Windows" / "Fonts", *own]
    if sys.platform == "darwin":
        return [home / "Library" / "Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts"), *own]
    data = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    users = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return [users / "fonts", home / ".fonts", *(Path(place) / "fonts" for place in data.split(":") if place), *own]


@cache
def font_files() -> tuple[Path, ...]:
    """Upright fonts, once each."""
    found: dict[str, Path] = {}
    for folder in folders():
        for place, _, names in os.walk(folder):  # passes over what cannot be read
            for name in sorted(names):
                if name.lower().endswith(ENDINGS) and not SLANTED.search(name):
                    found.setdefault(name, Path(place) / name)
    return tuple(found.values())


def ranked(bold: bool) -> list[Path]:
    """The likeliest first."""

    def rank(path: Path) -> tuple[bool, int, bool, str]:
        name = re.sub(r"[^a-z]", "", path.stem.lower())
        family = next((at for at, family in enumerate(FAMILIES) if name.startswith(family)), len(FAMILIES))
        return bool(ODD.search(name)), family, bool(BOLD.search(name)) is not bold, path.name

    return sorted((path for path in font_files() if path not in BROKEN), key=rank)[:MOST]


def opened(path: Path) -> Any:
    """A fontTools.ttLib.TTFont, the first one of a collection."""
    from fontTools.ttLib import TTFont

    return TTFont(path, lazy=True, fontNumber=0)


@cache
def letters_of(path: Path) -> frozenset[int]:
    """Code points that can be embedded; none of a font that is damaged, bitmaps alone, or not to be embedded."""
    try:
        with opened(path) as font:
            if not {"glyf", "CFF ", "CFF2"} & set(font.keys()) or font["OS/2"].fsType & 0xF == RESTRICTED:
                return frozenset()
            return frozenset(font.getBestCmap() or {})
    except Exception:  # fontTools raises whatever a damaged file makes it stumble over
        return frozenset()


def chosen(codes: Iterable[int], bold: bool) -> dict[Path, set[int]]:
    """Which font has which of the letters; those that none has are missing."""
    left, found = set(codes), dict[Path, set[int]]()
    for path in ranked(bold) if left else ():
        if has := left & letters_of(path):
            found[path] = has
            left -= has
        if not left:
            break
    return found


def small_font(path: Path, letters: Mapping[int, int], name: str) -> bytes:
    """A TrueType font of a few letters: each code point -> the one of the file at `path` that it looks like."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.filterPen import DecomposingFilterPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    with opened(path) as font:
        cmap, shapes, unit = font.getBestCmap(), font.getGlyphSet(), font["head"].unitsPerEm
        glyphs, widths, names = {".notdef": TTGlyphPen(None).glyph()}, {".notdef": (unit // 2, 0)}, {}
        for code, like in sorted(letters.items()):
            pen, shape = TTGlyphPen(None), shapes[cmap[like]]
            shape.draw(DecomposingFilterPen(Cu2QuPen(pen, unit / 1000, reverse_direction="glyf" not in font), shapes))
            names[code] = f"u{code:X}"
            glyphs[names[code]] = pen.glyph()
            glyphs[names[code]].recalcBounds(None)
            widths[names[code]] = round(shape.width), getattr(glyphs[names[code]], "xMin", 0)
        height, depth = font["hhea"].ascent, font["hhea"].descent
    built = FontBuilder(unit, isTTF=True)
    built.setupGlyphOrder(list(glyphs))
    built.setupCharacterMap(names)
    built.setupGlyf(glyphs)
    built.setupHorizontalMetrics(widths)
    built.setupHorizontalHeader(ascent=height, descent=depth)
    built.setupNameTable({"familyName": name, "styleName": "Regular", "psName": name})
    built.setupOS2(sTypoAscender=height, sTypoDescender=depth)
    built.setupPost()
    built.font.recalcTimestamp = False
    built.font["head"].created = built.font["head"].modified = 0  # the same letters make the same file
    buffer = io.BytesIO()
    built.font.save(buffer)
    return buffer.getvalue()
