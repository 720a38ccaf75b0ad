"""What is written on the pages of a PDF, in any alphabet.

Western European letters are Helvetica's, which every reader has. Others come from fonts of this computer and are
embedded; what none of them has is written as its name or number in brackets, and the page says so.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from facedesigner.export.alphabets import drawn, forms, stand_in, unseen
from facedesigner.export.fonts import BROKEN, chosen, small_font

PLAIN, PLAIN_BOLD = "Helvetica", "Helvetica-Bold"
LARGE = re.compile("<([0-9A-F]{5,6})>")  # a letter beyond 16 bits
WIDEST = 1.1  # of a letter, in heights
NOTE = "In [brackets]: names or numbers of letters that no font of this computer has."


class Lettering:
    """Of one document, made with all of its words, so that each font is embedded once."""

    def __init__(self, words: str) -> None:
        self.note = ""  # what the page is to say once something was written
        every = set(unicodedata.normalize("NFC", words) + drawn(words))
        letters = {one for one in every if not (is_plain(one) or unseen(one) or unicodedata.category(one) == "Cs")}
        shapes = {shape for base, by in forms().items() if letters & set(base) for shape in by.values()}
        self._letters = letters | shapes
        self._fonts: dict[bool, dict[str, str]] = {}

    def pieces(self, words: str, bold: bool = False) -> list[tuple[str, str]]:
        """Font and letters of each piece, from left to right."""
        spelled = [self.spelled(letter, bold) for letter in drawn(words)]
        return [
            (font, "".join(one for _, one in part)) for font, part in itertools.groupby(spelled, lambda one: one[0])
        ]

    def spelled(self, letter: str, bold: bool) -> tuple[str, str]:
        """Font and letters of one that is drawn."""
        plain = PLAIN_BOLD if bold else PLAIN
        if is_plain(letter):
            return plain, letter
        if font := self.font_of(letter, bold):
            return font, letter
        self.note = NOTE
        return plain, stand_in(letter)

    def font_of(self, letter: str, bold: bool) -> str:
        """By reportlab's name; empty where no font has it."""
        if bold not in self._fonts:
            self._fonts[bold] = embedded(self._letters, bold)
        return self._fonts[bold].get(letter, "")

    def room(self, words: str, size: float, bold: bool = False) -> float:
        """Points that they take at most: the same with every font that is embedded, so that what is left out of words
        that are too long hangs on no computer."""
        from reportlab.pdfbase.pdfmetrics import stringWidth

        plain, room = PLAIN_BOLD if bold else PLAIN, 0.0
        for letter in drawn(words):
            if not is_plain(letter) and self.font_of(letter, bold):
                room += WIDEST * size
            else:
                room += stringWidth(letter if is_plain(letter) else stand_in(letter), plain, size)
        return room

    def write(
        self, canvas: Any, x: float, y: float, words: str, size: float, bold: bool = False, right: bool = False
    ) -> None:
        """From x on, or up to it if `right`; all in points."""
        from reportlab.pdfbase.pdfmetrics import stringWidth

        pieces = self.pieces(words, bold)
        widths = [float(stringWidth(letters, font, size)) for font, letters in pieces]
        x -= sum(widths) if right else 0.0
        for (font, letters), width in zip(pieces, widths, strict=True):
            canvas.setFont(font, size)
            canvas.drawString(x, y, letters)
            x += width

    def markup(self, words: str) -> str:
        """For a paragraph of reportlab's."""
        return "".join(
            escape(letters) if font == PLAIN else f'<font name="{font}">{escape(letters)}</font>'
            for font, letters in self.pieces(words)
        )

    def beginning(self, words: str, width: float, size: float, bold: bool = False) -> str:
        """As much of the words as is so many points wide."""
        return self._shortened(words, width, lambda count: f"{words[:count]}…", size, bold)

    def end(self, words: str, width: float, size: float) -> str:
        return self._shortened(words, width, lambda count: f"…{words[len(words) - count :]}", size, False)

    def _shortened(self, words: str, width: float, cut: Callable[[int], str], size: float, bold: bool) -> str:
        if self.room(words, size, bold) <= width:
            return words
        return cut(bisect_right(range(1, len(words)), width, key=lambda count: self.room(cut(count), size, bold)))


def is_plain(letter: str) -> bool:
    """Whether Helvetica has it."""
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def readable(words: str) -> str:
    """For what a PDF says of itself: of a file's name, what no text can hold becomes question marks."""
    return words.encode(errors="replace").decode()


def embedded(letters: set[str], bold: bool) -> dict[str, str]:
    """The font of each letter, by the name that reportlab now knows it by. A form of a letter that no font has is the
    letter itself."""
    from reportlab.pdfbase import pdfmetrics

    like = {ord(letter): ord(letter) for letter in letters}
    found = chosen(like, bold)
    missing = set(like).difference(*found.values())
    like |= {code: ord(base) for code in missing if len(base := unicodedata.normalize("NFKC", chr(code))) == 1}
    others = chosen({like[code] for code in missing}, bold)
    names: dict[str, str] = {}
    for path in [*found, *(path for path in others if path not in found)]:
        has = {code: code for code in found.get(path, ())}
        has |= {code: like[code] for code in missing if like[code] in others.get(path, ())}
        name = hashlib.sha256(f"{path} {sorted(has.items())}".encode(errors="replace")).hexdigest()
        name = f"Letters-{name[:12]}"
        if name not in pdfmetrics.getRegisteredFontNames():
            try:
                pdfmetrics.registerFont(reportlab_font(small_font(path, has, name), name))
            except Exception:  # whatever a damaged file makes the libraries stumble over
                BROKEN.add(path)
                return embedded(letters, bold)
        names |= {chr(code): name for code in has}
    return names


def reportlab_font(content: bytes, name: str) -> Any:
    """A font of reportlab's, which writes letters beyond 16 bits wrongly into what a reader copies text by."""
    from reportlab.pdfbase.ttfonts import TTFont

    class Font(TTFont):  # type: ignore[misc]  # reportlab has no types
        def addObjects(self, doc: Any) -> None:
            super().addObjects(doc)
            for key, stream in doc.idToObject.items():
                if key.startswith("toUnicodeCMap:") and name in key:
                    stream.content = LARGE.sub(in_two, stream.content)

    return Font(name, io.BytesIO(content))


def in_two(code: re.Match[str]) -> str:
    """`<1F600>` as UTF-16, `<D83DDE00>`."""
    return f"<{chr(int(code[1], 16)).encode('utf-16-be').hex().upper()}>"
