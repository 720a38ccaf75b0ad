"""Words of any alphabet as they are drawn from left to right, letter after letter.

This is what names need: words that are read from the right, mixed with others and with numbers, and Arabic letters
joined. Alphabets whose letters change places (Indic ones) are written letter by letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

RIGHT = ("R", "AL")  # of letters that are read from the right, as Unicode names them
NUMBER, IN_NUMBERS = ("EN", "AN"), ("ES", "CS", "ET")
MIRRORED = dict(zip("()[]{}<>«»", ")(][}{><»«", strict=True))
LAM, STRETCH = "\u0644", "\u0640"
KIND = re.compile("[A-Z -]*(LETTER|SYLLABLE|CHARACTER) ")  # of a letter, in its name
FORMS = (*range(0xFB50, 0xFBFF + 1), *range(0xFE80, 0xFEFC + 1))  # Arabic letters as they look beside others


def drawn(words: str) -> str:
    """In the order from left to right, Arabic letters in their forms, without what is not seen."""
    one_line = "".join(" " if letter.isspace() else letter for letter in unicodedata.normalize("NFC", words))
    return visual("".join(letter for letter in joined(one_line) if not unseen(letter)))


def unseen(letter: str) -> bool:
    """What only steers how others look: joiners, directions, variants, controls."""
    return unicodedata.category(letter) in ("Cf", "Cc") or 0xFE00 <= ord(letter) <= 0xFE0F or ord(letter) >= 0xE0000


def stand_in(letter: str) -> str:
    """What is written where no font has a letter: another one, its name, or its number."""
    letter = unicodedata.normalize("NFKC", letter) if letter in shapes() else letter
    plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    if plain != letter and plain.isascii() and plain.isprintable():
        return plain
    name = " and ".join(unicodedata.name(one, "") for one in letter)
    if not name or name.startswith("CJK "):
        return f"[U+{ord(letter):04X}]"
    return f"[{KIND.sub('', name).lower()}]"


# -- right to left


def visual(words: str) -> str:
    """Stretches that are read from the right turned round, in a line that is read from the left."""
    kinds = [unicodedata.bidirectional(letter) for letter in words]
    out: list[str] = []
    at = 0
    while at < len(words):
        end = stretch(kinds, at) if kinds[at] in RIGHT else at
        if end > at:
            out += reversed(list(units(words[at:end], kinds[at:end])))
            at = end
        else:
            out.append(words[at])
            at += 1
    return "".join(out)


def stretch(kinds: list[str], start: int) -> int:
    """Where it ends: before a letter that is read from the left, and before signs that follow no letter or number."""
    end = at = start
    while at < len(kinds) and kinds[at] != "L":
        if kinds[at] in (*RIGHT, *NUMBER, "NSM"):
            end = at + 1
        at += 1
    return end


def units(words: str, kinds: list[str]) -> Iterator[str]:
    """What stays as it is when a stretch is turned: a number, a letter with its marks."""
    at = 0
    while at < len(words):
        end = at + 1
        if kinds[at] in NUMBER:
            while end < len(words) and (
                kinds[end] in NUMBER or (kinds[end] in IN_NUMBERS and kinds[end + 1 : end + 2] == [kinds[at]])
            ):
                end += 1
        else:
            while end < len(words) and kinds[end] == "NSM":
                end += 1
        yield MIRRORED.get(words[at:end], words[at:end])
        at = end


# -- Arabic


@cache
def forms() -> dict[str, dict[str, str]]:
    """Of an Arabic letter, or of lam with alef: how it looks initial, medial, final, isolated."""
    found: dict[str, dict[str, str]] = {}
    for code in FORMS:
        kind, _, letters = unicodedata.decomposition(chr(code)).partition(" ")
        if kind.startswith("<"):
            base = "".join(chr(int(letter, 16)) for letter in letters.split())
            found.setdefault(base, {}).setdefault(kind.strip("<>"), chr(code))
    return found


@cache
def shapes() -> frozenset[str]:
    """All of these."""
    return frozenset(shape for by in forms().values() for shape in by.values())


def joined(words: str) -> str:
    """Arabic letters in the forms that they take beside each other."""
    out: list[str] = []
    before, at = "", 0  # the letter before, without marks
    while at < len(words):
        letter, end = words[at], at + 1
        if unicodedata.bidirectional(letter) == "NSM":
            out.append(letter)
            at = end
            continue
        if letter == LAM and words[at : at + 2] in forms():
            letter, end = words[at : at + 2], at + 2
        after = next((other for other in words[end:] if unicodedata.bidirectional(other) != "NSM"), "")
        from_before, to_after = goes_on(before) and follows(letter), goes_on(letter) and follows(after)
        kind = ("isolated", "initial", "final", "medial")[2 * from_before + to_after]
        out.append(forms().get(letter, {}).get(kind, letter))
        before, at = letter, end
    return "".join(out)


def goes_on(letter: str) -> bool:
    """Whether it is joined to the next one."""
    return letter == STRETCH or "initial" in forms().get(letter, {})


def follows(letter: str) -> bool:
    """Whether it is joined to the one before."""
    return letter == STRETCH or "final" in forms().get(letter, {})
