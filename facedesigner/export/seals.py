"""Do a certificate's JSON, its page and its signature belong together, and which key signed it?"""

from __future__ import annotations

import hashlib
import re
import sys
import zlib
from base64 import a85decode
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import Any

import numpy as np

from facedesigner.export.certificate import CertificateError, checksum, signed_content
from facedesigner.export.certificate_format import CHECKSUM, PDF, SIGNATURE, SIGNER, UNSIGNED_FORMAT
from facedesigner.export.lettering import PLAIN, PLAIN_BOLD, Lettering, is_plain
from facedesigner.export.signing import ALGORITHM, fingerprint, is_signed

MOST_BYTES = 50_000_000  # of a page, and of one of its parts unpacked
STREAM = re.compile(rb"<<([^<>]*)>>\s*stream\r?\n(.*?)endstream", re.DOTALL)
WORDS = re.compile(rb"/(F\d+(?:\+\d+)?) [\d.]+ Tf|\(((?:[^()\\]|\\.)*)\) *Tj", re.DOTALL)  # or the font of what follows
FONT = re.compile(rb"<<[^<>]*/Name /(F\d+\+\d+)[^<>]*/ToUnicode (\d+) 0 R")  # one that is embedded
CMAP = re.compile(rb"^<([0-9A-F]{2})> <((?:[0-9A-F]{4}){1,2})>", re.MULTILINE)
BYTE = re.compile(rb"\\([0-7]{1,3}|[nrtbf()\\])|.", re.DOTALL)  # of a string
ESCAPED = dict(zip((b"n", b"r", b"t", b"b", b"f", b"(", b")", b"\\"), b"\n\r\t\b\f()\\", strict=True))
CODE = re.compile(rb"<([0-9a-f]+)>")  # how a letter of an embedded font is spelled here


def broken_seals(stated: Mapping[str, Any], pdf: bytes | None, wanted: str = "") -> list[str]:
    """A sentence for each thing that does not fit; none when the file is as it was written. `pdf`: the page, None when
    it is not at hand; `wanted`: the fingerprint of the key that must have signed. CertificateError when a part that a
    certificate has is missing."""
    try:
        return [*broken(stated, wanted), *(other_page(stated, pdf) if pdf is not None else ())]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise CertificateError(f"the certificate lacks a part or is damaged ({error}): make it again") from None


def broken(stated: Mapping[str, Any], wanted: str) -> Iterator[str]:
    if stated.get(CHECKSUM) != checksum(stated):
        yield "the certificate was changed after it was made: its checksum does not fit its content"
    signer, signature = stated.get(SIGNER), stated.get(SIGNATURE)
    if signer is None and signature is None:
        if wanted:
            yield f"it is not signed, and was to be signed with the key {wanted}"
        return
    if signer is None or signature is None or signer["algorithm"] != ALGORITHM:
        yield "it is signed in part, or in a way that is not known: its signature or its key was taken out or changed"
        return
    public = bytes.fromhex(signer["public_key"])
    if signer["fingerprint"] != fingerprint(public):
        yield f"the fingerprint it states is not that of its key, {fingerprint(public)}"
    if not is_signed(public, bytes.fromhex(signature), signed_content(stated)):
        yield "the certificate was changed after it was signed: its signature does not fit its content"
    elif wanted and fingerprint(public) != wanted:
        yield f"it is signed with the key {fingerprint(public)}, and was to be signed with {wanted}"


def signer_of(stated: Mapping[str, Any]) -> str:
    """The fingerprint of the key that signed, once `broken_seals` found nothing; empty for an unsigned certificate."""
    return fingerprint(bytes.fromhex(stated[SIGNER]["public_key"])) if SIGNATURE in stated else ""


def page_beside(sheet: Path) -> bytes | None:
    """The PDF of a certificate's JSON: of the same name, beside it. None when there is none. CertificateError."""
    path = sheet.with_suffix(".pdf")
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CertificateError(f"{path} cannot be read ({error.strerror or error}): move it or mend it") from None


