"""Do a certificate's JSON, its page and its signature belong together, and which key signed it?"""

from __future__ import annotations

import hashlib
import re
import zlib
from base64 import a85decode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from facedesigner.export.certificate import CertificateError, checksum, signed_content
from facedesigner.export.certificate_format import CHECKSUM, PDF, SIGNATURE, SIGNER, UNSIGNED_FORMAT
from facedesigner.export.signing import ALGORITHM, fingerprint, is_signed

MOST_BYTES = 50_000_000  # of a page, and of one of its parts unpacked
STREAM = re.compile(rb"<<([^<>]*)>>\s*stream\r?\n(.*?)endstream", re.DOTALL)
WORDS = re.compile(rb"\(((?:[^()\\]|\\.)*)\) *Tj", re.DOTALL)


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
    elif words_of(pdf) != words_of(drawn(stated)):
        yield "the PDF says something else than the JSON file"


def drawn(stated: Mapping[str, Any]) -> bytes:
    """The page of what is stated; its pictures do not matter."""
    from facedesigner.export.certificate_page import page

    return page(stated, np.zeros((8, 8, 3), np.uint8), {})


def words_of(pdf: bytes) -> bytes:
    """What stands on a page that we wrote, without blanks, since lines may break elsewhere; empty for other PDFs."""
    found = b""
    for about, content in STREAM.findall(pdf):
        if b"/Image" in about or b"/FlateDecode" not in about:
            continue
        try:
            packed = a85decode(content.strip().removesuffix(b"~>"))
            unpacked = zlib.decompressobj().decompress(packed, MOST_BYTES)
        except (ValueError, zlib.error):
            continue
        found += b"".join(WORDS.findall(unpacked))
    return b"".join(found.split())
