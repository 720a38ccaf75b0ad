"""Fonts of a few letters, and what stands on a PDF that was written with them."""

from __future__ import annotations

import re
from pathlib import Path

from facedesigner.export.seals import words_of


def font_file(path: Path, letters: str, permissions: int = 0) -> Path:
    """A box for each letter. `.otf` has cubic outlines, as fonts of East Asia have them; `.ttc` is a collection."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.t2CharStringPen import T2CharStringPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib import TTCollection

    cubic = path.suffix == ".otf"
    names = {ord(letter): f"u{ord(letter):X}" for letter in letters}
    glyphs = {}
    for name in (".notdef", *names.values()):
        pen = T2CharStringPen(600, None) if cubic else TTGlyphPen(None)
        pen.moveTo((50, 0))
        pen.lineTo((50, 700))
        pen.curveTo((200, 750), (400, 750), (550, 700)) if cubic else pen.qCurveTo((300, 750), (550, 700))
        pen.lineTo((550, 0))
        pen.closePath()
        glyphs[name] = pen.getCharString() if cubic else pen.glyph()
    built = FontBuilder(1000, isTTF=not cubic)
    built.setupGlyphOrder(list(glyphs))
    built.setupCharacterMap(names)
    if cubic:
        built.setupCFF("Test", {}, glyphs, {})
    else:
        built.setupGlyf(glyphs)
    built.setupHorizontalMetrics(dict.fromkeys(glyphs, (600, 50)))
    built.setupHorizontalHeader(ascent=800, descent=-200)
    built.setupNameTable({"familyName": "Test", "styleName": "Regular"})
    built.setupOS2(fsType=permissions)
    built.setupPost()
    if path.suffix == ".ttc":
        collection = TTCollection()
        collection.fonts = [built.font]
        collection.save(path)
    else:
        built.save(path)
    return path


def text_of(pdf: bytes) -> str:
    """What stands on the pages, without blanks, letters in the order in which they are drawn."""
    words = re.sub(rb"\\([0-7]{3})", lambda code: bytes([int(code[1], 8)]), words_of(pdf)).decode("cp1252")
    return re.sub("<([0-9a-f]{2,6})>", lambda code: chr(int(code[1], 16)), words)
