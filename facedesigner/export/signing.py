"""The user's key, which signs certificates (Ed25519), and what others check a signature with.

A signature proves that whoever holds the key signed this very content, and that it has not changed since. It does not
say who that is: for that the fingerprint has to come from them another way.
"""

from __future__ import annotations

import hashlib
import os
import string
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from facedesigner.export.writing import ExportError, explain, write_file
from training.errors import UserError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ALGORITHM = "Ed25519"
DIGITS = 32  # hexadecimal ones of a fingerprint: 128 bits, so nobody can make another key with the same
PUBLIC = ".pub.pem"  # ends the name of the public key's file, beside the private one
MOST_BYTES = 100_000  # of a key's file


class KeyFileError(UserError):
    """The file or the words name no key; the message says what to give instead."""


@dataclass(frozen=True, eq=False)
class SigningKey:
    """The private key, and what is to be told of it."""

    private: Ed25519PrivateKey
    public_file: Path  # what others are given
    notes: tuple[str, ...] = ()  # what the user should know: that it is new, or that an old one was set aside

    @property
    def public(self) -> bytes:
        """32 bytes."""
        return self.private.public_key().public_bytes_raw()

    def sign(self, content: bytes) -> bytes:
        """64 bytes."""
        return self.private.sign(content)


def fingerprint(public: bytes) -> str:
    """Of a public key (32 bytes): eight groups of four hexadecimal digits, to be read out or compared by eye."""
    digits = hashlib.sha256(public).hexdigest()[:DIGITS]
    return " ".join(digits[place : place + 4] for place in range(0, DIGITS, 4))


def is_signed(public: bytes, signature: bytes, content: bytes) -> bool:
    """Whether the holder of the key signed this content."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def own_key(path: Path) -> SigningKey:
    """The user's key, in `path`; made there when there is none, for the user alone to read (mode 0600).

    One that is damaged is set aside and a new one made, and said so in its notes. ExportError when the file can neither
    be read nor written.
    """
    public_file = path.with_suffix(PUBLIC)
    with explained(path):
        found, notes = existing(path)
        if found is None:
            make(path)
            found, _ = existing(path)  # that of another process, if it was the first
            if found is None:
                raise ExportError(f"{path} is no key: move it away, and save the certificate again")
            notes += (
                f"a new key signs your certificates from now on; give others {public_file} or its fingerprint, and "
                f"keep {path.name} for yourself",
            )
        key = SigningKey(found, public_file, notes)
        if not public_file.exists() or public_file.read_bytes() != pem_of(key):
            write_file(public_file, pem_of(key), overwrite=True)
    return key


def existing(path: Path) -> tuple[Ed25519PrivateKey | None, tuple[str, ...]]:
    """The key in a file, None when there is none or it is damaged, and notes. OSError when it cannot be read."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None, ()
    try:
        key = load_pem_private_key(content, None)
    except Exception:  # what is no key makes the parser raise one of several kinds
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        aside = free(path)
        path.rename(aside)
        return None, (f"the key in {path} is damaged and was set aside as {aside.name}",)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o600)
        return key, (f"others could read the key in {path}; now only you can",)
    return key, ()


def make(path: Path) -> None:
    """A new key in `path`."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    keep(
        path,
        Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )


def keep(path: Path, content: bytes) -> None:
    """A new file for the user alone, whole from its first moment; one that another process has just made there
    stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(temporary)  # unlike a rename it replaces nothing
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def free(path: Path) -> Path:
    """A name beside it that is not taken."""
    number, aside = 1, path.with_name(f"{path.stem}.damaged{path.suffix}")
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")
    return aside


def pem_of(key: SigningKey) -> bytes:
    from cryptography.hazmat.primitives import serialization

    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.private.public_key().public_bytes(serialization.Encoding.PEM, kind)


def wanted_fingerprint(words: str) -> str:
    """What `--key` names: the file of a public key, or a fingerprint, with or without its blanks. KeyFileError."""
    digits = "".join(words.split()).replace(":", "").lower()
    if len(digits) == DIGITS and set(digits) <= set(string.hexdigits):
        return " ".join(digits[place : place + 4] for place in range(0, DIGITS, 4))
    path = Path(words)
    if not path.is_file():
        raise KeyFileError(
            f"--key is {words}, which is neither a file nor a fingerprint: give the {PUBLIC} file that its owner sent "
            f"you, or the {DIGITS} digits of the key's fingerprint"
        )
    return fingerprint(public_in(path))


def public_in(path: Path) -> bytes:
    """The public key in a file (32 bytes). KeyFileError."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES)
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read ({error.strerror or error}): give another file") from None
    if b"PRIVATE KEY" in content:
        raise KeyFileError(f"{path.name} is a private key, which nobody else should have: give the {PUBLIC} file")
    try:
        key = load_pem_public_key(content)
    except Exception:  # as in `existing`
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError(
            f"{path.name} holds no {ALGORITHM} key: give the {PUBLIC} file of the key, or its fingerprint"
        )
    return key.public_bytes_raw()


@contextmanager
def explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ExportError(f"the key that signs certificates cannot be had: {explain(error, path)}") from error
