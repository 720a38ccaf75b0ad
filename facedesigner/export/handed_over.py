"""Is a package as it was packed? Its files are compared with what its text says, the text with its signature, the
certificate with its page, its key and the picture. Nothing is unpacked but the certificate."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from facedesigner.export.certificate import CertificateError, certificate_paths, read_certificate
from facedesigner.export.credentials import read_bytes
from facedesigner.export.readme import README, Entry, entries, signer
from facedesigner.export.seals import broken_seals
from training.errors import UserError
from training.texts import one_line

MOST_TEXT = 1_000_000  # bytes of the text
MOST_BYTES = 500_000_000  # of a file that is looked into
BLOCK = 1 << 20
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)  # what reading a zip may raise


class PackageError(UserError):
    """It is no package; the message says what to choose instead."""


@dataclass(eq=False)
class Checked:
    """What was found: sentences."""

    wrong: list[str] = field(default_factory=list)
    fine: list[str] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Place:
    """A zip or a folder, as it is read."""

    names: tuple[str, ...]
    open: Callable[[str], IO[bytes]]

    def read(self, name: str, most: int) -> bytes:
        with self.open(name) as file:
            return file.read(most)


@contextmanager
def place_of(path: Path) -> Iterator[Place]:
    """PackageError when it is neither a zip nor a folder."""
    if path.is_dir():
        names = tuple(sorted(one.relative_to(path).as_posix() for one in path.rglob("*") if one.is_file()))
        yield Place(names, lambda name: (path / name).open("rb"))
        return
    try:
        archive = zipfile.ZipFile(path)
    except OSError as error:
        raise PackageError(f"{path} cannot be read ({error.strerror or error}): choose a package") from None
    except DAMAGED:
        raise PackageError(
            f"{path.name} is no zip, or a damaged one: choose the package that was handed over"
        ) from None
    with archive:
        yield Place(tuple(one.filename for one in archive.infolist() if not one.is_dir()), archive.open)


def checked(path: Path, wanted: str = "", anchors: bytes = b"") -> Checked:
    """`wanted`: the fingerprint of the key that must have signed it; `anchors`: certificates of content credentials to
    trust, such as the user's own. PackageError when it is no package at all."""
    found = Checked()
    with place_of(path) as place:
        texts = [name for name in place.names if name.endswith(README) and "/" not in name]
        if len(texts) != 1:
            raise PackageError(
                f"{path.name} has {'no' if not texts else 'more than one'} text whose name ends in {README}: choose "
                "the zip or the folder of one face, as `facedesigner handover` wrote it"
            )
        try:
            text = place.read(texts[0], MOST_TEXT).decode()
        except (UnicodeDecodeError, *DAMAGED):
            found.wrong.append(f"{texts[0]} is damaged")
            return found
        check_signature(text, texts[0], wanted, found)
        stated = entries(text)
        whole = check_files(place, stated, texts[0], found)
        stem = texts[0].removesuffix(README)
        check_credentials(place, [name for name in whole if name.endswith(".png")], anchors, found)
        check_certificate(place, stem, {name: stated[name] for name in whole}, wanted or signer(text)[0], found)
    return found


def check_signature(text: str, name: str, wanted: str, found: Checked) -> None:
    key, fits = signer(text)
    if not fits:
        found.wrong.append(f"{name} was changed after it was signed: its signature does not fit")
    elif wanted and key != wanted:
        found.wrong.append(
            f"{name} is signed with {f'the key {key}' if key else 'no key'}, and was to be signed with {wanted}"
        )
    elif key:
        found.fine.append(
            f"{name} is signed with the key {key}. Who holds it, the signature does not say: compare the fingerprint "
            "with one they gave you another way."
        )
    else:
        found.fine.append(f"{name} is not signed: whoever changed a file could have changed its hash as well.")


def check_files(place: Place, stated: dict[str, Entry], text: str, found: Checked) -> list[str]:
    """Names of those that are as stated."""
    if not stated:
        found.wrong.append(f"{text} names no files with their hashes")
    whole = []
    for name, entry in stated.items():
        if place.names.count(name) != 1:
            found.wrong.append(f"{name} {'is missing' if name not in place.names else 'is in it twice'}")
        elif wrong := difference(place, name, entry):
            found.wrong.append(f"{name} {wrong}")
        else:
            whole.append(name)
    for name in sorted(set(place.names) - {*stated, text}):
        found.wrong.append(f"{one_line(name)} is in it, and {text} does not name it")
    if whole:
        found.fine.append(f"{len(whole)} of {len(stated)} files have the size and the SHA-256 that {text} states.")
    return whole


def difference(place: Place, name: str, entry: Entry) -> str:
    """What is wrong with a file; "" for nothing. No more is read than there should be."""
    digest, size = hashlib.sha256(), 0
    try:
        with place.open(name) as file:
            while size <= entry.size and (block := file.read(min(BLOCK, entry.size + 1 - size))):
                digest.update(block)
                size += len(block)
    except (OSError, *DAMAGED) as error:
        return f"cannot be read ({one_line(str(error))})"
    if size != entry.size:
        return f"has {'more' if size > entry.size else 'fewer'} than the {entry.size:,} bytes it was packed with"
    return "" if digest.hexdigest() == entry.sha256 else "was changed: its SHA-256 is another"


def check_credentials(place: Place, pictures: list[str], anchors: bytes, found: Checked) -> None:
    for name in pictures:
        try:
            credentials = read_bytes(place.read(name, MOST_BYTES), anchors)
        except ImportError as error:
            found.fine.append(f"{name} carries content credentials, which were not checked: {error}.")
            continue
        if credentials is not None:
            (found.fine if credentials.holds else found.wrong).append(f"{name}: {' '.join(credentials.sentences)}")


def check_certificate(place: Place, stem: str, whole: dict[str, Entry], wanted: str, found: Checked) -> None:
    """Its seals, and whether it is about this picture. What it compared with takes the model: `facedesigner verify`."""
    picture = f"{stem}.png"
    pdf, sheet = (path.name for path in certificate_paths(Path(picture), None))
    if not {pdf, sheet, picture} <= set(whole):
        return
    try:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "certificate.json"
            path.write_bytes(place.read(sheet, MOST_BYTES))
            stated = read_certificate(path)
        different = broken_seals(stated, place.read(pdf, MOST_BYTES), wanted)
        about = stated.get("picture")
        if not isinstance(about, dict) or about.get("sha256") != whole[picture].sha256:
            different.append(f"it is about another picture than {picture}")
    except CertificateError as error:
        different = [str(error)]
    found.wrong += [f"{sheet}: {sentence}" for sentence in different]
    if not different:
        found.fine.append(
            f"{sheet} and its page are as they were signed, and about {picture}: {one_line(str(stated['headline']))}."
        )
