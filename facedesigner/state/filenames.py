"""Names of files by a pattern such as `{name}_{seed}_{pupil}mm`."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping

from training.errors import UserError
from training.texts import quoted

FIELDS = {
    "name": "the file's or the face's own name",
    "seed": "the seed, or a number of the latent",
    "model": "the model's name",
    "pupil": "pupil distance in mm",
    "head": "head height in mm",
    "dpi": "dots an inch",
    "width": "pixels across",
    "height": "pixels down",
}
PATTERN = "{name}_{pupil}mm"
LONGEST, LONGEST_BYTES = 120, 200  # characters; file systems take 255 bytes with the ending
# What a file name may not hold on one system or another, and bytes of one that are no text.
FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*\ud800-\udfff]+')


class FilenameError(UserError):
    """The pattern makes no file name; the message says what is wrong."""


def check_pattern(pattern: str) -> str:
    """Returns the pattern, or raises FilenameError that names an unknown field."""
    try:
        pieces = list(string.Formatter().parse(pattern))
    except ValueError as error:
        raise FilenameError(
            f"the name {quoted(pattern)} cannot be read ({error}): write fields as {{name}}, and a brace itself as {{{{"
        ) from None
    for _, name, form, conversion in pieces:
        if name is not None and name not in FIELDS:
            raise FilenameError(f"the name has an unknown field {{{name}}}: known are {known()}")
        if form or conversion:
            raise FilenameError(f"the field {{{name}}} takes no format: write it as {{{name}}}")
    if not pattern.strip():
        raise FilenameError(f"the name is empty: write one, such as {PATTERN}")
    if FORBIDDEN.search("".join(text for text, *_ in pieces)):
        raise FilenameError(f"the name {quoted(pattern)} has a character that file names may not have, such as / or :")
    return pattern


def known() -> str:
    return ", ".join(f"{{{name}}}" for name in FIELDS)


def file_stem(pattern: str, values: Mapping[str, str | float | int | None]) -> str:
    """The file's name without its ending. FilenameError also where a field has no value for this file."""
    check_pattern(pattern)
    used = {name for _, name, _, _ in string.Formatter().parse(pattern) if name}
    for name in sorted(used):
        if values.get(name) is None:
            raise FilenameError(f"the field {{{name}}} has no value here: leave it out of the name")
    texts = {name: FORBIDDEN.sub("-", worded(value)) for name, value in values.items() if value is not None}
    stem = pattern.format(**texts).strip(" .")
    if not stem:
        raise FilenameError(f"the name {quoted(pattern)} comes out empty: add some letters to it")
    return stem[:LONGEST].encode()[:LONGEST_BYTES].decode(errors="ignore")


def worded(value: str | float | int) -> str:
    return value if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)
