"""Foreign text in messages: short, on one line, and without characters that steer a terminal."""

from __future__ import annotations

import reprlib

LINE = 120  # letters of a name or a reason
MESSAGE = 2000  # of all that is said at once

_repr = reprlib.Repr()
_repr.maxstring = _repr.maxother = _repr.maxlong = 80
_repr.maxlevel = 2


def quoted(value: object) -> str:
    """As `repr` writes it, but of no more than some 80 letters, however large it is."""
    return shortened(_repr.repr(value), 2 * _repr.maxstring)


def one_line(text: str, most: int = LINE) -> str:
    """A name or a label: line breaks and characters that cannot be printed become blanks."""
    text = text[: 4 * most]  # a megabyte is not looked through
    return shortened(" ".join("".join(letter if letter.isprintable() else " " for letter in text).split()), most)


def printable(text: str, most: int = MESSAGE) -> str:
    """A message: lines stay, what steers a terminal or cannot be encoded goes."""
    lines = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text[: 4 * most])
    return shortened(lines.encode(errors="replace").decode(), most)


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def capital(words: str) -> str:
    """With a capital first; the other letters as they are."""
    return words[:1].upper() + words[1:]


def sentence(words: str) -> str:
    """What an error or a note says in the middle of a line, as a sentence of its own: a capital first, a stop last."""
    return capital(words) + ("" if not words or words.endswith((".", "…", "!", "?")) else ".")