def other_page(stated: Mapping[str, Any], pdf: bytes) -> Iterator[str]:
    """Is the PDF the one that was written with the JSON, and does it say the same?"""
    if stated["format"] != UNSIGNED_FORMAT and stated[PDF]["sha256"] != hashlib.sha256(pdf).hexdigest():
        yield "the PDF was changed, or is another one: its SHA-256 is not the one that the certificate states"
        return
    words = words_of(pdf)
    had = {chr(int(code, 16)) for code in CODE.findall(words) if int(code, 16) <= sys.maxunicode}
    if words not in (words_of(drawn(stated, lettering)) for lettering in (Recalled(had), Former())):
        yield "the PDF says something else than the JSON file"


class Recalled(Lettering):
    """Of the computer that wrote a page: letters that its fonts had are spelled as `words_of` does."""

    def __init__(self, had: Set[str]) -> None:
        super().__init__("")
        self._had = had

    def font_of(self, letter: str, bold: bool) -> str:
        return PLAIN if letter in self._had else ""

    def spelled(self, letter: str, bold: bool) -> tuple[str, str]:
        font, letters = super().spelled(letter, bold)
        return font, letters if is_plain(letter) or letters != letter else f"<{ord(letter):x}>"


class Former(Lettering):
    """Of versions that had the letters of Western Europe alone."""

    def __init__(self) -> None:
        super().__init__("")

    def pieces(self, words: str, bold: bool = False) -> list[tuple[str, str]]:
        western = words.replace("σ", "sigma").encode("cp1252", "replace").decode("cp1252")
        return [(PLAIN_BOLD if bold else PLAIN, western)]

    def room(self, words: str, size: float, bold: bool = False) -> float:
        from reportlab.pdfbase.pdfmetrics import stringWidth

        return sum(float(stringWidth(letters, font, size)) for font, letters in self.pieces(words, bold))


def drawn(stated: Mapping[str, Any], lettering: Lettering) -> bytes:
    """The page of what is stated; its pictures do not matter."""
    from facedesigner.export.certificate_page import page

    return page(stated, np.zeros((8, 8, 3), np.uint8), {}, lettering)


def words_of(pdf: bytes) -> bytes:
    """What stands on a page that we wrote, without blanks, since lines may break elsewhere; empty for other PDFs.
    Letters of embedded fonts are spelled by their code points, such as `<5c71>`."""
    found, fonts = b"", embedded_fonts(pdf)
    for about, content in STREAM.findall(pdf):
        if b"/Image" in about or b"/ASCII85Decode" not in about or b"/FlateDecode" not in about:
            continue
        font = b""
        for name, words in WORDS.findall(unpacked(about, content)):
            font = name or font
            found += spelled(words, fonts[font]) if font in fonts else words
    return b"".join(found.split())


def embedded_fonts(pdf: bytes) -> dict[bytes, dict[int, str]]:
    """Of each by its name: which letter a byte stands for."""
    found = {}
    for name, number in FONT.findall(pdf):
        stream = re.search(rb"\b%s 0 obj\s*%s" % (number, STREAM.pattern), pdf, re.DOTALL)
        lines = CMAP.findall(unpacked(*stream.groups())) if stream else []
        found[name] = {
            int(byte, 16): bytes.fromhex(code.decode()).decode("utf-16-be", "replace") for byte, code in lines
        }
    return found


def unpacked(about: bytes, content: bytes) -> bytes:
    """Of a part that cannot be unpacked, nothing."""
    try:
        packed = a85decode(content.strip().removesuffix(b"~>")) if b"/ASCII85Decode" in about else content
        return zlib.decompressobj().decompress(packed, MOST_BYTES)
    except (ValueError, zlib.error):
        return b""


def spelled(words: bytes, letters: Mapping[int, str]) -> bytes:
    """A string of an embedded font."""
    out = b""
    for byte in BYTE.finditer(words):
        escape = byte[1]
        code = ord(byte[0]) if escape is None else int(escape, 8) & 255 if escape.isdigit() else ESCAPED[escape]
        out += b"".join(b"<%x>" % ord(letter) for letter in letters.get(code, "\ufffd"))
    return out
